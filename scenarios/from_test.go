package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
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

// What an autoscaler of a file follows is said where it is read as something else, and where it is not read at all.
func TestAutoscalersFromAFile(t *testing.T) {
	read := func(triggers string) *scenarios.Scenario {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "k8s.yml"), []byte(`kind: Deployment
metadata: {name: w}
spec: {template: {spec: {containers: [{name: w, command: [celery, -A, app, worker, -Q, "high,low", -c, "2"]}]}}}
---
kind: ScaledObject
metadata: {name: s}
spec: {scaleTargetRef: {name: w}, maxReplicaCount: 5, triggers: [`+triggers+`]}
`), 0o600))
		sc, err := scenarios.Decode("s.yaml", []byte(`{tasks: {high: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}, low: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}},
strategies: {now: {workers: {from: k8s.yml}}}}`), dir)
		require.NoError(t, err)
		return sc
	}
	list := func(queue, length string) string {
		return "{type: redis, metadata: {listName: " + queue + ", listLength: '" + length + "'}}"
	}
	one := read(list("high", "10"))
	assert.Equal(t, []string{"s.yaml:2:36: strategies.now.workers.w: its autoscaler asks high alone, and the worker takes low, too: read as if it asked all of them"}, one.Warnings)
	assert.Len(t, one.Layouts[0].Fleets, 1)

	both := read(list("high", "10") + ", " + list("low", "50"))
	assert.Empty(t, both.Warnings)
	assert.Equal(t, []worker.Trigger{{Queues: []int{0}, Target: 10}, {Queues: []int{1}, Target: 50}}, both.Layouts[0].Fleets[0].Triggers)
	again, err := scenarios.Decode("s.yaml", []byte(both.Expanded), "")
	require.NoError(t, err, both.Expanded)
	assert.Equal(t, both.Layouts[0].Fleets, again.Layouts[0].Fleets)

	none := read("{type: cpu}")
	assert.Equal(t, []string{`s.yaml:2:36: strategies.now.workers.w: ScaledObject "s" follows what is not known here: its replicas stay as they are, unless autoscale says otherwise`}, none.Warnings)
	assert.Empty(t, none.Layouts[0].Fleets)

	idle := read(list("high", "10") + ", " + list("low", "50") + "], fallback: {failureThreshold: 3, replicas: 6}, idleReplicaCount: 0, minReplicaCount: 2, x: [")
	assert.Equal(t, []string{`s.yaml:2:36: strategies.now.workers.w: ScaledObject "s": fallback: no effect here, where what the triggers ask always answers, also while a fault has the broker down`}, idle.Warnings)
	assert.True(t, idle.Layouts[0].Fleets[0].Idle)
	assert.Equal(t, 2, idle.Layouts[0].Fleets[0].Min)
}
