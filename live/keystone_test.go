package live_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// trail writes down every change of state of every task, by the task's own name.
type trail struct {
	names map[int32]string
	lines []string
}

func newTrail() *trail { return &trail{names: map[int32]string{}} }

func (t *trail) Publish(_ des.Time, task int32, id string, _ *worker.Publication) { t.names[task] = id }

func (t *trail) Record(r worker.Record) {
	if r.Task < 0 {
		t.lines = append(t.lines, fmt.Sprintf("%d freed w%d s%d", r.At, r.Worker, r.Slot))
		return
	}
	t.lines = append(t.lines, fmt.Sprintf("%d kind %d %s q%d w%d s%d attempt %d %v",
		r.At, r.Kind, t.names[r.Task], r.Queue, r.Worker, r.Slot, r.Attempt, r.Outcome))
}

// TestLiveEqualsSim runs the same workers in a bubble of exact time and in the simulator, and compares every change
// of state of every task to the nanosecond.
func TestLiveEqualsSim(t *testing.T) {
	retry := worker.Retry{Max: 3, Delay: 500 * time.Millisecond, Backoff: 2, Cap: 10 * time.Second, Jitter: true, OnError: true}
	type edit = func(*strategies.Layout, []workloads.Class)
	window := func(multiplier int, late bool) edit {
		return func(l *strategies.Layout, _ []workloads.Class) {
			for i := range l.Workers {
				w := &l.Workers[i]
				w.DisablePrefetch, w.PrefetchMultiplier, w.AcksLate = false, multiplier, late
			}
		}
	}
	separated := func(l *strategies.Layout, _ []workloads.Class) {
		one := l.Workers[0]
		one.Concurrency = 1
		other := one
		one.Queues, other.Queues, other.Name = []int{0}, []int{1}, "other"
		l.Workers, l.Node = []worker.Config{one, other}, []int{-1, -1}
	}
	strict := func(l *strategies.Layout, _ []workloads.Class) { l.Workers[0].Order = worker.Strict }
	redis := func(l *strategies.Layout, _ []workloads.Class) {
		l.Broker.Kind, l.Broker.PrioritySteps = worker.Redis, []int{0, 3, 6, 9}
	}
	visible := func(l *strategies.Layout, _ []workloads.Class) {
		l.Broker.Visibility = 1500 * time.Millisecond
		for i := range l.Workers {
			l.Workers[i].Overheads.Look = 700 * time.Millisecond
		}
	}
	rabbitmq := func(l *strategies.Layout, _ []workloads.Class) { l.Broker.Kind = worker.RabbitMQ }
	pool := func(p worker.Pool) edit {
		return func(l *strategies.Layout, _ []workloads.Class) { l.Workers[0].Pool = p }
	}
	retries := func(_ *strategies.Layout, classes []workloads.Class) {
		for i := range classes {
			classes[i].Retry = retry
			classes[i].Failures.Error.P = 0.15
		}
	}
	hangs := func(l *strategies.Layout, classes []workloads.Class) {
		l.Workers[0].HardLimit = 2 * time.Second
		classes[0].Failures.Hang.P = 0.02
	}
	soft := func(l *strategies.Layout, classes []workloads.Class) {
		l.Workers[0].SoftLimit, l.Workers[0].HardLimit = 2*time.Second, 3*time.Second
		classes[1].Retry = retry
		classes[1].Retry.OnSoft = true
	}
	crashes := func(l *strategies.Layout, classes []workloads.Class) {
		for i := range classes {
			classes[i].Failures.Crash.P = 0.02
			classes[i].AcksLate, classes[i].RejectOnWorkerLost = worker.On, worker.On
		}
		l.Queues[0].DeliveryLimit = 2
	}
	phases := func(_ *strategies.Layout, classes []workloads.Class) {
		for i := range classes {
			half, err := workloads.Exponential(0.4)
			if err != nil {
				panic(err)
			}
			classes[i].Work = []workloads.Phase{{Kind: workloads.IO, Demand: half}, {Kind: workloads.CPU, Demand: half}}
		}
	}
	autoscale := func(l *strategies.Layout, _ []workloads.Class) {
		w := &l.Workers[0]
		w.Concurrency, w.AutoscaleMin, w.Keepalive = 4, 1, 3*time.Second
	}
	fleet := func(f worker.Fleet) edit {
		return func(l *strategies.Layout, _ []workloads.Class) {
			one := l.Workers[0]
			one.Concurrency = 1
			l.Workers, l.Node = nil, nil
			for n := range 4 {
				l.Workers, l.Node = append(l.Workers, one), append(l.Node, -1)
				f.Workers = append(f.Workers, n)
			}
			l.Fleets = []worker.Fleet{f}
		}
	}
	boot, err := workloads.Exponential(15)
	require.NoError(t, err)
	byQueue := worker.Fleet{Min: 1, Target: 2, Poll: 7 * time.Second, Cooldown: 31 * time.Second, Boot: boot, Grace: 1500 * time.Millisecond}
	byUse := worker.Fleet{
		Policy: worker.Utilization, Min: 1, Target: 0.6, Poll: 5 * time.Second, Cooldown: 9 * time.Second, Boot: boot,
		Grace: 300 * time.Millisecond, Victim: worker.Idle,
	}
	rules := worker.Rules{Window: 20 * time.Second, Policies: []worker.Rate{{Value: 2, Per: 15 * time.Second}}}
	byKEDA := worker.Fleet{
		Policy: worker.KEDA, Target: 2, Poll: 7 * time.Second, Sync: 5 * time.Second, Cooldown: 11 * time.Second, Boot: boot, Grace: time.Second,
		Up: worker.Rules{Policies: rules.Policies}, Down: rules, Limit: worker.Limit{Replicas: 1, Per: 9 * time.Second},
	}
	byRates := byKEDA
	byRates.Measure, byRates.Target, byRates.Limit = worker.ConsumptionTime, 2.5, worker.Limit{}
	byHPA := worker.Fleet{
		Policy: worker.HPA, Share: true, Min: 1, Target: 0.6, Poll: 5 * time.Second, Boot: boot, Grace: time.Second,
		Up: worker.Rules{Policies: rules.Policies}, Down: rules,
	}
	atOnce := worker.Fleet{Target: 1, Unacked: true, Boot: boot, Victim: worker.Idle, Grace: time.Second}
	recycling := func(l *strategies.Layout, _ []workloads.Class) {
		l.Workers[0].MaxTasksPerChild = 7
		l.Workers[0].Overheads.Exit, l.Workers[0].Overheads.Respawn = 30*time.Millisecond, 180*time.Millisecond
	}
	distant := func(l *strategies.Layout, _ []workloads.Class) {
		l.Broker.Way = 7 * time.Millisecond
		for i := range l.Workers {
			l.Workers[i].RoundTrip = time.Duration(25+i) * time.Millisecond
		}
	}
	kept := func(l *strategies.Layout, _ []workloads.Class) { l.Workers[0].Reserve = []int{0, 1} }
	paced := func(_ *strategies.Layout, classes []workloads.Class) { classes[0].Pace = 1300 * time.Millisecond }
	replicas := func(l *strategies.Layout, _ []workloads.Class) {
		l.Workers, l.Node = append(l.Workers, l.Workers[0]), []int{-1, -1}
		l.Group, l.Groups = []int{0, 0}, []string{"w"}
		for i := range l.Workers {
			l.Workers[i].Concurrency = 1
		}
	}
	soonLost := func(l *strategies.Layout, _ []workloads.Class) {
		l.Broker.Visibility = 20 * time.Second
		for i := range l.Workers {
			l.Workers[i].Overheads.Look = 10 * time.Second
		}
	}
	softly := func(l *strategies.Layout, _ []workloads.Class) {
		for i := range l.Workers {
			l.Workers[i].SoftShutdown = 900 * time.Millisecond
		}
	}
	overlong := func(retries bool) edit {
		return func(l *strategies.Layout, classes []workloads.Class) {
			l.Broker.ConsumerTimeout = 50 * time.Second
			classes[0].Failures.Hang.P = 0.005
			for i := range l.Workers {
				l.Workers[i].HardLimit, l.Workers[i].RetriesChannel = 150*time.Second, retries
			}
		}
	}
	cancelled := func(l *strategies.Layout, _ []workloads.Class) {
		for i := range l.Workers {
			l.Workers[i].CancelsOnLoss, l.Workers[i].NarrowsWindow = true, true
		}
	}
	drawn := func(l *strategies.Layout, _ []workloads.Class) {
		for i := range l.Workers {
			l.Workers[i].Order = worker.Drawn
		}
	}
	delays := func(l *strategies.Layout, _ []workloads.Class) { l.Queues[0].Delays = true }
	for _, c := range []struct {
		name  string
		edits []edit
	}{
		{"deploys and outages, channels closed", []edit{rabbitmq, replicas, overlong(false), window(2, true)}},
		{"deploys and outages, channels closed and opened again", []edit{rabbitmq, replicas, overlong(true), window(2, true)}},
		{"deploys and outages, what runs is cancelled, an order drawn", []edit{redis, replicas, soonLost, drawn, cancelled, window(4, true)}},
		{"deploys and outages, windows narrowed, delays in the broker", []edit{rabbitmq, replicas, retries, delays, cancelled, window(4, true)}},
		{"deploys and outages, one pool, early acks", []edit{window(4, false)}},
		{"deploys and outages, replicas, rabbitmq, late acks, retries", []edit{rabbitmq, replicas, retries, window(4, true)}},
		{"deploys and outages, replicas, redis, late acks, crashes", []edit{redis, replicas, soonLost, crashes, window(2, true)}},
		{"deploys and outages, soft shutdown, redis", []edit{redis, replicas, soonLost, softly, window(2, true)}},
		{"deploys and outages, threads", []edit{pool(worker.Threads), redis, soonLost, window(4, false)}},
		{"deploys and outages, gevent, hangs", []edit{pool(worker.Gevent), rabbitmq, hangs, window(2, true)}},
		{"deploys and outages, autoscaling", []edit{autoscale, window(4, true)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout, classes := mm2()
			layout.Group, layout.Groups = []int{0}, []string{"w"}
			for _, e := range c.edits {
				e(layout, classes)
			}
			equal(t, layout, classes, trouble()...)
		})
	}
	for _, c := range []struct {
		name  string
		edits []edit
	}{
		{"one pool, nothing prefetched", nil},
		{"one pool, prefetch 1, early acks", []edit{window(1, false)}},
		{"one pool, prefetch 4, early acks", []edit{window(4, false)}},
		{"one pool, prefetch 1, late acks", []edit{window(1, true)}},
		{"one pool, prefetch 4, late acks", []edit{window(4, true)}},
		{"strict", []edit{strict}},
		{"strict, prefetch 4", []edit{strict, window(4, false)}},
		{"separated", []edit{separated}},
		{"separated, prefetch 4, late acks", []edit{separated, window(4, true)}},
		{"retries", []edit{retries}},
		{"separated, retries, prefetch 1", []edit{separated, retries, window(1, false)}},
		{"hangs and the hard limit", []edit{hangs}},
		{"soft limit with retries", []edit{soft}},
		{"crashes, redelivered until dead", []edit{crashes}},
		{"separated, crashes", []edit{separated, crashes}},
		{"two phases", []edit{phases}},
		{"threads, crashes", []edit{pool(worker.Threads), crashes, window(4, true)}},
		{"gevent, hangs, crashes", []edit{pool(worker.Gevent), hangs, crashes}},
		{"a fleet that follows its queue", []edit{fleet(byQueue), window(1, false)}},
		{"a fleet that follows its use, late acks, redis", []edit{redis, fleet(byUse), window(2, true), retries}},
		{"a fleet of KEDA's, within a limit", []edit{fleet(byKEDA), window(1, true)}},
		{"a fleet of KEDA's that follows rates", []edit{fleet(byRates), window(1, true)}},
		{"a fleet of an HPA's", []edit{redis, fleet(byHPA), window(1, true)}},
		{"a fleet that looks after every change", []edit{fleet(atOnce), window(1, true)}},
		{"autoscaling", []edit{autoscale, window(4, false)}},
		{"autoscaling, hangs, late acks", []edit{autoscale, hangs, window(1, true)}},
		{"recycled children", []edit{recycling}},
		{"redis in another zone", []edit{redis, retries, distant, window(4, false)}},
		{"redis in another zone, late acks, crashes", []edit{redis, separated, crashes, distant, window(1, true)}},
		{"rabbitmq in another zone", []edit{rabbitmq, separated, retries, distant, window(2, true)}},
		{"a slot is kept, nothing prefetched", []edit{kept}},
		{"a slot is kept, prefetch 4, late acks, retries", []edit{kept, window(4, true), retries}},
		{"a rate limit, prefetch 1", []edit{paced, window(1, false)}},
		{"a rate limit, a slot kept, retries, crashes", []edit{redis, paced, kept, retries, crashes, window(4, true)}},
		{"gevent, a rate limit, hangs", []edit{pool(worker.Gevent), paced, hangs, window(4, false)}},
		{"autoscaling, a rate limit", []edit{autoscale, paced, window(4, false)}},
		{"redis, everything", []edit{redis, retries, soft, crashes, window(4, false)}},
		{"children replaced for their memory", []edit{func(l *strategies.Layout, classes []workloads.Class) {
			law, err := workloads.Exponential(4 << 20)
			if err != nil {
				panic(err)
			}
			classes[0].Memory = workloads.Memory{Hold: law, Leak: law}
			l.Workers[0].MaxMemoryPerChild = system.ChildMemory + 40<<20
			l.Workers[0].Overheads.Exit, l.Workers[0].Overheads.Respawn = 30*time.Millisecond, 180*time.Millisecond
		}}},
		{"redis, delivered again while it runs", []edit{redis, visible, window(2, true)}},
		{"rabbitmq, everything", []edit{rabbitmq, retries, hangs, crashes, window(4, true)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout, classes := mm2()
			for _, e := range c.edits {
				e(layout, classes)
			}
			equal(t, layout, classes)
		})
	}
	// At odd times, so that nothing else happens in the same nanosecond.
	died := system.Fault{At: 501*time.Second + 7, For: 33*time.Second + 11, Of: system.OfWorkers, Workers: []int32{0}}
	again := system.Fault{At: 1203*time.Second + 3, For: 90*time.Second + 1, Of: system.OfWorkers, Workers: []int32{0, 1}}
	while := system.Fault{At: 520*time.Second + 5, For: 20*time.Second + 13, Of: system.OfWorkers, Workers: []int32{0}}
	broker := system.Fault{At: 703*time.Second + 5, For: 41*time.Second + 3, Of: system.OfBroker}
	deploy := system.Fault{At: 901*time.Second + 1, Of: system.OfDeploy, Grace: 300*time.Millisecond + 9, Boot: 7*time.Second + 5}
	for _, c := range []struct {
		name   string
		edits  []edit
		faults []system.Fault
	}{
		{"a machine fails, early acks", []edit{separated, window(4, false)}, []system.Fault{died, again}},
		{"machines fail, late acks", []edit{separated, window(4, true), retries}, []system.Fault{died, while, again}},
		{"redis, a machine fails", []edit{redis, separated, window(4, true)}, []system.Fault{died}},
		{"threads, a machine fails", []edit{pool(worker.Threads), separated}, []system.Fault{again}},
		{"broker down", []edit{window(4, true)}, []system.Fault{broker}},
		{"rolling deploy", []edit{separated, window(4, true)}, []system.Fault{deploy}},
		{"redis, everything breaks", []edit{redis, separated, retries, window(4, true)}, []system.Fault{died, while, broker, deploy, again}},
	} {
		t.Run(c.name, func(t *testing.T) {
			layout, classes := mm2()
			for _, e := range c.edits {
				e(layout, classes)
			}
			layout.Group, layout.Groups = nil, nil
			for i := range layout.Workers {
				layout.Group, layout.Groups = append(layout.Group, i), append(layout.Groups, layout.Workers[i].Name)
			}
			equal(t, layout, classes, c.faults...)
		})
	}
}

