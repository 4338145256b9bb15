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

func source(o workloads.Options, classes ...workloads.Class) *workloads.Source {
	return workloads.NewSource(classes, des.NewKey(42).With(1), o)
}

// told is everything a source says of a task, by the name of its class.
type told struct {
	key     des.Key
	due     des.Time
	demands string
	fates   [3]workloads.Fate
	a       workloads.Attributes
	jitter  float64
}

func tell(s *workloads.Source, classes []workloads.Class, a workloads.Arrival) told {
	d := make([]des.Time, len(classes[a.Class].Work))
	t := told{key: a.Key, due: a.Due, a: s.Attributes(a.Ref), jitter: s.Jitter(a.Ref, 0)}
	for n := range t.fates {
		t.fates[n] = s.Demands(a.Ref, n+1, d)
		t.demands += fmt.Sprint(d)
	}
	return t
}

// play runs a source for an hour; every task takes ten seconds and succeeds, in order of ends. It returns what is told
// of the tasks of each class.
func play(classes []workloads.Class, o workloads.Options) map[string][]told {
	const takes = 10 * time.Second
	s := source(o, classes...)
	all := map[string][]told{}
	var running []workloads.Arrival
	for now := des.Time(0); now < time.Hour; {
		if len(running) > 0 && running[0].Due+takes <= s.Peek() {
			now = running[0].Due + takes
			s.Finished(running[0].Ref, now, true)
			running = running[1:]
			continue
		}
		a, ok := next(s)
		if !ok {
			break
		}
		now = a.Due
		name := classes[a.Class].Name
		all[name] = append(all[name], tell(s, classes, a))
		running = append(running, a)
	}
	return all
}

func exp(mean float64) workloads.Dist { return must(workloads.Exponential(mean)) }

// family is one class of every way to arrive.
func family() []workloads.Class {
	open := class("open", workloads.Poisson{PerSecond: 0.1}, exp(1))
	open.Work = append(open.Work, workloads.Phase{Kind: workloads.CPU, Demand: must(workloads.Gamma(1, 2))})
	open.Countdown, open.Expires = exp(5), exp(60)
	open.Failures.Error.P, open.Failures.Slow.P, open.Failures.SlowFactor = 0.3, 0.2, 10
	open.Failures.Crash = workloads.Chance{P: 0.1, PerTask: true}
	child := class("child", workloads.After{Class: 0, Chance: 0.5}, exp(2))
	child.Arrivals.Batch = must(workloads.Uniform(1, 4))
	closed := class("closed", workloads.Closed{Clients: 3, Think: exp(30)}, exp(3))
	closed.Arrivals.Batch = must(workloads.Uniform(0, 3))
	grandchild := class("grandchild", workloads.After{Class: 1, Chance: 1}, exp(4))
	bursts := class("bursts", workloads.MMPP{Rates: []float64{1, 0.01}, Hold: []float64{5, 60}}, exp(5))
	return []workloads.Class{open, child, closed, grandchild, bursts}
}

func same(t *testing.T, what string, got, want []told) {
	t.Helper()
	if len(want) < 20 {
		t.Fatalf("%s: only %d tasks to compare", what, len(want))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d tasks differ from the %d there were", what, len(got), len(want))
	}
}

func TestOtherClassesChangeNothing(t *testing.T) {
	classes := family()
	want := play(classes, workloads.Options{})
	slices.Reverse(classes)
	classes = slices.Insert(classes, 2, class("new", workloads.Poisson{PerSecond: 1}, exp(1)),
		class("new child", workloads.After{Class: 6, Chance: 0.5}, exp(1)))
	for i := range classes { // now bursts, grandchild, new, new child, closed, child, open
		switch classes[i].Name {
		case "child":
			classes[i].Arrivals.Process = workloads.After{Class: 6, Chance: 0.5}
		case "grandchild":
			classes[i].Arrivals.Process = workloads.After{Class: 5, Chance: 1}
		}
	}
	got := play(classes, workloads.Options{})
	for _, c := range family() {
		same(t, c.Name, got[c.Name], want[c.Name])
	}
}

func TestAFailureAtChanceZeroChangesNothing(t *testing.T) {
	want := play(family(), workloads.Options{})
	for _, perTask := range []bool{false, true} {
		classes := family()
		for i := range classes {
			f := &classes[i].Failures
			for _, c := range []*workloads.Chance{&f.Error, &f.Hang, &f.Crash, &f.Slow} {
				if c.P == 0 {
					c.PerTask = perTask
				}
			}
		}
		got := play(classes, workloads.Options{})
		for _, c := range classes {
			same(t, c.Name, got[c.Name], want[c.Name])
		}
	}
}

