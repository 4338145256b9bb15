package sim_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// The whole table holds some 500 figures. A figure is accepted within 4.5 standard errors of its replications (of
// Student's t with 19 degrees of freedom 0.02 % lie beyond, so that a right simulator fails one table in eight at most,
// and seeds are fixed), plus the error of the reference. A quantile may also be off by half a bucket of its histogram.
const (
	replications = 20
	errors       = 4.5
	bucketError  = 0.004
)

// oracleCase is one case of theory.json: figures that were computed elsewhere, and mostly a second way.
type oracleCase struct {
	ID     string
	Model  map[string]any
	Params map[string]any
	Expect []struct {
		Metric string
		Class  *string
		Value  any
		Kind   string
	}
	Tolerance struct {
		Error float64 `json:"reference_rel_error"`
	}
}

func oracle(t *testing.T) []oracleCase {
	t.Helper()
	text, err := os.ReadFile("../theory/testdata/theory.json")
	require.NoError(t, err)
	var file struct{ Cases []oracleCase }
	require.NoError(t, json.Unmarshal(text, &file))
	return file.Cases
}

// figure names an expected figure: case, metric and class.
func (o *oracleCase) figure(i int) string {
	name := o.ID + " " + o.Expect[i].Metric
	if c := o.Expect[i].Class; c != nil {
		name += " " + *c
	}
	return name
}

func (o *oracleCase) p(name string) float64 { return o.Params[name].(float64) }

// study says how a case is simulated, and how well.
type study struct {
	build  func(o *oracleCase) []experiment
	tasks  float64 // millions, over all replications of one experiment
	warmup float64 // seconds; the unit of time of the file
	// The largest standard error accepted, as a share of the figure; 0 = 2 %. Quantiles from p90 up may have 1.5 times
	// as much, but not for that more than 5 %.
	precision float64
	// Others of its kind are judged in every run of the tests; it takes seconds, and is with SIMRUN_LONG.
	long bool
}

// experiment is one system to simulate, which answers some of the figures of a case.
type experiment struct {
	name   string // in the class of a figure: "pooled" or "pooled:short"; "" = those that name no experiment
	only   string // the one metric or class of figures that it answers; "" = all that no other experiment is for
	model  *model
	rate   float64 // tasks per second, when the arrivals do not tell
	part   float64 // of study.tasks; 0 = 1
	rounds int     // runs whose average is one replication; 0 = 1
	window float64 // seconds, instead of what study.tasks makes
	census []des.Time
	own    map[string]func(*run) float64 // figures that run.figure does not know
	faults func(key des.Key, warmup, until des.Time) []system.Fault
}

// run is one run of an experiment.
type run struct {
	sim.Result
	model  *model
	end    des.Time // of the observed window
	window float64  // seconds
	census *census
}

func TestOracle(t *testing.T) {
	for _, o := range oracle(t) {
		s, covered := studies[o.ID]
		if !covered {
			continue
		}
		t.Run(o.ID, func(t *testing.T) {
			t.Parallel()
			if s.long && os.Getenv("SIMRUN_LONG") == "" {
				t.Skip("long: set SIMRUN_LONG=1, or run make check-long")
			}
			answered := map[int]bool{}
			experiments := s.build(&o)
			taken := map[string]bool{}
			for _, e := range experiments {
				if e.only != "" {
					taken[e.only] = true
				}
			}
			for _, e := range experiments {
				e.judge(t, &o, &s, taken, answered)
			}
			for i, x := range o.Expect {
				name := o.figure(i)
				_, excuse := excusedFigures[name]
				assert.NotEqual(t, excuse || x.Kind == "approximation", answered[i], "%s: answered, or else excused", name)
			}
		})
	}
}

// TestEveryOracleCaseIsCoveredOrExcused lets no case of the file be forgotten.
func TestEveryOracleCaseIsCoveredOrExcused(t *testing.T) {
	ids := map[string]bool{}
	for _, o := range oracle(t) {
		ids[o.ID] = true
		_, covered := studies[o.ID]
		reason := excused[o.ID]
		assert.NotEqual(t, covered, reason != "", "%s: covered %v, excused for %q", o.ID, covered, reason)
	}
	for id := range studies {
		assert.True(t, ids[id], id)
	}
	for id := range excused {
		assert.True(t, ids[id], id)
	}
}

