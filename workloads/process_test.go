package workloads_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

var second = must(workloads.Constant(1))

// dues are the dues of the first n tasks of a single class, or of all there are.
func dues(a workloads.Arrivals, o workloads.Options, n int) []des.Time {
	c := class("a", a.Process, second)
	c.Arrivals = a
	s := workloads.NewSource([]workloads.Class{c}, des.NewKey(7), o)
	var all []des.Time
	for len(all) < n {
		at := s.Peek()
		a, ok := next(s)
		if !ok {
			break
		}
		if a.Due != at {
			panic(fmt.Sprintf("Peek said %v, Next %v", at, a.Due))
		}
		all = append(all, a.Due)
	}
	return all
}

// before counts the dues before the end.
func before(a workloads.Arrivals, o workloads.Options, end des.Time) (n int) {
	c := class("a", a.Process, second)
	c.Arrivals = a
	s := workloads.NewSource([]workloads.Class{c}, des.NewKey(11), o)
	for s.Peek() < end {
		next(s)
		n++
	}
	return n
}

func process(p workloads.Process) workloads.Arrivals { return workloads.Arrivals{Process: p} }

func rush(from, to float64) workloads.Process {
	return workloads.Stages{Steps: []workloads.Stage{{For: time.Hour, From: from, To: to}, {For: time.Hour, From: to, To: to}}}
}

// TestLongRunRates counts arrivals over a long time against Rate x scale x batch x load; spread is the variance of the
// number by its mean.
func TestLongRunRates(t *testing.T) {
	for _, c := range []struct {
		name   string
		a      workloads.Arrivals
		rate   float64
		spread float64
		atHalf float64 // rate at half the load, where that is not half of it: a batch is never cancelled
	}{
		{"poisson", process(workloads.Poisson{PerSecond: 0.5}), 0.5, 1, 0},
		{"every", process(workloads.Every{Period: 4 * time.Second}), 0.25, 0, 0},
		{"renewal", process(workloads.Renewal{Gap: must(workloads.Gamma(2, 0.5))}), 0.5, 0.25, 0},
		{"mmpp", process(workloads.MMPP{Rates: []float64{2, 0}, Hold: []float64{10, 30}}), 0.5, 1 + 22.5, 0},
		{"stages", process(rush(0, 1)), 0.75, 1, 0},
		{"cron", process(must(workloads.ParseCron("*/20 9-16 * * mon-fri"))), 24.0 * 5 / 7 / 86400, 0, 24.0 * 5 / 7 / 86400},
		{"batch", workloads.Arrivals{Process: workloads.Poisson{PerSecond: 0.1}, Batch: must(workloads.Constant(2.5))}, 0.25, 2.7, 0},
		{"random batch", workloads.Arrivals{Process: workloads.Poisson{PerSecond: 0.1}, Batch: must(workloads.Exponential(0.7))}, 0.07, 3, 0},
		{"scale", workloads.Arrivals{Process: workloads.Every{Period: 4 * time.Second}, Scale: 2}, 0.5, 0, 0},
		{"scaled cron", workloads.Arrivals{Process: must(workloads.ParseCron("0 * * * *")), Scale: 1.25}, 1.25 / 3600, 1, 1.0 / 3600},
	} {
		t.Run(c.name, func(t *testing.T) {
			classes := []workloads.Class{{Arrivals: c.a}}
			near(t, "MeanRate", workloads.MeanRate(classes, 0), c.rate, 1e-3*c.rate)
			for _, load := range []float64{1, 0.5} {
				end := 20 * time.Hour
				if c.rate < 0.01 { // bound to the week
					end = 50 * 7 * day
				}
				n := float64(before(c.a, workloads.Options{Load: load}, end))
				want := c.rate * load * end.Seconds()
				if load < 1 && c.atHalf > 0 {
					want = c.atHalf * end.Seconds()
				}
				near(t, fmt.Sprintf("tasks at load %v", load), n, want, 4*math.Sqrt(want*(c.spread+0.3))+1)
			}
		})
	}
}

