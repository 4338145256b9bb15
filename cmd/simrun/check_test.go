package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	status, stdout, stderr := call(t, "check", scenario(t, "demo", "poisson: 4/s", "poisson: 6/s"))
	require.Equal(t, exitOK, status, stderr)
	assert.Empty(t, stderr)
	assert.True(t, strings.HasPrefix(stdout, "name: demo\n"))
	assert.Contains(t, stdout, "prefetch_multiplier", "defaults are filled in")
	assert.Regexp(t, `enough +work +6 +1\.2 +4 +30 % +yes`, stdout)
	assert.Regexp(t, `tight +work +6 +1\.2 +1 +120 % +NO +slots +3 600 tasks/h`, stdout, "6/s come, 5/s can be done")
	_, stdout, _ = call(t, "check", scenario(t, "demo", "io:", "cpu:"))
	assert.Equal(t, 1, strings.Count(stdout, "tight.workers.worker.machine: not given"), "no warning is repeated as a note")
}

func TestCheckRefusesWhatRunRefuses(t *testing.T) {
	status, stdout, stderr := call(t, "check", scenario(t, "demo", "200ms", "200"))
	assert.Equal(t, exitFailed, status)
	assert.Empty(t, stdout)
	assert.Regexp(t, `^\S+demo\.yaml:8:\d+: tasks\.quick\.work`, stderr)
}

// The mean waits of the closed forms, computed by hand: M/M/1 with rho 0.8 and 200 ms waits rho/(1-rho) x 200 ms; a
// constant demand halves it (Pollaczek-Khinchine); M/M/4 with a = 0.8 has Erlang's C = 0.00958, and waits C/(4/0.2 - 4) s.
func TestClosedForms(t *testing.T) {
	for _, c := range []struct {
		replace []string
		want    map[string]string // strategy -> its line; "" = none
	}{
		{nil, map[string]string{"tight": "M/M/1, mean wait 800 ms", "enough": "M/M/4, mean wait 599 µs"}},
		{[]string{"{exponential: 200ms}", "200ms"}, map[string]string{"tight": "M/D/1, mean wait 400 ms", "enough": "M/D/4"}},
		{[]string{"{exponential: 200ms}", "{gamma: {mean: 200ms, cv: 2}}"}, map[string]string{"tight": "M/G/1 (Pollaczek-Khinchine), mean wait 2 s", "enough": ""}},
		{[]string{"broker: ideal", "broker: redis"}, map[string]string{"tight": "", "enough": ""}},
		{[]string{"{poisson: 4/s}", "{every: 250ms}"}, map[string]string{"tight": "", "enough": ""}},
		{[]string{"{poisson: 4/s}", "{poisson: 6/s}"}, map[string]string{"tight": ""}},
		{[]string{"{poisson: 4/s}", "{poisson: 4/s}\n    rate_limit: 5/s"}, map[string]string{"tight": "", "enough": ""}},
	} {
		status, stdout, stderr := call(t, "check", scenario(t, "demo", c.replace...))
		require.Equal(t, exitOK, status, stderr)
		for strategy, want := range c.want {
			line := regexp.MustCompile(`#   ` + strategy + `, quick: .*`).FindString(stdout)
			if want == "" {
				assert.Empty(t, line, c.replace)
			} else {
				assert.Contains(t, line, want, c.replace)
			}
		}
	}
}

func TestSchema(t *testing.T) {
	status, stdout, _ := call(t, "schema")
	require.Equal(t, exitOK, status)
	var schema map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &schema))
	assert.Contains(t, schema, "$schema")
}

func TestHelpVersionAndCompletion(t *testing.T) {
	status, stdout, _ := call(t, "--help")
	assert.Equal(t, exitOK, status)
	for _, want := range []string{"simrun scenarios/priority.yaml", "--require", "check", "schema", "completion"} {
		assert.Contains(t, stdout, want)
	}
	status, stdout, _ = call(t, "--version")
	assert.Equal(t, exitOK, status)
	assert.Regexp(t, `^simrun \S+`, stdout)
	status, stdout, _ = call(t, "completion", "bash")
	assert.Equal(t, exitOK, status)
	assert.Contains(t, stdout, "simrun")
	status, stdout, _ = call(t, "__complete", "--format", "")
	assert.Equal(t, exitOK, status)
	assert.Contains(t, stdout, "markdown")
}
