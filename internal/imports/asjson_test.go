package imports

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAsJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{'a': {'queue': "b", 'priority': 9}}`: `{"a": {"queue": "b", "priority": 9}}`,
		`{visibility_timeout: 3600}`:           `{"visibility_timeout": 3600}`,
		`{'app.*': 'it"s', 'x': 'it\'s'}`:      `{"app.*": "it\"s", "x": "it's"}`,
		`[0, -1.5e3, True, None, "a'b"]`:       `[0, -1.5e3, true, null, "a'b"]`,
		`'celery'`:                             `"celery"`,
		`maybe`:                                `maybe`,
		`{'a`:                                  `{'a`,
	} {
		assert.Equal(t, want, asJSON(text), text)
	}
}
