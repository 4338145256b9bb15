package manifests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	strict "sigs.k8s.io/yaml"
)

const scenario = `name: shop
run: {duration: 2m, warmup: 0s, replications: {min: 10, max: 20}}
tasks: {a: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 100ms}}], slo: {wait: {p95: 300ms}}}}
strategies: {now: {workers: {w: {queues: [a], concurrency: 1}}}}
`

// folder is one with a scenario whose name is no word of a shell, and what one machine finds; simrun is on the PATH.
func folder(t *testing.T, command string) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", filepath.Dir(program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "the shop's.yaml"), []byte(scenario), 0o600))
	sh(t, dir, "simrun "+command+` "the shop's.yaml" --quiet --out one`)
	return dir
}

func sh(t *testing.T, dir, script string, env ...string) {
	t.Helper()
	code, out := try(t, dir, script, env...)
	require.Zero(t, code, out)
}

// try runs a script, and says how it ended and what it printed.
func try(t *testing.T, dir, script string, env ...string) (int, string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-c", script)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil && c.ProcessState == nil {
		require.NoError(t, err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

// Both commands leave the same file in parts and on one machine; of export each has flags of its own.
var commands = map[string]struct{ result, flags string }{"run": {"results.json", ""}, "plan": {"plan.json", "--plan"}}

func same(t *testing.T, dir, merged, name string) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join(dir, "one", name))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(dir, merged, name))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// A Job has no field that Kubernetes does not know, and its pods' command does the parts.
func TestJobs(t *testing.T) {
	for command, c := range commands {
		t.Run(command, func(t *testing.T) {
			dir := folder(t, command)
			sh(t, dir, `simrun export k8s-job "the shop's.yaml" --shards 3 `+c.flags+" > job.yaml")
			text, err := os.ReadFile(filepath.Join(dir, "job.yaml"))
			require.NoError(t, err)
			var job batchv1.Job
			require.NoError(t, strict.UnmarshalStrict(text, &job))
			require.Equal(t, "batch/v1", job.APIVersion)
			require.Equal(t, "Job", job.Kind)
			require.Equal(t, batchv1.IndexedCompletion, *job.Spec.CompletionMode)
			require.Equal(t, int32(3), *job.Spec.Completions)
			require.NotNil(t, job.Spec.BackoffLimitPerIndex)
			pod := &job.Spec.Template.Spec
			require.Equal(t, pod.Volumes[0].Name, pod.Containers[0].VolumeMounts[0].Name)
			container := pod.Containers[0]
			require.Equal(t, []string{"sh", "-c"}, container.Command)
			require.Equal(t, container.WorkingDir, container.VolumeMounts[0].MountPath)
			for round := 0; ; round++ {
				require.Less(t, round, 60)
				for i := range int(*job.Spec.Completions) {
					sh(t, dir, container.Args[0], fmt.Sprint("JOB_COMPLETION_INDEX=", i))
				}
				code, out := try(t, dir, "simrun merge shards --quiet --out merged")
				if code == 0 {
					break
				}
				require.Equal(t, 4, code, out)
			}
			same(t, dir, "merged", c.result)
		})
	}
}

// The script does all rounds by itself.
func TestParallel(t *testing.T) {
	if _, err := exec.LookPath("parallel"); err != nil {
		t.Skip("skipped: GNU parallel is missing (apt-get install parallel)")
	}
	for command, c := range commands {
		t.Run(command, func(t *testing.T) {
			dir := folder(t, command)
			sh(t, dir, `simrun export parallel "the shop's.yaml" --shards 3 `+c.flags+" > script.sh && HOME=. sh script.sh")
			same(t, dir, filepath.Join("results", "shop"), c.result)
		})
	}
}