// TestANewFailureAddsOnlyItself: with hangs added, no task changes but those that hang, and demands never do.
func TestANewFailureAddsOnlyItself(t *testing.T) {
	classes := family()
	want := play(classes, workloads.Options{})
	classes[0].Failures.Hang.P = 0.2
	got := play(classes, workloads.Options{})
	hangs := 0
	for i, g := range got["open"] {
		w := want["open"][i]
		for n, fate := range g.fates {
			if fate == workloads.Hang {
				hangs++
				w.fates[n] = workloads.Hang
			}
		}
		if g != w {
			t.Fatalf("task %d: %+v, want %+v", i, g, w)
		}
	}
	if hangs == 0 {
		t.Fatal("no task hangs")
	}
}

// TestAnotherLawOfOnePhaseLeavesTheOther, though it takes another number of draws.
func TestAnotherLawOfOnePhaseLeavesTheOther(t *testing.T) {
	classes := []workloads.Class{family()[0]}
	classes[0].Failures = workloads.Failures{}
	second := func() (x []des.Time) {
		s := source(workloads.Options{}, classes...)
		d := make([]des.Time, 2)
		for range 100 {
			a, _ := next(s)
			s.Demands(a.Ref, 1, d)
			x = append(x, d[1])
		}
		return x
	}
	want := second()
	classes[0].Work[0].Demand = must(workloads.Gamma(3, 0.2))
	if got := second(); !slices.Equal(got, want) {
		t.Error("the second phase has changed")
	}
}

func TestLoadScalesDues(t *testing.T) {
	trace := workloads.Trace{Rows: []workloads.TraceRow{{Due: 1}, {Due: 3 * time.Second}, {Due: time.Hour + 1}}}
	for _, p := range []workloads.Process{
		workloads.Poisson{PerSecond: 0.3},
		workloads.Every{Period: 7 * time.Second},
		workloads.Renewal{Gap: must(workloads.Lognormal(3, 2))},
		trace,
	} {
		one := dues(process(p), workloads.Options{}, 5000)
		for _, factor := range []float64{0.25, 3} {
			byLoad := dues(process(p), workloads.Options{Load: factor}, 5000)
			byScale := dues(workloads.Arrivals{Process: p, Scale: factor}, workloads.Options{}, 5000)
			for i, d := range one {
				near(t, fmt.Sprintf("%T: due %d at load %v", p, i, factor), float64(byLoad[i]), float64(d)/factor, 0.5/factor+0.51)
				if byScale[i] != byLoad[i] {
					t.Fatalf("%T: due %d by scale %v, by load %v", p, i, byScale[i], byLoad[i])
				}
			}
		}
	}
}

// TestLoadKeepsTheTimesOfPlans: the phases of an MMPP, the steps of a plan and the minutes of a crontab stay.
func TestLoadKeepsTheTimesOfPlans(t *testing.T) {
	cron := process(must(workloads.ParseCron("0 * * * *")))
	got := dues(cron, workloads.Options{Load: 2}, 5)
	if want := "[0s 0s 1h0m0s 1h0m0s 2h0m0s]"; fmt.Sprint(got) != want {
		t.Errorf("crontab at load 2: %v, want %v", got, want)
	}
	bursts := process(workloads.MMPP{Rates: []float64{1000, 0}, Hold: []float64{1, 9}})
	gaps := func(load float64) (long []int) { // seconds at which long silences begin
		d := dues(bursts, workloads.Options{Load: load}, int(20_000*load))
		for i := range d[1:] {
			if d[i+1]-d[i] > time.Second {
				long = append(long, int(math.Round(d[i].Seconds()*10)))
			}
		}
		return long
	}
	one, two := gaps(1), gaps(2)
	agree := 0
	for _, g := range one {
		if slices.Contains(two, g) {
			agree++
		}
	}
	if len(one) < 10 || float64(agree) < 0.8*float64(len(one)) {
		t.Errorf("at load 2 %d of %d silences begin when they do at load 1", agree, len(one))
	}
}

func TestOrderIsByDueThenByKnowledge(t *testing.T) {
	batch := class("batch", workloads.Every{Period: 2 * time.Second}, second)
	batch.Arrivals.Batch = must(workloads.Constant(2))
	s := source(workloads.Options{},
		class("slow", workloads.Every{Period: 4 * time.Second}, second),
		batch,
		class("quick", workloads.Every{Period: time.Second}, second),
		class("child", workloads.After{Class: 2, Chance: 1}, second),
	)
	var log string
	for range 20 {
		a, _ := next(s)
		log += fmt.Sprintf("%v %s, ", a.Due, s.ID(a.Ref))
		if a.Class == 2 {
			s.Finished(a.Ref, a.Due, true) // its child is known last, so it comes last of its instant
		}
	}
	want := "1s quick-0, 1s child-0, " +
		"2s batch-0, 2s batch-1, 2s quick-1, 2s child-1, " +
		"3s quick-2, 3s child-2, " +
		"4s slow-0, 4s batch-2, 4s batch-3, 4s quick-3, 4s child-3, " +
		"5s quick-4, 5s child-4, 6s batch-4, 6s batch-5, 6s quick-5, 6s child-5, 7s quick-6, "
	if log != want {
		t.Errorf("order\n%s, want\n%s", log, want)
	}
}

