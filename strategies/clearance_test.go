package strategies

import (
	"slices"
	"strings"
	"testing"

	"example.com/simrun/celery"
	"example.com/simrun/workloads"
)

// labelled are two tasks with labels and one without, in queues of their own.
func labelled(t *testing.T) []workloads.Class {
	classes := []workloads.Class{
		class(t, "export", "export", 1, 0, 1), class(t, "thumb", "thumb", 1, 0, 1), class(t, "refund", "refund", 1, 0, 1),
	}
	classes[0].Labels, classes[2].Labels = []string{"pii"}, []string{"pii", "pay"}
	return classes
}

func TestDeriveByLabel(t *testing.T) {
	all := []string{"export", "thumb", "refund"}
	for _, tt := range []struct {
		name      string
		classes   int
		clearance []string
		shares    map[string]int
		workers   string
		cleared   [][]string // of each worker
	}{
		{
			"by set of labels, in their order", 3,
			[]string{"pii", "pay"},
			map[string]int{"pii": 1, "*": 5, "pay+pii": 2},
			"worker_pii:export:1 worker_general_tasks:thumb:5 worker_pay_pii:refund:2",
			[][]string{{"pii"}, nil, {"pay", "pii"}},
		},
		{"two groups have the usual names", 2, []string{"pii"}, nil, "worker_sensitive_data:export:4 worker_general_tasks:thumb:4", [][]string{{"pii"}, nil}},
		{"no clearance comes from nothing", 2, nil, nil, "worker_sensitive_data:export:4 worker_general_tasks:thumb:4", nil},
	} {
		d := Derive{From: "pool", SplitBy: "label", Shares: tt.shares}
		if tt.shares == nil {
			d.Share = "equal"
		}
		pool := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: all[:tt.classes], Concurrency: new(8)}, Clearance: tt.clearance}
		layouts, problems := Resolve([]Spec{{Name: "pool", Workers: []WorkerSpec{pool}}, {Name: "derived", Derive: &d}}, labelled(t)[:tt.classes], app, nil)
		if Failed(problems[0]) || Failed(problems[1]) {
			t.Fatalf("%s: %s\n%s", tt.name, problemsOf(problems[0]), problemsOf(problems[1]))
		}
		l := &layouts[1]
		if got := describe(l); got != tt.workers {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.workers)
		}
		if !slices.EqualFunc(l.Clearance, tt.cleared, slices.Equal) {
			t.Errorf("%s: clearance %v, want %v", tt.name, l.Clearance, tt.cleared)
		}
		if breaches := Breaches(l, labelled(t)[:tt.classes]); (len(breaches) > 0) != (tt.clearance == nil) {
			t.Errorf("%s: breaches %v", tt.name, breaches)
		}
	}
}

// layoutsOf is a ladder: one pool, the pool cleared, two workers of which one takes both queues when idle, the same with
// users of their own.
func layoutsOf(t *testing.T) []Layout {
	pool := WorkerSpec{Worker: celery.Worker{Name: "w", Queues: []string{"export", "thumb"}, Concurrency: new(4)}}
	cleared := pool
	cleared.Clearance = []string{"pii"}
	apart := []WorkerSpec{
		{Worker: celery.Worker{Name: "a", Queues: []string{"export"}, Concurrency: new(2)}, Clearance: []string{"pii"}},
		{Worker: celery.Worker{Name: "b", Queues: []string{"thumb"}, Concurrency: new(2)}},
	}
	helping := slices.Clone(apart)
	helping[1].Overflow = []string{"export"}
	layouts, problems := Resolve([]Spec{
		{Name: "pool", Workers: []WorkerSpec{pool}},
		{Name: "cleared", Workers: []WorkerSpec{cleared}},
		{Name: "apart", Workers: apart},
		{Name: "users", Workers: apart, Broker: BrokerSpec{ACL: "per_queue"}},
		{Name: "helping", Workers: helping, Broker: BrokerSpec{ACL: "per_queue"}},
	}, labelled(t)[:2], app, nil)
	for i := range problems {
		if Failed(problems[i]) {
			t.Fatal(problemsOf(problems[i]))
		}
	}
	return layouts
}

func TestBreachesAndReadable(t *testing.T) {
	classes := labelled(t)[:2]
	for i, want := range []struct {
		breach   []string // workers
		readable bool
	}{{[]string{"w"}, true}, {nil, true}, {nil, true}, {nil, false}, {[]string{"b"}, true}} {
		l := &layoutsOf(t)[i]
		var got []string
		for _, b := range Breaches(l, classes) {
			got = append(got, b.Workers...)
		}
		if !slices.Equal(got, want.breach) {
			t.Errorf("%s: runs without clearance on %v, want %v", l.Name, got, want.breach)
		}
		if got := Readable(l, classes, 0, "pii"); got != want.readable {
			t.Errorf("%s: readable %v, want %v", l.Name, got, want.readable)
		}
	}
}

// Clearing a worker and users at the broker are changes, and steps of the way there.
func TestClearanceIsAChange(t *testing.T) {
	classes, l := labelled(t)[:2], layoutsOf(t)
	if n, _ := Simplicity(&l[0], &l[1], classes); n != 1 {
		t.Errorf("%d changes, want 1: the clearance", n)
	}
	if n, _ := Simplicity(&l[2], &l[3], classes); n != 1 {
		t.Errorf("%d changes, want 1: the users", n)
	}
	steps := strings.Join(Diff(&l[0], &l[3], classes).Rollout, "\n")
	for _, want := range []string{`Clear "a" for "pii"`, "a user of its own at the broker", "unacked_key"} {
		if !strings.Contains(steps, want) {
			t.Errorf("no step says %q:\n%s", want, steps)
		}
	}
	if steps := strings.Join(Diff(&l[2], &l[2], classes).Rollout, "\n"); steps != "" {
		t.Errorf("nothing to do, but: %s", steps)
	}
}
