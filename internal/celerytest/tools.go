package celerytest

import (
	"os"
	"os/exec"
	"testing"
)

// variable says whether to look: "" = not, "required" = a test fails where they are missing, anything else = it skips.
const variable = "SIMRUN_CELERY"

// Tools are a python that has Celery, and redis-server. Without them, or where nobody asked for such tests, the test is
// skipped with a sentence.
func Tools(t testing.TB) (python, server string) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("skipped: a test on a real Celery (make test-real runs it; or set %s=yes)", variable)
	}
	const packages = "python3-celery python3-redis redis-server"
	server, err := exec.LookPath("redis-server")
	if err != nil {
		Missing(t, "redis-server", packages)
	}
	for _, p := range []string{"python3", "/usr/bin/python3"} { // the first may be one without Debian's packages
		if exec.CommandContext(t.Context(), p, "-c", "import celery, redis").Run() == nil {
			return p, server
		}
	}
	Missing(t, "Celery for python3", packages)
	return "", ""
}

// Missing ends a test for want of something that Debian's packages have: it fails where that is required, and is skipped elsewhere.
func Missing(t testing.TB, what, packages string) {
	t.Helper()
	if os.Getenv(variable) == "required" {
		t.Fatalf("%s is missing, and %s=required", what, variable)
	}
	t.Skipf("skipped: %s is missing (apt-get install %s)", what, packages)
}
