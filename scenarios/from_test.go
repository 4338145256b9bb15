package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

const compose = `services:
  web: {command: gunicorn}
  worker:
    command: celery -A shop worker -Q high,low -c ${SLOTS:-4}
    deploy: {replicas: 3}
  reports: {command: [celery, -A, shop, worker, -Q, reports, -c, "2"], mem_limit: 1g}
`

func fromFile(t *testing.T, workers string) (*scenarios.Scenario, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "compose.yml"), []byte(compose), 0o600))
	text := `tasks:
  high: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}
  low: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}
  reports: {arrivals: {poisson: 1/h}, work: [{io: 1s}]}
strategies:
  now:
    workers: ` + workers + "\n"
	return scenarios.Decode("s.yaml", []byte(text), dir)
}

// The workers of a file are those of the layout; what stands beside it changes them, and adds to them.
func TestWorkersFromAFile(t *testing.T) {
	sc, err := fromFile(t, "{from: compose.yml, worker: {prefetch_multiplier: 1}, more: {queues: [low], concurrency: 1}}")
	require.NoError(t, err)
	l := &sc.Layouts[0]
	assert.Equal(t, []string{"worker", "reports", "more"}, l.Groups)
	assert.Len(t, l.Workers, 3+1+1)
	assert.Equal(t, 4, l.Workers[0].Concurrency)
	assert.Equal(t, 1, l.Workers[0].PrefetchMultiplier)
	assert.Equal(t, int64(1<<30), l.Container(3).Memory)
	assert.Equal(t, []string{`service "worker" of "compose.yml"`, `service "reports" of "compose.yml"`, ""}, l.Sources)
	assert.Contains(t, sc.Assumptions, `now.worker is the service "worker" of "compose.yml".`)
	again, err := scenarios.Decode("s.yaml", []byte(sc.Expanded), "")
	require.NoError(t, err, sc.Expanded)
	assert.Equal(t, l.Workers, again.Layouts[0].Workers)
}

func TestWorkersFromAFileThatIsNotThere(t *testing.T) {
	_, err := fromFile(t, "{from: other.yml}")
	assert.ErrorContains(t, err, `s.yaml:7:21: strategies.now.workers.from: "other.yml": no such file or directory`)
}