// TestMMPPIsAsBurstyAsItShould compares variance / mean of counts with the limit for two phases,
// 1 + 2 (l1-l2)^2 r1 r2 / ((r1+r2)^2 (l1 r2 + l2 r1)) with r = 1/hold (Heffes and Lucantoni 1986). Windows of 200 cycles
// are long enough to be near the limit.
func TestMMPPIsAsBurstyAsItShould(t *testing.T) {
	p := workloads.MMPP{Rates: []float64{9, 1}, Hold: []float64{1, 3}}
	r1, r2 := 1.0, 1.0/3
	limit := 1 + 2*64*r1*r2/((r1+r2)*(r1+r2)*(9*r2+1*r1))
	s := workloads.NewSource([]workloads.Class{class("a", p, second)}, des.NewKey(3), workloads.Options{})
	const windows, length = 600, 200 * time.Second
	var counts []float64
	for w := range windows {
		n := 0.0
		for s.Peek() < des.Time(w+1)*length {
			next(s)
			n++
		}
		counts = append(counts, n)
	}
	m := mean(counts)
	var variance float64
	for _, n := range counts {
		variance += (n - m) * (n - m) / (windows - 1)
	}
	near(t, "mean count", m, 3*200, 4*math.Sqrt(limit*600/windows))
	near(t, "variance / mean", variance/m, limit, 4*limit*math.Sqrt(2.0/windows))
}

// TestMMPPStartsInItsStationaryLaw looks at the first short slice of many sources.
func TestMMPPStartsInItsStationaryLaw(t *testing.T) {
	p := workloads.MMPP{Rates: []float64{10, 0}, Hold: []float64{1e3, 3e3}}
	const sources = 4000
	n := 0.0
	for i := range sources {
		s := workloads.NewSource([]workloads.Class{class("a", p, second)}, des.NewKey(uint64(i)), workloads.Options{})
		if s.Peek() < time.Second {
			n++
		}
	}
	near(t, "sources that begin in the busy phase", n/sources, 0.25, 4*math.Sqrt(0.25*0.75/sources))
}

func TestStagesFollowTheirPlan(t *testing.T) {
	plan := workloads.Stages{Steps: []workloads.Stage{
		{For: 10 * time.Minute, From: 2, To: 2},
		{For: 10 * time.Minute, From: 2, To: 8},
		{For: 10 * time.Minute, From: 0, To: 0},
	}}
	// Observation begins 5 minutes into the second step: the plan is bound to the week, not to the run.
	const origin = 15 * time.Minute
	want := []float64{(5 + 8) / 2.0 * 300, 0, 0, 2 * 300, 2 * 300, (2 + 5) / 2.0 * 300} // per 5 minutes
	for _, load := range []float64{1, 3} {
		counts := make([]float64, len(want))
		const rounds = 50
		s := workloads.NewSource([]workloads.Class{class("a", plan, second)}, des.NewKey(5), workloads.Options{Load: load, Origin: origin})
		for s.Peek() < rounds*30*time.Minute {
			a, _ := next(s)
			counts[a.Due/(5*time.Minute)%6]++
		}
		for i, w := range want {
			near(t, fmt.Sprintf("load %v: tasks in slice %d", load, i), counts[i]/rounds, w*load, 4*math.Sqrt(w*load/rounds))
		}
	}
}

func TestARampIsLinear(t *testing.T) {
	// From 0 to r over a day the k-th quarter holds (2k-1)/16 of the arrivals.
	up := workloads.Stages{Steps: []workloads.Stage{{For: 24 * time.Hour, From: 0, To: 1}}}
	s := workloads.NewSource([]workloads.Class{class("a", up, second)}, des.NewKey(2), workloads.Options{})
	var quarters [4]float64
	for s.Peek() < 5*day {
		a, _ := next(s)
		quarters[a.Due/(6*time.Hour)%4]++
	}
	for k, n := range quarters {
		want := 5 * 43200 * float64(2*k+1) / 16
		near(t, fmt.Sprintf("tasks in quarter %d", k+1), n, want, 4*math.Sqrt(want))
	}
}

func TestSparseStagesEnd(t *testing.T) {
	// A task in 10^12 rounds: the rounds between are skipped, and past the end of time there is nothing.
	rare := workloads.Stages{Steps: []workloads.Stage{{For: time.Second, From: 1e-12, To: 1e-12}}}
	if got := dues(process(rare), workloads.Options{}, 1); len(got) != 0 {
		t.Errorf("a task at %v, want none", got)
	}
	seldom := workloads.Stages{Steps: []workloads.Stage{{For: time.Second, From: 1e-6, To: 1e-6}, {For: time.Second}}}
	got := dues(process(seldom), workloads.Options{}, 1000)
	near(t, "mean gap", got[999].Seconds()/1000, 2e6, 4*2e6/math.Sqrt(1000))
	for _, d := range got {
		if d%(2*time.Second) > time.Second {
			t.Fatalf("a task at %v, in a step of rate 0", d)
		}
	}
}

