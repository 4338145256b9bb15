package scenarios

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/workloads"
)

const swept = `
machines: {m: {cores: 2, count: 2}}
tasks:
  a: {arrivals: {poisson: 3/s, scale: 2}, work: [{io: {gamma: {mean: 1s, cv: 1}}}, {cpu: 5ms}]}
  b: {arrivals: {after: a}, work: [{io: 1s}], queue: low}
  c: {arrivals: {closed: {clients: 4, think: 1s}}}
  d: {extends: a, arrivals: {poisson: 1/s}}
strategies:
  plain: {workers: {w: {queues: [a, low, c, d], concurrency: 6}}}
  heir: {extends: plain, workers: {w: {prefetch_multiplier: 1}}}
  command: {workers: {w: {command: "celery -A app worker -Q a,low,c,d -c 3", machine: m}, v: {queues: [a], concurrency: 2, replicas: 3}}}
  scaled: {workers: {w: {queues: [a, low, c], autoscale: {min: 1, max: 5, policy: celery}}, v: {command: "celery -A app worker -Q d --autoscale=8,2"}}}
  solo: {workers: {w: {queues: [a, low, c, d], pool: solo, replicas: 2}}}
  split: {derive: {from: plain, split_by: queue, share: {a: 2, low: 2, c: 1, d: 1}}}
`

func decodeSwept(t *testing.T, sweep string) *Scenario {
	t.Helper()
	s, err := Decode("swept.yaml", []byte("sweep: "+sweep+swept), ".")
	require.NoError(t, err)
	require.NotNil(t, s.Sweep)
	return s
}

func TestSweepIsAGrid(t *testing.T) {
	s := decodeSwept(t, "{load: [0.5, 1, 2], tasks.a.work.0.io.gamma.mean: [1s, 500ms]}")
	assert.Equal(t, []Axis{
		{Name: "load", Values: []string{"0.5", "1", "2"}, Numbers: []float64{0.5, 1, 2}},
		{Name: "tasks.a.work.0.io.gamma.mean", Values: []string{"1s", "500ms"}, Numbers: []float64{1, 0.5}},
	}, s.Sweep.Axes)
	require.Len(t, s.Sweep.Cells, 6)
	for n, c := range s.Sweep.Cells {
		assert.Equal(t, []int{n / 2, n % 2}, c.At, "the last axis varies fastest")
		a := classOf(t, c.Scenario, "a")
		assert.InDelta(t, 6*s.Sweep.Axes[0].Numbers[c.At[0]], workloads.MeanRate(c.Scenario.Classes, 0), 1e-12)
		assert.Equal(t, s.Sweep.Axes[1].Numbers[c.At[1]], a.Work[0].Demand.Mean())
		assert.Nil(t, c.Scenario.Sweep)
	}
	assert.Equal(t, 1.0, classOf(t, s, "a").Work[0].Demand.Mean(), "the file stays as written")
	assert.NotContains(t, s.Expanded, "sweep")
}

// Load multiplies what arrives from outside; what another task causes follows by itself.
func TestSweepOfLoad(t *testing.T) {
	s := decodeSwept(t, "{load: [0.5, 3]}")
	for i, factor := range []float64{0.5, 3} {
		got := s.Sweep.Cells[i].Scenario
		for c := range s.Classes {
			assert.InEpsilon(t, factor*workloads.MeanRate(s.Classes, c), workloads.MeanRate(got.Classes, c), 1e-9, s.Classes[c].Name)
		}
		assert.Equal(t, s.Layouts, got.Layouts)
		assert.Equal(t, s.Machines, got.Machines)
	}
}

// Size multiplies arrivals, machines and slots, each once, wherever they come from: a worker without a machine grows
// by its concurrency and stays one, a worker on machines by replicas.
func TestSweepOfSize(t *testing.T) {
	s := decodeSwept(t, "{size: [1, 3]}")
	same, large := s.Sweep.Cells[0].Scenario, s.Sweep.Cells[1].Scenario
	assert.Equal(t, s.Layouts, same.Layouts)
	assert.Equal(t, s.Machines, same.Machines)
	for c := range s.Classes[:2] {
		assert.InEpsilon(t, 3*workloads.MeanRate(s.Classes, c), workloads.MeanRate(large.Classes, c), 1e-9, s.Classes[c].Name)
	}
	clients, ok := classOf(t, large, "c").Arrivals.Process.(workloads.Closed)
	require.True(t, ok)
	assert.Equal(t, 12, clients.Clients)
	assert.Equal(t, 6, large.Machines[0].Count)
	for i := range s.Layouts {
		assert.Equal(t, 3*s.Layouts[i].Slots(), large.Layouts[i].Slots(), s.Layouts[i].Name)
	}
	assert.Len(t, layoutOf(t, large, "plain").Workers, 1)
	assert.Equal(t, 18, layoutOf(t, large, "heir").Workers[0].Concurrency, "inherited, and multiplied once")
	command := layoutOf(t, large, "command")
	assert.Len(t, command.Workers, 3+3, "w is on machines: three of it; v is not: as many as before, each larger")
	assert.Equal(t, []int{3, 3, 3, 6, 6, 6}, func() (slots []int) {
		for _, w := range command.Workers {
			slots = append(slots, w.Concurrency)
		}
		return slots
	}())
}

// A service that stands for a part of the system grows with it.
func TestSweepOfSizeReachesServices(t *testing.T) {
	text := strings.Replace(swept, "tasks:", "services: {db: {latency: 5ms, capacity: 10}, api: {latency: 50ms}}\ntasks:", 1)
	s, err := Decode("swept.yaml", []byte("sweep: {size: [2]}"+strings.Replace(text, "{cpu: 5ms}", "{io: db}, {io: api}", 1)), ".")
	require.NoError(t, err)
	large := s.Sweep.Cells[0].Scenario
	assert.Equal(t, 20, large.Services[0].Capacity)
	assert.Equal(t, s.Services[1], large.Services[1], "without a limit it stays without one")
}