// judge runs the replications and compares every figure that the experiment answers.
func (e *experiment) judge(t *testing.T, o *oracleCase, s *study, taken map[string]bool, answered map[int]bool) {
	t.Helper()
	classes := make([][]int, len(o.Expect))
	asked := false
	for i, x := range o.Expect {
		class := ""
		if x.Class != nil {
			class = *x.Class
		}
		if e.only == "" && !taken[x.Metric] && !taken[class] || e.only == x.Metric || e.only != "" && e.only == class {
			classes[i] = e.answers(class)
		}
		if _, excuse := excusedFigures[o.figure(i)]; excuse || x.Kind == "approximation" {
			classes[i] = nil
		}
		asked = asked || classes[i] != nil
	}
	require.True(t, asked, "experiment %q answers nothing", e.name)
	samples := make([][]float64, len(o.Expect))
	for r := range replications {
		sums := make([]float64, len(o.Expect))
		rounds := max(1, e.rounds)
		for round := range rounds {
			got := e.run(t, o.ID, r*rounds+round, s)
			for i, x := range o.Expect {
				if classes[i] != nil {
					v, ok := got.figure(e, x.Metric, classes[i])
					require.True(t, ok, "unknown figure %s", x.Metric)
					sums[i] += v
				}
			}
		}
		for i := range sums {
			samples[i] = append(samples[i], sums[i]/float64(rounds))
		}
	}
	for i, x := range o.Expect {
		if classes[i] == nil {
			continue
		}
		answered[i] = true
		precision := s.precision
		if rare := rareFigures[o.figure(i)]; rare > 0 {
			precision = rare
		}
		compare(t, o.figure(i)+" "+e.name, samples[i], x.Value.(float64), x.Kind, o.Tolerance.Error, precision)
	}
}

func compare(t *testing.T, name string, sample []float64, want float64, kind string, reference, precision float64) {
	t.Helper()
	mean, se := meanAndError(sample)
	if precision == 0 {
		precision = 0.02
	}
	slack := errors*se + reference*math.Abs(want)
	if tail(name) {
		precision = max(precision, min(1.5*precision, 0.05))
	}
	if quantile(name) {
		slack += bucketError * math.Abs(want)
	}
	t.Logf("%-60s want %9.5g got %9.5g z %5.2f se %.2f%%", name, want, mean, (mean-want)/se, 100*se/want)
	if kind == "bound-upper" {
		assert.Less(t, mean-errors*se, want, "%s: above its bound", name)
		return
	}
	assert.LessOrEqual(t, math.Abs(mean-want), slack, "%s: want %v, got %v with standard error %v", name, want, mean, se)
	assert.LessOrEqual(t, se, precision*math.Abs(want), "%s: too imprecise to judge: standard error %v of %v", name, se, want)
}

func quantile(name string) bool { return strings.Contains(name, "_p5") || tail(name) }

func tail(name string) bool { return strings.Contains(name, "_p9") }

func meanAndError(sample []float64) (mean, se float64) {
	for _, v := range sample {
		mean += v
	}
	mean /= float64(len(sample))
	var squares float64
	for _, v := range sample {
		squares += (v - mean) * (v - mean)
	}
	n := float64(len(sample))
	return mean, math.Sqrt(squares / (n - 1) / n)
}

// answers are the classes over which a figure of this experiment is taken, or nil.
func (e *experiment) answers(class string) []int {
	group, name, both := strings.Cut(class, ":")
	if !both && group != e.name {
		group, name = "", group
	}
	if group != e.name {
		return nil
	}
	var all []int
	for i := range e.model.classes {
		if c := e.model.classes[i].Name; c == name {
			return []int{i}
		}
		all = append(all, i)
	}
	if name == "" || name == "all" || name == "each" {
		return all
	}
	return nil
}

// run simulates one replication and checks what must hold in every run.
func (e *experiment) run(t *testing.T, id string, number int, s *study) *run {
	t.Helper()
	rate := e.rate
	if rate == 0 {
		for i := range e.model.classes {
			rate += workloads.MeanRate(e.model.classes, i)
		}
	}
	window := e.window
	if window == 0 {
		part := e.part
		if part == 0 {
			part = 1
		}
		window = part * s.tasks * 1e6 / replications / rate
	}
	r := &run{model: e.model, window: window, end: des.Seconds(s.warmup) + des.Seconds(window)}
	o := sim.Options{
		Key:    des.NewKey(uint64(number)).WithName(id).WithName(e.name),
		Warmup: des.Seconds(s.warmup), Duration: des.Seconds(window), Drain: des.Seconds(window + 1000),
	}
	if e.census != nil {
		r.census = &census{at: e.census}
		o.Recorder = r.census
	}
	if e.faults != nil {
		o.Faults = e.faults(o.Key.WithName("faults"), o.Warmup, o.Warmup+o.Duration+o.Drain)
	}
	r.Result = sim.New(&e.model.layout, e.model.classes, e.model.machines, o).Run()
	for i := range r.Classes {
		c := &r.Classes[i]
		var ended int64
		for _, n := range c.ByOutcome {
			ended += n
		}
		require.Equal(t, c.Published, ended, "tasks are conserved")
	}
	for i := range r.Workers {
		require.LessOrEqual(t, r.Workers[i].Busy.Most(), e.model.layout.Workers[i].Concurrency, "busy <= slots")
	}
	return r
}
