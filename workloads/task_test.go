package workloads_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

// refs are the first n tasks of a class.
func refs(s *workloads.Source, n int) (out []workloads.Ref) {
	for range n {
		a, _ := next(s)
		out = append(out, a.Ref)
	}
	return out
}

func TestFatesHaveTheirChances(t *testing.T) {
	c := class("c", workloads.Poisson{PerSecond: 1}, second)
	c.Failures = workloads.Failures{Error: workloads.Chance{P: 0.2}, Hang: workloads.Chance{P: 0.1}, Crash: workloads.Chance{P: 0.05}}
	s := source(workloads.Options{}, c)
	const tasks = 40_000
	var n [8]float64
	for _, r := range refs(s, tasks) {
		n[s.Demands(r, 1, nil)]++
	}
	for fate, p := range map[workloads.Fate]float64{workloads.Hang: 0.1, workloads.Crash: 0.9 * 0.05, workloads.Error: 0.9 * 0.95 * 0.2} {
		near(t, fmt.Sprintf("share of fate %d", fate), n[fate]/tasks, p, 4*math.Sqrt(p/tasks))
	}
}

func TestFatesPerTaskStayAndPerAttemptChange(t *testing.T) {
	for _, perTask := range []bool{true, false} {
		c := class("c", workloads.Poisson{PerSecond: 1}, second)
		c.Failures.Error = workloads.Chance{P: 0.5, PerTask: perTask}
		s := source(workloads.Options{}, c)
		changes := 0
		for _, r := range refs(s, 1000) {
			if s.Demands(r, 1, nil) != s.Demands(r, 2, nil) {
				changes++
			}
		}
		if want := map[bool]float64{true: 0, false: 500}[perTask]; math.Abs(float64(changes)-want) > want/5 {
			t.Errorf("per task %v: %d of 1000 tasks change fate from attempt 1 to 2, want about %v", perTask, changes, want)
		}
	}
}

func TestSlowAttemptsTakeLonger(t *testing.T) {
	for _, law := range []workloads.Dist{second, exp(1)} {
		c := class("c", workloads.Poisson{PerSecond: 1}, law)
		plain := source(workloads.Options{}, c)
		c.Failures.Slow, c.Failures.SlowFactor = workloads.Chance{P: 0.25}, 10
		s := source(workloads.Options{}, c)
		a, b := make([]des.Time, 1), make([]des.Time, 1)
		slow := 0
		for _, r := range refs(s, 4000) {
			plain.Demands(r, 1, a)
			if s.Demands(r, 1, b) != workloads.Fine {
				t.Fatal("a slow attempt fails")
			}
			if b[0] != a[0] {
				slow++
				near(t, "slow demand", float64(b[0]), 10*float64(a[0]), 6)
			}
		}
		near(t, "slow attempts", float64(slow), 1000, 4*math.Sqrt(4000*0.25*0.75))
	}
}

func TestRetriesAskForTheSameUnlessFresh(t *testing.T) {
	c := class("c", workloads.Poisson{PerSecond: 1}, exp(1))
	same := source(workloads.Options{}, c)
	c.Fresh = true
	fresh := source(workloads.Options{}, c)
	demand := func(s *workloads.Source, r workloads.Ref, attempt int) des.Time {
		d := make([]des.Time, 1)
		s.Demands(r, attempt, d)
		return d[0]
	}
	for _, r := range refs(same, 100) {
		first := demand(same, r, 1)
		if demand(same, r, 2) != first {
			t.Fatal("a retry asks for other work")
		}
		if demand(fresh, r, 1) != first {
			t.Fatal("the first attempt depends on what retries ask for")
		}
		if two, three := demand(fresh, r, 2), demand(fresh, r, 3); two == first || three == two {
			t.Fatal("a fresh retry asks for the same work")
		}
	}
}

func TestAttributes(t *testing.T) {
	c := class("c", workloads.Poisson{PerSecond: 1}, second)
	plain := source(workloads.Options{}, c)
	c.Countdown, c.Expires = must(workloads.Constant(2)), must(workloads.Constant(0))
	s := source(workloads.Options{}, c)
	r := refs(s, 1)[0]
	if got, want := s.Attributes(r), (workloads.Attributes{Countdown: 2 * time.Second, Expires: workloads.AtOnce}); got != want {
		t.Errorf("attributes %+v, want %+v", got, want)
	}
	if got := plain.Attributes(r); got != (workloads.Attributes{}) {
		t.Errorf("attributes of a plain class %+v, want none", got)
	}
}

func TestJitterIsUniform(t *testing.T) {
	s := source(workloads.Options{}, class("c", workloads.Poisson{PerSecond: 1}, second))
	var x []float64
	for _, r := range refs(s, 5000) {
		for retry := range 2 {
			x = append(x, s.Jitter(r, retry))
		}
	}
	slices.Sort(x)
	var far float64
	for i, v := range x {
		far = max(far, math.Abs(v-(float64(i)+0.5)/float64(len(x))))
	}
	if far > 1.95/math.Sqrt(float64(len(x))) {
		t.Errorf("distance %v from uniform", far)
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	classes := family()
	classes = append(classes, class("cron", must(workloads.ParseCron("* * * * *")), must(workloads.Weibull(1, 2))),
		class("plan", rush(0.1, 1), must(workloads.Lognormal(1, 2))), class("gaps", workloads.Renewal{Gap: must(workloads.Gamma(1, 0.5))}, exp(1)))
	s := source(workloads.Options{}, classes...)
	demands := make([]des.Time, 2)
	step := func() {
		a, _ := next(s)
		s.Attributes(a.Ref)
		s.Demands(a.Ref, 1, demands[:len(classes[a.Class].Work)])
		s.Demands(a.Ref, 2, demands[:len(classes[a.Class].Work)])
		s.Jitter(a.Ref, 0)
		s.Finished(a.Ref, a.Due, true)
	}
	for range 200_000 {
		step()
	}
	if n := testing.AllocsPerRun(20_000, step); n != 0 {
		t.Errorf("%v allocations a task", n)
	}
}
