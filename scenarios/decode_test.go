package scenarios

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func everything(t *testing.T) *Scenario {
	t.Helper()
	s, err := Read("testdata/everything.yaml")
	require.NoError(t, err)
	return s
}

func classOf(t *testing.T, s *Scenario, name string) *workloads.Class {
	t.Helper()
	return named(t, s.Classes, name, func(c *workloads.Class) string { return c.Name })
}

func layoutOf(t *testing.T, s *Scenario, name string) *strategies.Layout {
	t.Helper()
	return named(t, s.Layouts, name, func(l *strategies.Layout) string { return l.Name })
}

func named[T any](t *testing.T, all []T, name string, of func(*T) string) *T {
	t.Helper()
	i := slices.IndexFunc(all, func(x T) bool { return of(&x) == name })
	require.GreaterOrEqual(t, i, 0, "no %q", name)
	return &all[i]
}

func TestRunIsRead(t *testing.T) {
	assert.Equal(t, Run{
		Duration: 90 * time.Minute, Warmup: 90 * time.Second, Min: 10, Max: 400, Precision: 0.025, Confidence: 0.99,
		Start: 37*time.Hour + 30*time.Minute, AllowWhatIf: true,
	}, everything(t).Run)
}

func TestDefaults(t *testing.T) {
	s, err := Read("minimal.yaml")
	require.NoError(t, err)
	assert.Equal(t, Run{
		Duration: 30 * time.Minute, Drain: 30 * time.Minute, AutoWarmup: true, Min: 20, Max: 400, Precision: 0.05, Confidence: 0.95,
	}, s.Run)
	assert.Equal(t, uint64(1), s.Seed)
	assert.Equal(t, "5.6", s.Release)
	assert.Equal(t, worker.Redis, s.Layouts[0].Broker.Kind)
	assert.Equal(t, "notify", s.Classes[0].Queue, "the task's name")
	assert.Equal(t, worker.Retry{}, s.Classes[0].Retry, "no key: failed for good")

	all := strings.Join(s.Assumptions, "\n")
	for _, want := range []string{
		"One replication observes 30m", "The broker is redis", "Celery 5.6 is simulated", "prefetch_multiplier is 4",
		"Cores are without limit", "No task fails",
	} {
		assert.Contains(t, all, want)
	}
	assert.Empty(t, s.Warnings, "no machine is given, but the tasks use no CPU")
	computing, err := Decode("m.yaml", []byte("tasks: {a: {arrivals: {every: 5s}, work: [{cpu: 1s}]}}\n"+
		"strategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}\n"), ".")
	require.NoError(t, err)
	assert.Equal(t, []string{"m.yaml:2:31: strategies.s.workers.w.machine: not given: cores without limit"}, computing.Warnings)

	priority, err := Read("priority.yaml")
	require.NoError(t, err)
	assert.NotContains(t, strings.Join(priority.Assumptions, "\n"), "not given", "what is written is not assumed")
}

// Machines that come and go are full at some time; on a fixed count, be it written as min = max, replicas share the cores.
// Who is warned of the one is told of the other.
func TestReplicasWithoutRoom(t *testing.T) {
	for count, want := range map[string]bool{"2": false, "{min: 2, max: 2}": false, "{min: 2, max: 3}": true} {
		s, err := Decode("m.yaml", []byte("machines: {m: {cores: 2, count: "+count+"}}\n"+
			"tasks: {a: {arrivals: {every: 5s}, work: [{cpu: 1s}]}}\n"+
			"strategies: {s: {workers: {w: {queues: [a], concurrency: 2, machine: m, replicas: 7}}}}\n"), ".")
		require.NoError(t, err)
		said := strings.Join(s.Warnings, "\n")
		assert.Equal(t, want, strings.Contains(said, "not all replicas fit on 3 of them"), count)
		assert.Equal(t, want, strings.Contains(said, "on a fixed count they would share the cores"), count)
	}
}

