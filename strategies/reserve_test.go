package strategies

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/simrun/capacity"
	"example.com/simrun/celery"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// keeping is a worker of so many slots that keeps some for queues.
func keeping(slots int, kept map[string]int, queues ...string) WorkerSpec {
	s := w("w", slots, queues...)
	s.Reserve = kept
	return s
}

func TestReserveIsWhatIf(t *testing.T) {
	for broker, wishes := range map[string]int{"redis": 1, "rabbitmq": 1, "ideal": 0} {
		s := Spec{Workers: []WorkerSpec{keeping(8, map[string]int{"high": 2}, "low", "high")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: broker}}}
		l := layout(t, notifyAndBackup(t), nil, s)
		if len(l.WhatIf) != wishes || !slices.Equal(l.Workers[0].Reserve, []int{0, 2}) || l.Workers[0].Loop != worker.Alert {
			t.Errorf("%s: %q, kept %v", broker, l.WhatIf, l.Workers[0].Reserve)
		}
		without := s
		without.Workers = []WorkerSpec{w("w", 8, "low", "high")}
		plain := layout(t, notifyAndBackup(t), nil, without)
		if Equivalent(plain, l, notifyAndBackup(t)) {
			t.Errorf("%s: reserve makes no difference", broker)
		}
		if changes, _ := Simplicity(plain, l, notifyAndBackup(t)); changes != 1 {
			t.Errorf("%s: %d changes", broker, changes)
		}
		if c := Diff(plain, l, notifyAndBackup(t)); len(c.WhatIf) != 1 || !strings.Contains(c.WhatIf[0], "reserve") || !strings.Contains(strings.Join(c.Rollout, " "), `Restart "w"`) {
			t.Errorf("%s: %q, %q", broker, c.WhatIf, c.Rollout)
		}
		s.Workers[0].Reserve = map[string]int{"high": 0}
		if none := layout(t, notifyAndBackup(t), nil, s); len(none.WhatIf) != 0 || !Equivalent(plain, none, notifyAndBackup(t)) {
			t.Errorf("%s: nothing kept is something: %q", broker, none.WhatIf)
		}
	}
}

// A derived layout deals all slots out, and says so.
func TestDeriveDealsKeptSlotsOut(t *testing.T) {
	specs := []Spec{
		{Name: "from", Workers: []WorkerSpec{keeping(8, map[string]int{"high": 2}, "high", "low")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}},
		{Name: "to", Derive: &Derive{From: "from", SplitBy: "queue", Share: "equal"}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}},
	}
	layouts, problems := Resolve(specs, notifyAndBackup(t), nil, nil)
	if Failed(problems[1]) {
		t.Fatal(problemsOf(problems[1]))
	}
	for i := range layouts[1].Workers {
		if c := &layouts[1].Workers[i]; c.Reserve != nil || c.Concurrency != 4 {
			t.Errorf("%+v", c)
		}
	}
	if !strings.Contains(strings.Join(layouts[1].Notes, ""), "dealt out") {
		t.Errorf("%q", layouts[1].Notes)
	}
}

func TestOfferedWithReserve(t *testing.T) {
	classes := []workloads.Class{class(t, "a", "A", 1.5, 0, 1), class(t, "b", "B", 3.2, 0, 1)}
	for _, tt := range []struct {
		name string
		kept map[string]int
		want []expectation
	}{
		{"none", nil, []expectation{{"A", 1.5, 5, false, 0, ""}, {"B", 3.2, 5, false, 0, ""}}},
		{"enough is left", map[string]int{"A": 1}, []expectation{{"A", 1.5, 5, false, 0, ""}, {"B", 3.2, 4, false, 0, ""}}},
		{"too little is left", map[string]int{"A": 2}, []expectation{{"A", 1.5, 5, false, 0, ""}, {"B", 3.2, 3, true, 0.2, "slots"}}},
		{"as two workers", map[string]int{"A": 1, "B": 4}, []expectation{{"A", 1.5, 1, true, 0.5, "slots"}, {"B", 3.2, 4, false, 0, ""}}},
	} {
		s := keeping(5, tt.kept, "A", "B")
		l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{s}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
		compareLoads(t, tt.name, l.Offered(classes, nil, capacity.Outside{}, 1), tt.want)
	}
}

func compareLoads(t *testing.T, name string, got []capacity.QueueLoad, want []expectation) {
	t.Helper()
	for i, q := range want {
		g := got[i]
		if g.Queue != q.queue || !near(g.Offered, q.offered) || !near(g.Capacity, q.capacity) || g.Unstable != q.unstable || !near(g.GrowthPerSecond, q.growth) || g.By != q.by {
			t.Errorf("%s: %+v, want %+v", name, g, q)
		}
	}
}