// trouble is a deploy each five minutes, now with much grace and now with little, and outages of the broker between
// them and across them.
func trouble() (all []system.Fault) {
	for i := range des.Time(8) {
		at := (i + 1) * 300 * time.Second
		all = append(all,
			system.Fault{Of: system.OfDeploy, At: at + 17*time.Microsecond, Grace: (i%3 + 1) * 500 * time.Millisecond, Boot: 450 * time.Millisecond},
			system.Fault{Of: system.OfBroker, At: at + i*20*time.Second + 29*time.Microsecond, For: (i + 1) * 3 * time.Second},
		)
	}
	return all
}

// equal runs both worlds over some 5,000 tasks.
func equal(t *testing.T, layout *strategies.Layout, classes []workloads.Class, faults ...system.Fault) {
	t.Helper()
	const span = 2650 * time.Second
	virtual, actual := newTrail(), newTrail()
	want := sim.New(layout, classes, nil, sim.Options{
		Key: des.NewKey(7), Duration: span, Drain: span, Recorder: virtual, Faults: faults, Holders: true,
	}).Run()
	require.GreaterOrEqual(t, want.Classes[0].Published+want.Classes[1].Published, int64(5000))
	for i := range want.Tolls {
		if faults[i].Of == system.OfBroker {
			require.Positive(t, want.Tolls[i][0].Refused, "fault %d", i)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		got, err := live.New(layout, classes, live.Options{
			Key: des.NewKey(7), Duration: span, Drain: span, Recorder: actual, Faults: faults,
		}).Run(context.Background())
		require.NoError(t, err)
		require.Zero(t, got.Lag.Max())
		require.Zero(t, got.SendLag.Max())
		require.Equal(t, want.End, got.End)
		require.Equal(t, want.Tolls, got.Tolls)
		for i := range want.Classes {
			require.Equal(t, want.Classes[i].ByOutcome, got.Classes[i].ByOutcome)
			require.Equal(t, want.Classes[i].Duplicated, got.Classes[i].Duplicated)
		}
	})
	for i := range min(len(virtual.lines), len(actual.lines)) {
		require.Equal(t, virtual.lines[i], actual.lines[i], "record %d", i)
	}
	if more := len(actual.lines) - len(virtual.lines); more != 0 { // their text would be megabytes
		t.Errorf("live made %d records more", more)
	}
}

// mm2 is two slots that take two kinds of sleeping tasks from two queues.
func mm2() (*strategies.Layout, []workloads.Class) {
	demand, err := workloads.Exponential(0.8)
	if err != nil {
		panic(err)
	}
	var classes []workloads.Class
	for i, name := range []string{"a", "b"} {
		c := workloads.Class{
			Queue:    name,
			Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: 1}},
			Work:     []workloads.Phase{{Kind: workloads.IO, Demand: demand}},
		}
		c.Name = name
		c.Priority = i
		classes = append(classes, c)
	}
	none := worker.Queue{MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}
	a, b := none, none
	a.Name, b.Name = "a", "b"
	return &strategies.Layout{
		Queues: []worker.Queue{a, b}, ClassQueue: []int{0, 1},
		Workers: []worker.Config{{Name: "w", Concurrency: 2, Queues: []int{0, 1}, DisablePrefetch: true}},
		Node:    []int{-1},
	}, classes
}