func TestSilentProcesses(t *testing.T) {
	for _, a := range []workloads.Arrivals{
		process(workloads.Poisson{}),
		process(workloads.Poisson{PerSecond: 1e-30}),
		process(workloads.Stages{}),
		process(workloads.Stages{Steps: []workloads.Stage{{For: time.Hour}}}),
		process(workloads.MMPP{Rates: []float64{0, 0}, Hold: []float64{1, 1}}),
		process(workloads.Cron{}),
		process(workloads.Trace{}),
		process(workloads.Closed{Clients: 0, Think: second}),
		process(workloads.After{Chance: 1}),
		{Process: workloads.Poisson{PerSecond: 1}, Batch: must(workloads.Constant(0))},
		{Process: workloads.Poisson{PerSecond: 1}, Scale: -1},
	} {
		if got := dues(a, workloads.Options{}, 1); len(got) != 0 {
			t.Errorf("%T: a task at %v, want none", a.Process, got)
		}
	}
}

func TestEveryIsExact(t *testing.T) {
	got := dues(process(workloads.Every{Period: 3 * time.Second}), workloads.Options{}, 4)
	if want := "[3s 6s 9s 12s]"; fmt.Sprint(got) != want {
		t.Errorf("dues %v, want %v", got, want)
	}
	got = dues(process(workloads.Every{Period: time.Second}), workloads.Options{Load: 3}, 3)
	if want := "[333.333333ms 666.666667ms 1s]"; fmt.Sprint(got) != want {
		t.Errorf("dues at load 3 %v, want %v", got, want)
	}
}

func TestBatchesShareTheirDue(t *testing.T) {
	a := workloads.Arrivals{Process: workloads.Every{Period: time.Second}, Batch: must(workloads.Constant(3))}
	got := dues(a, workloads.Options{}, 7)
	if want := "[1s 1s 1s 2s 2s 2s 3s]"; fmt.Sprint(got) != want {
		t.Errorf("dues %v, want %v", got, want)
	}
}

// TestBatchesLeaveTheGapsAlone: with batches, the instants stay those of the process without.
func TestBatchesLeaveTheGapsAlone(t *testing.T) {
	p := workloads.Poisson{PerSecond: 1}
	alone := dues(process(p), workloads.Options{}, 100)
	seen := map[des.Time]bool{}
	for _, d := range alone {
		seen[d] = true
	}
	for _, d := range dues(workloads.Arrivals{Process: p, Batch: must(workloads.Uniform(1, 4))}, workloads.Options{}, 100) {
		if !seen[d] {
			t.Fatalf("a batch at %v, where the process has no arrival", d)
		}
	}
}

func TestRatesAndStationarity(t *testing.T) {
	trace := workloads.Trace{Rows: []workloads.TraceRow{{Due: time.Second}, {Due: 4 * time.Second}}}
	flat := workloads.Stages{Steps: []workloads.Stage{{For: time.Hour, From: 2, To: 2}}}
	classes := []workloads.Class{
		0: {Arrivals: process(workloads.Poisson{PerSecond: 3})},
		1: {Arrivals: workloads.Arrivals{Process: workloads.After{Class: 0, Chance: 0.5}, Batch: must(workloads.Constant(40)), Scale: 2}},
		2: {Arrivals: process(workloads.After{Class: 1, Chance: 0.1})},
		3: {Arrivals: process(workloads.Closed{Clients: 2, Think: second})},
		4: {Arrivals: process(workloads.After{Class: 3, Chance: 1})},
		5: {Arrivals: process(workloads.After{Class: 5, Chance: 1})},
		6: {Arrivals: process(trace)},
		7: {Arrivals: process(workloads.After{Class: 6, Chance: 1})},
		8: {Arrivals: process(flat)},
		9: {Arrivals: process(rush(1, 2))},
	}
	nan := math.NaN()
	for i, want := range []struct {
		rate       float64
		stationary bool
	}{{3, true}, {120, true}, {12, true}, {nan, true}, {nan, true}, {nan, false}, {0.5, false}, {0.5, false}, {2, true}, {1.75, false}} {
		got := workloads.MeanRate(classes, i)
		if math.IsNaN(got) != math.IsNaN(want.rate) || math.Abs(got-want.rate) > 1e-12 {
			t.Errorf("MeanRate of class %d = %v, want %v", i, got, want.rate)
		}
		if got := workloads.Stationary(classes, i); got != want.stationary {
			t.Errorf("Stationary of class %d = %v, want %v", i, got, want.stationary)
		}
	}
}
