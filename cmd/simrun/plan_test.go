package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPlan(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "shop.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`
run: {duration: 5m}
tasks: {mail: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 200ms}}], slo: {wait: {p95: 1s}}}}
strategies: {today: {workers: {w: {command: "celery -A shop worker -Q mail -c 1"}}}}
`), 0o644))
	out := filepath.Join(dir, "out")
	status, stdout, stderr := call(t, "plan", "--no-search", "--quiet", "--out", out, file)
	require.Equal(t, exitOK, status, stderr)
	assert.Contains(t, stdout, "Run today with 2 slots (w 2): it meets every target.")
	assert.Regexp(t, `celery -A shop worker .*-Q mail .*-c 2|celery -A shop worker .*-c 2 .*-Q mail`, stdout)
	var p struct {
		Version int
		Status  string
		Answer  struct {
			Strategy string
			Slots    int
			Cost     *float64
			Workers  []struct{ Command string }
		}
		Minimal []struct {
			OneLess struct {
				Slots   int
				Verdict string
			} `json:"one_less"`
		}
		Frontier []struct{ Figure struct{ Value *float64 } }
	}
	text, err := os.ReadFile(filepath.Join(out, "plan.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &p))
	assert.Equal(t, 1, p.Version)
	assert.Equal(t, "found", p.Status)
	assert.Equal(t, 2, p.Answer.Slots)
	assert.Nil(t, p.Answer.Cost)
	require.Len(t, p.Minimal, 1)
	assert.Equal(t, 1, p.Minimal[0].OneLess.Slots)
	assert.Equal(t, "fail", p.Minimal[0].OneLess.Verdict)
	assert.Len(t, p.Frontier, 2)
	assert.FileExists(t, filepath.Join(out, "plan.html"))

	_, again, _ := call(t, "plan", "--no-search", "--quiet", "--cores", "1", "--format", "json", "--out", out, file)
	assert.Equal(t, string(text), again, "the same on any number of cores")
	status, _, stderr = call(t, "plan", "--format", "csv", file)
	assert.Equal(t, exitUsage, status)
	assert.Contains(t, stderr, "--format: \"csv\": want table, json, markdown")
	status, _, stderr = call(t, "plan", "--quiet", "--out", out, scenario(t, "demo", "slo", "about"))
	assert.Equal(t, exitFailed, status, stderr)
}