// What else a worker's line does is said wherever the scenario is run, and not only by check.
func TestCommandsBesideALineAreWarnings(t *testing.T) {
	s, err := Decode("m.yaml", []byte("tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}}\nstrategies: {s: {workers: {w: {command: \"sh -c 'cd /app; celery -A app worker -Q a -c 4 -l info; rm -rf /'\"}}}}\n"), ".")
	require.NoError(t, err)
	assert.Equal(t, []string{"m.yaml:2:41: strategies.s.workers.w.command: ; rm -rf /: stands after the line, and is not read"}, s.Warnings)
}

func TestMachinesAndQueues(t *testing.T) {
	s := everything(t)
	assert.Equal(t, 0.5, s.Machines[0].Cores)
	assert.Equal(t, 2, s.Machines[0].Count)
	assert.Equal(t, 0.19, s.Machines[0].Price)
	assert.Equal(t, 1.0, s.Machines[1].Efficiency)
	q := s.Layouts[0].Queues[0]
	assert.Equal(t, worker.Queue{Name: "q", MaxLength: 0, Overflow: worker.DropHead, MaxPriority: 10, DeliveryLimit: 5}, q)
}

func TestTasksAreRead(t *testing.T) {
	s := everything(t)
	constant := classOf(t, s, "constant")
	assert.Equal(t, 1.5, constant.Arrivals.Scale)
	assert.Equal(t, 2, constant.Work[0].Cores)
	assert.Len(t, constant.SLO, 9)
	assert.Len(t, classOf(t, s, "merged").SLO, 13, "a merge key within a merge key")

	for i, mean := range []float64{1, 1, 5, 1, 0, 1, 1, 1, 1, 1.9, 1, 5.0 / 3, 1.25, 0.9*0.01 + 0.1*60} {
		if mean > 0 { // that of two quantiles has no plain figure
			assert.InDelta(t, mean, classOf(t, s, "laws").Work[i].Demand.Mean(), 1e-9, "phase %d", i)
		}
	}
	assert.Equal(t, workloads.MMPP{Rates: []float64{0, 0.5}, Hold: []float64{10, 60}}, classOf(t, s, "bursty").Arrivals.Process)
	assert.Equal(t, workloads.Stages{Steps: []workloads.Stage{
		{For: 2 * time.Hour, From: 5.0 / 3600, To: 5.0 / 3600},
		{For: time.Hour, From: 5.0 / 3600, To: 20.0 / 86400},
	}}, classOf(t, s, "daily").Arrivals.Process)
	assert.Equal(t, worker.Retry{Max: 3, Delay: time.Second, Backoff: 2, Cap: 10 * time.Minute, Jitter: true, OnError: true, OnSoft: true, OnService: true},
		classOf(t, s, "clients").Retry)
	crontab := classOf(t, s, "crontab")
	assert.Equal(t, worker.On, crontab.AcksLate)
	assert.Equal(t, worker.Off, crontab.RejectOnWorkerLost)
	assert.Equal(t, worker.Unset, constant.AcksLate)
	assert.Equal(t, 3, crontab.Priority)
	assert.Equal(t, 10*time.Second, classOf(t, s, "bursty").SoftLimit)
}

func TestExtendsOfTasks(t *testing.T) {
	s := everything(t)
	child, heir := classOf(t, s, "child"), classOf(t, s, "heir")
	after, ok := child.Arrivals.Process.(workloads.After)
	require.True(t, ok)
	assert.Equal(t, workloads.After{Class: after.Class, Chance: 0.1}, after)
	assert.Equal(t, "clients", s.Classes[after.Class].Name)

	assert.Equal(t, workloads.Poisson{PerSecond: 1}, heir.Arrivals.Process, "another way to arrive replaces that of the base")
	assert.Equal(t, 40.0, heir.Arrivals.Batch.Mean(), "the rest of the map is merged")
	assert.Equal(t, child.Retry, heir.Retry)
	assert.Equal(t, workloads.Chance{P: 0.005, PerTask: true}, child.Failures.Crash)
	assert.Equal(t, workloads.Failures{
		Error: workloads.Chance{P: 0.02}, Hang: workloads.Chance{P: 0.001}, Slow: workloads.Chance{P: 0.01}, SlowFactor: 10,
	}, heir.Failures, "null removes, scalars are replaced")
	assert.True(t, child.Fresh)
}

