package experiment

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

func answered(t *testing.T, limits string) *Result {
	t.Helper()
	sc, err := scenarios.Decode("s.yaml", []byte("run: {duration: 1h, warmup: 0s, replications: 4}\nbroker: ideal\nmachines: {m: {cores: 4, disk: {parallel: 2}"+limits+"}}\n"+
		"tasks: {a: {arrivals: {poisson: 30/min}, work: [{disk: 100ms}, {io: 2s}], memory: {hold: {exponential: 1GiB}}, slo: {loss: 1%}}}\n"+
		"strategies: {s: {workers: {w: {queues: [a], concurrency: 4, machine: m}}}}\n"), ".")
	require.NoError(t, err)
	r, err := Run(context.Background(), sc, Options{})
	require.NoError(t, err)
	return r
}

// What is lost is what the kernel killed, in every figure that says so.
func TestMemoryIsReported(t *testing.T) {
	s := answered(t, ", memory: 3GiB").Strategies[0]
	w, m, c := &s.Workers[0], &s.Machines[0], &s.Classes[0]
	assert.Equal(t, 3.0*(1<<30), *m.MemoryMax)
	assert.Equal(t, 3.0*(1<<30), *m.MemoryLimit)
	assert.LessOrEqual(t, *w.MemoryMax, *m.MemoryMax)
	assert.Nil(t, w.MemoryLimit, "its machine's is not its own")
	assert.Positive(t, *w.Killed)
	assert.Equal(t, c.Lost, c.Killed.Lost)
	assert.Equal(t, c.Killed.Attempts, c.Killed.Lost)
	assert.Zero(t, c.Killed.Again)
	assert.Equal(t, s.All.Killed, c.Killed, "of one class")
	assert.Positive(t, c.Killed.Wasted)
	require.Len(t, s.Memory.Machines[0].Most, steps)
	assert.Equal(t, 3.0*(1<<30), s.Memory.Machines[0].Limit)
	assert.Positive(t, c.StretchByCause.Disk)
}

// With room for all nothing is killed; what is not asked about is not in the results.
func TestMemoryThatSuffices(t *testing.T) {
	r := answered(t, "")
	s := &r.Strategies[0]
	assert.Zero(t, *s.Workers[0].Killed)
	assert.Equal(t, &Killed{}, s.Classes[0].Killed)
	assert.Nil(t, s.Machines[0].MemoryLimit)
	// 30/min x 100 ms are 0.05 requests at once, of 2.
	assert.InDelta(t, 0.025, s.Machines[0].DiskUtilization.Value, 0.001)
	sc, err := scenarios.Read("../../scenarios/minimal.yaml")
	require.NoError(t, err)
	sc.Run.Min, sc.Run.Max = 2, 2
	plain, err := Run(context.Background(), sc, Options{})
	require.NoError(t, err)
	text, err := json.Marshal(plain)
	require.NoError(t, err)
	for _, key := range []string{"memory", "killed", "disk"} {
		assert.NotContains(t, string(text), `"`+key)
	}
}

// A layout that passes since it runs again what was killed says how often that is; where it is rare, or what was killed
// is lost, there is no such thing to say.
func TestWhatIsKilledAgainAndAgain(t *testing.T) {
	s := &Strategy{Name: "late", Classes: []Class{
		{Name: "train", Published: 320, Killed: &Killed{Attempts: 4931, Again: 4931}},
		{Name: "rare", Published: 320, Killed: &Killed{Attempts: 32, Again: 32}},
		{Name: "lost", Published: 320, Killed: &Killed{Attempts: 320, Lost: 320}},
		{Name: "free", Published: 320},
	}}
	assert.Equal(t, []string{"late runs tasks again that the kernel killed: 4 931 kills for 320 tasks of train."}, againAndAgain(s))

	sc, err := scenarios.Decode("s.yaml", []byte("run: {duration: 20m, warmup: 0s, replications: 2}\nbroker: ideal\nmachines: {m: {cores: 4, memory: 3GiB}}\n"+
		"tasks: {a: {arrivals: {poisson: 30/min}, work: [{io: 2s}], memory: {hold: {exponential: 1GiB}}, slo: {loss: 1%}}}\n"+
		"strategies: {s: {workers: {w: {queues: [a], concurrency: 4, acks_late: true, reject_on_worker_lost: true, machine: m}}}}\n"), ".")
	require.NoError(t, err)
	r, err := Run(context.Background(), sc, Options{})
	require.NoError(t, err)
	require.True(t, *r.Verdict.BaselinePasses)
	assert.Contains(t, strings.Join(r.Verdict.Reasons, " "), "s runs tasks again that the kernel killed: ")
}

// A disk is as busy as it is while its machine is there: 2/s x 200 ms keep one of ten machines busy for 0.4, not 0.04.
func TestDisksOfMachinesThatAreNotThere(t *testing.T) {
	sc, err := scenarios.Decode("s.yaml", []byte(`
run: {duration: 1h, warmup: 0s, replications: 4}
broker: ideal
machines: {m: {cores: 4, disk: {parallel: 1}, count: {min: 1, max: 10}}}
tasks: {a: {arrivals: {poisson: 2/s}, work: [{disk: 200ms}]}}
strategies:
  s: {workers: {w: {queues: [a], concurrency: 4, machine: m, autoscale: {min: 1, max: 10, policy: queue_length, target: 200}}}}
`), ".")
	require.NoError(t, err)
	r, err := Run(context.Background(), sc, Options{})
	require.NoError(t, err)
	assert.InDelta(t, 0.4, r.Strategies[0].Machines[0].DiskUtilization.Value, 0.02)
}