// A value is put where it would be written: what extends it takes it over, unless it has its own.
func TestSweepGoesThroughExtends(t *testing.T) {
	base := decodeSwept(t, "{strategies.plain.workers.w.prefetch_multiplier: [9]}").Sweep.Cells[0].Scenario
	assert.Equal(t, 9, layoutOf(t, base, "plain").Workers[0].PrefetchMultiplier)
	assert.Equal(t, 9, layoutOf(t, base, "split").Workers[0].PrefetchMultiplier)
	assert.Equal(t, 1, layoutOf(t, base, "heir").Workers[0].PrefetchMultiplier, "its own")

	heir := decodeSwept(t, "{strategies.heir.workers.w.concurrency: [4], tasks.d.work.0.io.gamma.mean: [9s]}").Sweep.Cells[0].Scenario
	assert.Equal(t, 6, layoutOf(t, heir, "plain").Slots())
	assert.Equal(t, 4, layoutOf(t, heir, "heir").Slots(), "a key that it has from its base")
	assert.Equal(t, 1, layoutOf(t, heir, "heir").Workers[0].PrefetchMultiplier)
	assert.Equal(t, 9.0, classOf(t, heir, "d").Work[0].Demand.Mean(), "a list that it has from its base")
	assert.Len(t, classOf(t, heir, "d").Work, 2)
	assert.Equal(t, 1.0, classOf(t, heir, "a").Work[0].Demand.Mean())
}

func TestSweepTakesAnyValue(t *testing.T) {
	s := decodeSwept(t, "{tasks.a.work.0.io: [2s, {exponential: 5s}], run.precision: [1%], strategies.plain.workers.w.acks_late: [true]}")
	assert.Equal(t, []string{"2s", "{exponential: 5s}"}, s.Sweep.Axes[0].Values)
	assert.Equal(t, 2.0, s.Sweep.Axes[0].Numbers[0])
	assert.True(t, math.IsNaN(s.Sweep.Axes[0].Numbers[1]))
	assert.Equal(t, []float64{0.01}, s.Sweep.Axes[1].Numbers)
	assert.True(t, math.IsNaN(s.Sweep.Axes[2].Numbers[0]))
	for i, c := range s.Sweep.Cells {
		assert.Equal(t, []float64{2, 5}[i], classOf(t, c.Scenario, "a").Work[0].Demand.Mean())
		assert.Equal(t, 0.01, c.Scenario.Run.Precision, "a default of the format")
		assert.True(t, layoutOf(t, c.Scenario, "heir").Workers[0].AcksLate, "a key that the file leaves out")
	}
}

// Every cell is a scenario as if its values had been written in the file.
func TestCellsReadAsIfWritten(t *testing.T) {
	s := decodeSwept(t, "{tasks.a.work.1.cpu: [5ms, 7ms], strategies.split.derive.share.a: [2]}")
	written, err := Decode("swept.yaml", []byte(strings.Replace(swept, "cpu: 5ms", "cpu: 7ms", 1)), ".")
	require.NoError(t, err)
	got := s.Sweep.Cells[1].Scenario
	assert.Equal(t, written.Expanded, got.Expanded)
	assert.Equal(t, written.Classes, got.Classes)
	assert.Equal(t, written.Layouts, got.Layouts)
	assert.Equal(t, written.Assumptions, got.Assumptions)
}

// A warning that only a value of the sweep gives is told once, at that value.
func TestSweepWarns(t *testing.T) {
	s := decodeSwept(t, "{load: [1, 2], strategies.heir.workers.w.pool: [prefork, solo]}")
	at := slices.IndexFunc(s.Warnings, func(w string) bool { return strings.HasPrefix(w, "swept.yaml:1:") })
	require.GreaterOrEqual(t, at, 0, "%v", s.Warnings)
	seen := map[string]bool{}
	for _, w := range s.Warnings {
		assert.False(t, seen[w], w)
		seen[w] = true
	}
}

func TestSweepIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("sweep: {load: [")
	for i := range maxCells {
		fmt.Fprintf(&b, "%d,", i+1)
	}
	b.WriteString("]}\ntasks:\n  a: {arrivals: {poisson: 1/s}, work: [")
	for range 6000 {
		b.WriteString("{io: 1s},")
	}
	b.WriteString("]}\nstrategies: {s: {workers: {w: {queues: [a], concurrency: 2}}}}\n")
	_, err := Decode("large.yaml", []byte(b.String()), ".")
	require.ErrorContains(t, err, "400 cells of a file of")
}

// What a worker keeps for a queue grows with its slots; replicas bring their own.
func TestSweepOfSizeKeepsInProportion(t *testing.T) {
	s, err := Decode("kept.yaml", []byte(`
broker: ideal
machines: {app: {cores: 4}}
sweep: {size: [2]}
tasks: {a: {arrivals: {poisson: 1/s}}, b: {arrivals: {poisson: 1/s}}}
strategies:
  slots: {workers: {w: {queues: [a, b], concurrency: 4, reserve: {b: 1}}}}
  replicas: {workers: {w: {queues: [a, b], concurrency: 4, reserve: {b: 1}, machine: app}}}
`), ".")
	require.NoError(t, err)
	large := s.Sweep.Cells[0].Scenario
	assert.Equal(t, []int{0, 2}, layoutOf(t, large, "slots").Workers[0].Reserve)
	replicas := layoutOf(t, large, "replicas")
	assert.Len(t, replicas.Workers, 2)
	assert.Equal(t, []int{0, 1}, replicas.Workers[0].Reserve)
}