func TestTraces(t *testing.T) {
	s := everything(t)
	replayed, ok := classOf(t, s, "replayed").Arrivals.Process.(workloads.Trace)
	require.True(t, ok)
	assert.Len(t, replayed.Rows, 1)
	assert.NotEmpty(t, classOf(t, s, "replayed").Work, "brought by the trace")
	bare, ok := classOf(t, s, "bare").Arrivals.Process.(workloads.Trace)
	require.True(t, ok)
	assert.False(t, bare.HasWork)
	assert.Len(t, bare.Rows, 2)
	assert.Len(t, classOf(t, s, "bare").Work, 1, "its own")
}

func TestStrategiesAreResolved(t *testing.T) {
	s := everything(t)
	assert.Equal(t, "command", s.Layouts[s.Baseline].Name)
	command := layoutOf(t, s, "command")
	require.Len(t, command.Workers, 4, "three replicas and one more")
	assert.Equal(t, worker.Strict, command.Workers[0].Order)
	assert.Equal(t, worker.Threads, command.Workers[3].Pool)
	assert.Equal(t, []int{0, 3}, command.Broker.PrioritySteps, "its own broker over that of the scenario")
	assert.Equal(t, 2*time.Millisecond, command.Workers[0].Overheads.Fetch)
	assert.Equal(t, 20*time.Second, command.Workers[0].SoftShutdown)
	assert.Equal(t, time.Millisecond, command.Broker.Publish, "merged by key")
	assert.Equal(t, worker.Ideal, layoutOf(t, s, "ideal").Broker.Kind)
	rabbit := layoutOf(t, s, "rabbit")
	assert.Equal(t, worker.RabbitMQ, rabbit.Broker.Kind)
	assert.Len(t, rabbit.Workers, 1)
	assert.Empty(t, rabbit.Workers[0].Overflow)
	assert.Equal(t, []int{1, 0}, rabbit.Workers[0].Reserve)
	assert.Equal(t, 200*time.Millisecond, classOf(t, s, "paced").Pace, "300/m")
	assert.Equal(t, layoutOf(t, s, "one-pool").Slots(), layoutOf(t, s, "split").Slots())
}

// The last two faults of the file are deploys: at 10, 40 and 70 minutes, and at 50. The strategy with most replicas has
// three, each of which takes its grace and its boot.
func TestDeploysAreRead(t *testing.T) {
	s := everything(t)
	var deploys []system.Fault
	for _, f := range s.Faults {
		switch f.Of {
		case system.OfDeploy:
			deploys = append(deploys, f)
		case system.OfBroker:
			assert.Equal(t, system.Fault{Name: "broker down", Of: system.OfBroker, At: 70 * time.Minute, For: 30 * time.Second, Factor: 1}, f)
		default:
		}
	}
	one := system.Fault{Name: "deploy", Of: system.OfDeploy, At: 10 * time.Minute, For: 84 * time.Second, Grace: 20 * time.Second, Boot: 8 * time.Second, Factor: 1}
	two, three := one, one
	two.At, three.At = 40*time.Minute, 70*time.Minute
	four := one
	four.At, four.Grace, four.Boot, four.For = 50*time.Minute, 30*time.Second, 450*time.Millisecond, 91350*time.Millisecond
	assert.Equal(t, []system.Fault{one, two, three, four}, deploys)
}

func TestObservations(t *testing.T) {
	s := everything(t)
	require.Len(t, s.Observed, 1)
	run := s.Observed[0]
	assert.Equal(t, "run1", run.Name)
	assert.Equal(t, ObservedTask{ID: "t1", Class: "replayed", Outcome: "ok", Due: 0.5, Started: 0.503, Ended: 0.81, Attempts: 1, Queue: "q", Worker: "worker", Published: 0.501, Received: 0.502}, run.Tasks[0])
	assert.True(t, math.IsNaN(run.Tasks[1].Started))
	assert.Equal(t, "unstarted", run.Tasks[1].Outcome)
}