// A rate limit holds for each worker. One that is exceeded fills the window: the other queues then get no more turns
// than it, unless a worker without it, a part of the window or a window without end is left to them.
func TestOfferedWithRateLimit(t *testing.T) {
	const by = `rate_limit of "a"`
	v := func(s WorkerSpec) WorkerSpec { s.Name = "v"; return s }
	endless := func(s WorkerSpec) WorkerSpec { s.PrefetchMultiplier = new(0); return s }
	strict := func(s WorkerSpec) WorkerSpec { s.Order = "strict"; return s }
	for _, tt := range []struct {
		name    string
		rate    float64 // of a, which is limited to 2/s
		b       float64
		workers []WorkerSpec
		want    []expectation
	}{
		{"below", 1.9, 5, []WorkerSpec{w("w", 9, "A", "B")}, []expectation{{"A", 0.19, 9, false, 0, ""}, {"B", 0.5, 9, false, 0, ""}}},
		{"just as much", 2, 5, []WorkerSpec{w("w", 9, "A", "B")}, []expectation{{"A", 0.2, 9, true, 0, by}, {"B", 0.5, 9, true, 3, by}}},
		{"of two workers", 3, 5, []WorkerSpec{w("w", 9, "A", "B"), v(w("v", 9, "A", "B"))}, []expectation{{"A", 0.3, 18, false, 0, ""}, {"B", 0.5, 18, false, 0, ""}}},
		{"fewer turns than asked for", 3, 5, []WorkerSpec{w("w", 9, "A", "B")}, []expectation{{"A", 0.3, 9, true, 1, by}, {"B", 0.5, 9, true, 3, by}}},
		{"turns enough", 3, 1.5, []WorkerSpec{w("w", 9, "A", "B")}, []expectation{{"A", 0.3, 9, true, 1, by}, {"B", 0.15, 9, false, 0, ""}}},
		{"no turn at all", 3, 1.5, []WorkerSpec{strict(w("w", 9, "A", "B"))}, []expectation{{"A", 0.3, 9, true, 1, by}, {"B", 0.15, 9, true, 1.5, by}}},
		{"the first turn", 3, 5, []WorkerSpec{strict(w("w", 9, "B", "A"))}, []expectation{{"A", 0.3, 9, true, 1, by}, {"B", 0.5, 9, false, 0, ""}}},
		{"no window", 3, 5, []WorkerSpec{endless(w("w", 9, "A", "B"))}, []expectation{{"A", 0.3, 9, true, 1, by}, {"B", 0.5, 9, false, 0, ""}}},
		{"another worker", 3, 5, []WorkerSpec{w("w", 9, "A", "B"), v(w("v", 1, "B"))}, []expectation{{"A", 0.3, 9, true, 1, by}, {"B", 0.5, 10, false, 0, ""}}},
		{"a part of the window", 3, 5, []WorkerSpec{keeping(9, map[string]int{"B": 1}, "A", "B")}, []expectation{{"A", 0.3, 8, true, 1, by}, {"B", 0.5, 9, false, 0, ""}}},
	} {
		classes := []workloads.Class{class(t, "a", "A", tt.rate, 0, 0.1), class(t, "b", "B", tt.b, 0, 0.1)}
		classes[0].Pace = 500 * time.Millisecond
		l := layout(t, classes, nil, Spec{Workers: tt.workers, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
		got := l.Offered(classes, nil, capacity.Outside{}, 1)
		slices.SortFunc(got, func(a, b capacity.QueueLoad) int { return strings.Compare(a.Queue, b.Queue) })
		compareLoads(t, tt.name, got, tt.want)
	}
}

func TestRateLimitsAreNoted(t *testing.T) {
	classes := notifyAndBackup(t)
	classes[0].Pace, classes[1].Pace = 12*time.Second, time.Second
	three := w("w", 8, "high", "low")
	three.Replicas = new(3)
	l := layout(t, classes, nil, Spec{Workers: []WorkerSpec{three, w("v", 1, "high")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
	want := []string{
		`rate_limit: "notify" starts at most 5/min on each worker: with 4 workers that take the queue "high" 20/min in all`,
		`rate_limit: "backup" starts at most 1/s on each worker: with 3 workers that take the queue "low" 3/s in all`,
	}
	said := func(l *Layout) []string {
		return slices.DeleteFunc(slices.Clone(l.Notes), func(n string) bool { return !strings.HasPrefix(n, "rate_limit") })
	}
	if !slices.Equal(said(l), want) {
		t.Errorf("%q", l.Notes)
	}
	alone := layout(t, classes, nil, Spec{Workers: []WorkerSpec{w("w", 8, "high", "low")}, Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}})
	if len(said(alone)) != 0 {
		t.Errorf("%q", alone.Notes)
	}
}