func TestClosedClientsWaitForTheirTasks(t *testing.T) {
	think := must(workloads.Constant(5))
	c := class("c", workloads.Closed{Clients: 2, Think: think}, second)
	c.Arrivals.Batch = must(workloads.Constant(2))
	s := source(workloads.Options{Load: 2}, c)
	var first []workloads.Arrival
	for range 4 {
		a, _ := next(s)
		if a.Due != 2500*time.Millisecond {
			t.Fatalf("first tasks at %v, want 2.5s: 5 s of thinking at load 2", a.Due)
		}
		first = append(first, a)
	}
	if _, ok := next(s); ok || s.Peek() != des.Never {
		t.Fatal("a client comes again before its tasks have ended")
	}
	s.Finished(first[0].Ref, 10*time.Second, true)
	if s.Peek() != des.Never {
		t.Fatal("a client comes again before its second task has ended")
	}
	s.Finished(first[2].Ref, 11*time.Second, false)
	s.Finished(first[1].Ref, 12*time.Second, false) // a failed task sends its client back, too
	if got := s.Peek(); got != 14500*time.Millisecond {
		t.Fatalf("the client comes again at %v, want 14.5s", got)
	}
	a, _ := next(s)
	if a.Row != first[1].Row || a.Key == first[0].Key {
		t.Errorf("client %d with the key of before, want client %d with a new key", a.Row, first[1].Row)
	}
}

// TestFollowedAreThoseWhoseEndsMatter: clients wait for their tasks, and children come after their parents.
func TestFollowedAreThoseWhoseEndsMatter(t *testing.T) {
	s := source(workloads.Options{},
		class("child", workloads.After{Class: 1, Chance: 1}, second),
		class("parent", workloads.Every{Period: time.Second}, second),
		class("callback", workloads.After{Class: 3, Chance: 1, All: true}, second),
		class("chord", workloads.Every{Period: time.Second}, second),
		class("client", workloads.Closed{Clients: 1, Think: must(workloads.Constant(1))}, second),
		class("alone", workloads.Every{Period: time.Second}, second),
	)
	for i, want := range []bool{false, true, false, true, true, false} {
		if got := s.Followed(int32(i)); got != want {
			t.Errorf("class %d is followed: %v, want %v", i, got, want)
		}
	}
}

// TestClosedClientsDoTheSameInAnyOrder: a client's thinking and tasks do not depend on when others end.
func TestClosedClientsDoTheSameInAnyOrder(t *testing.T) {
	classes := []workloads.Class{class("c", workloads.Closed{Clients: 5, Think: exp(1)}, exp(1))}
	thinks := func(takes func(client int32) des.Time) map[int32][]des.Time {
		s := source(workloads.Options{}, classes...)
		ended := [5]des.Time{}
		out := map[int32][]des.Time{}
		var q des.Queue
		var refs [5]workloads.Ref
		for n := 0; n < 2000; {
			if q.Len() > 0 && q.Peek() <= s.Peek() {
				e := q.Pop()
				ended[e.Arg] = e.At
				s.Finished(refs[e.Arg], e.At, true)
				continue
			}
			a, _ := next(s)
			d := make([]des.Time, 1)
			s.Demands(a.Ref, 1, d)
			out[a.Row] = append(out[a.Row], a.Due-ended[a.Row], d[0])
			refs[a.Row] = a.Ref
			q.Push(des.Event{At: a.Due + takes(a.Row), Arg: a.Row})
			n++
		}
		return out
	}
	one := thinks(func(int32) des.Time { return time.Second })
	two := thinks(func(c int32) des.Time { return des.Time(c+1) * 700 * time.Millisecond })
	for c := range int32(5) {
		if n := min(len(one[c]), len(two[c])); n < 100 || !slices.Equal(one[c][:n], two[c][:n]) {
			t.Errorf("client %d behaves differently when tasks take another time", c)
		}
	}
}

func TestChildrenComeWithTheirChance(t *testing.T) {
	child := class("child", workloads.After{Class: 0, Chance: 0.3}, second)
	child.Arrivals.Scale = 1.5
	s := source(workloads.Options{Load: 2}, class("parent", workloads.Every{Period: time.Second}, second), child)
	const parents = 20_000
	children := 0
	for n := 0; n < parents; {
		a, _ := next(s)
		if a.Class == 1 {
			children++
			continue
		}
		s.Finished(a.Ref, a.Due, true)
		n++
	}
	near(t, "children a parent", float64(children)/parents, 0.45, 4*math.Sqrt(0.3*1.5*1.5/parents))
}

func TestAFailedParentHasNoChildren(t *testing.T) {
	s := source(workloads.Options{}, class("parent", workloads.Every{Period: time.Second}, second), class("child", workloads.After{Class: 0, Chance: 1}, second))
	for range 50 {
		a, _ := next(s)
		if a.Class == 1 {
			t.Fatal("a child of a failed parent")
		}
		s.Finished(a.Ref, a.Due, false)
	}
}
