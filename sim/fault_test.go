package sim_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// diary writes down every change of state, in a line each.
type diary struct {
	names map[int32]string
	lines []string
}

func (d *diary) Publish(_ des.Time, task int32, id string, _ *worker.Publication) { d.names[task] = id }

var kindNames = [...]string{
	worker.Published: "", worker.Received: "", worker.Started: "starts", worker.Ended: "ends", worker.Freed: "",
	worker.Requeued: "requeued", worker.Retried: "", worker.Done: "",
}

func (d *diary) Record(r worker.Record) {
	name := kindNames[r.Kind]
	if name == "" {
		return
	}
	if r.Kind == worker.Ended {
		name += " " + r.Outcome.String()
	}
	d.lines = append(d.lines, fmt.Sprintf("%v %s %s", r.At, d.names[r.Task], name))
}

// A call a minute, of 10 s, while a fault lasts from 1m5s to 3m5s: it meets the first under way and the next two whole.
func TestFaultsOfAService(t *testing.T) {
	for _, c := range []struct {
		name    string
		fault   system.Fault
		timeout des.Time
		want    []string
	}{
		{"down breaks what is under way and refuses the rest", system.Fault{Mode: system.Down}, 0, []string{
			"1m0s a-0 starts", "1m5s a-0 ends failed", "2m0s a-1 starts", "2m0.1s a-1 ends failed",
			"3m0s a-2 starts", "3m0.1s a-2 ends failed", "4m0s a-3 starts", "4m10.1s a-3 ends ok",
		}},
		{"hang answers when it is over", system.Fault{Mode: system.Hang}, 0, []string{
			"1m0s a-0 starts", "2m0s a-1 starts", "3m0s a-2 starts", "3m5.1s a-0 ends ok", "3m15.1s a-1 ends ok",
			"3m15.1s a-2 ends ok", "4m0s a-3 starts", "4m10.1s a-3 ends ok",
		}},
		{"a timeout ends a hang", system.Fault{Mode: system.Hang}, 20 * time.Second, []string{
			"1m0s a-0 starts", "1m20s a-0 ends failed", "2m0s a-1 starts", "2m20s a-1 ends failed",
			"3m0s a-2 starts", "3m15.1s a-2 ends ok", "4m0s a-3 starts", "4m10.1s a-3 ends ok",
		}},
		{"slow calls take longer", system.Fault{Mode: system.Slow, Factor: 3}, 0, []string{
			"1m0s a-0 starts", "1m10.1s a-0 ends ok", "2m0s a-1 starts", "2m30.1s a-1 ends ok",
			"3m0s a-2 starts", "3m30.1s a-2 ends ok", "4m0s a-3 starts", "4m10.1s a-3 ends ok",
		}},
		{"a dark zone answers nothing", system.Fault{Of: system.OfZone, Zone: "there"}, 0, []string{
			"1m0s a-0 starts", "2m0s a-1 starts", "3m0s a-2 starts", "3m5.1s a-0 ends ok", "3m15.1s a-1 ends ok",
			"3m15.1s a-2 ends ok", "4m0s a-3 starts", "4m10.1s a-3 ends ok",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := class("a", workloads.Every{Period: time.Minute}, nil)
			a.Work = []workloads.Phase{{Kind: workloads.Call, Demand: constant(10), Timeout: c.timeout}}
			d := &diary{names: map[int32]string{}}
			c.fault.At, c.fault.For = 65*time.Second, 2*time.Minute
			o := outside{
				model: pool(8, a).on(1), services: []system.Service{{Zone: "there"}}, faults: []system.Fault{c.fault}, recorder: d,
				zones: system.Zones{{Name: "here", Reaches: []system.Link{{To: "there", RoundTrip: 100 * time.Millisecond}}}},
			}
			o.machines[0].Zone = "here"
			o.run(1, 0, 4*time.Minute+1)
			assert.Equal(t, c.want, d.lines[:len(c.want)])
		})
	}
}

// Faults that adjoin or overlap are one, whatever fails and in whatever order they are written.
func TestFaultsThatAdjoinAreOne(t *testing.T) {
	for _, fault := range []system.Fault{
		{Of: system.OfService, Mode: system.Down},
		{Of: system.OfService, Mode: system.Hang},
		{Of: system.OfMachine},
		{Of: system.OfZone, Zone: "home"},
		{Of: system.OfZone, Zone: "away"},
	} {
		run := func(spans ...[2]int) (*worker.Tally, []sim.Stretch) {
			o := twoPlaces(constant(mib))
			o.services = []system.Service{{Zone: "home"}}
			c := calling("c", 1, exponential(5), 0)
			c.Arrivals.Process = workloads.Every{Period: 7 * time.Second}
			o.classes = append(o.classes, c)
			o.layout.ClassQueue = nil
			o.addQueues()
			for i := range o.layout.Workers {
				o.layout.Workers[i].Queues = o.all()
			}
			for _, s := range spans {
				f := fault
				f.At, f.For = des.Time(s[0])*time.Second, des.Time(s[1]-s[0])*time.Second
				o.faults = append(o.faults, f)
			}
			r := o.run(1, 0, 10*time.Minute)
			r.Tally.Tolls, r.Tally.Stale = nil, 0
			return r.Tally, r.Stretch
		}
		tally, stretch := run([2]int{100, 300})
		for _, parts := range [][][2]int{
			{{100, 110}, {110, 300}}, {{110, 300}, {100, 110}}, {{100, 200}, {150, 300}}, {{100, 300}, {120, 130}},
		} {
			gotTally, gotStretch := run(parts...)
			assert.Equal(t, tally, gotTally, "%v in parts %v", fault, parts)
			assert.Equal(t, stretch, gotStretch, "%v in parts %v", fault, parts)
		}
	}
}

// A machine fails for a minute and boots for another: its workers' tasks are lost, or given back by the broker's rules.
func TestFaultOfAMachine(t *testing.T) {
	for _, c := range []struct {
		name string
		edit func(m *model)
		want []string
	}{
		{"acked tasks are lost", func(*model) {}, []string{
			"1m0s a-0 starts", "1m30s a-0 ends lost", "3m30s a-1 starts", "4m10s a-1 ends ok", "4m10s a-2 starts",
		}},
		{"unacked ones run again", func(m *model) { m.layout.Workers[0].AcksLate = true }, []string{
			"1m0s a-0 starts", "1m30s a-0 ends lost", "1m30s a-0 requeued", "3m30s a-0 starts", "4m10s a-0 ends ok",
			"4m10s a-1 starts",
		}},
		{"redis gives them back late", func(m *model) {
			m.layout.Workers[0].AcksLate = true
			m.layout.Broker = worker.Broker{Kind: worker.Redis, PrioritySteps: []int{0}, Restore: time.Hour}
		}, []string{
			"1m0s a-0 starts", "1m30s a-0 ends lost", "1m30s a-0 requeued", "3m30s a-1 starts", "4m10s a-1 ends ok",
		}},
		{"another machine takes over", func(m *model) {
			m.layout.Workers[0].AcksLate = true
			m.machines = append(m.machines, m.machines[0])
			m.machines[1].Zone = "elsewhere"
			w := m.layout.Workers[0]
			m.add(w)
			m.layout.Nodes, m.layout.Node = []int{0, 1}, []int{0, 1}
			m.layout.Broker.Dispatch = worker.FreeSlot
			m.layout.Workers[0].Name = "doomed"
		}, nil},
	} {
		for _, part := range []system.Fault{{Of: system.OfMachine}, {Of: system.OfZone, Zone: "here"}} {
			t.Run(fmt.Sprintf("%s %d", c.name, part.Of), func(t *testing.T) {
				a := class("a", workloads.Every{Period: time.Minute}, constant(40))
				d := &diary{names: map[int32]string{}}
				part.At, part.For = 90*time.Second, time.Minute
				o := outside{model: pool(1, a).on(1), faults: []system.Fault{part}, recorder: d}
				o.machines[0].Zone, o.machines[0].Boot = "here", time.Minute
				c.edit(o.model)
				r := o.run(1, 0, 5*time.Minute)
				if c.want != nil {
					assert.Equal(t, c.want, d.lines[:len(c.want)])
				} else {
					assert.Equal(t, r.Classes[0].Published, r.Classes[0].ByOutcome[worker.OK])
				}
				assert.EqualValues(t, 1, r.Workers[0].Restarts)
			})
		}
	}
}

// battered is a system with everything that can break.
func battered(p worker.Pool) *outside {
	m := troubled(p)
	for i := range m.classes {
		c := &m.classes[i]
		c.Work = append(c.Work, workloads.Phase{Kind: workloads.Call, Demand: exponential(0.05 * float64(i+1)), Service: i % 2, Timeout: 5 * time.Second})
		c.Retry.OnService = true
		if p != worker.Prefork {
			c.Failures.Hang.P, c.Failures.Crash.P = 0, 0
			c.Arrivals.Process = poisson(c.Arrivals.Process.Rate() / 8)
		}
	}
	m.machines[0].Zone, m.machines[0].Boot = "here", time.Minute
	return &outside{
		model: m,
		services: []system.Service{
			{Name: "db", Capacity: 6, Zone: "there", Connections: 40, PerSlot: 1},
			{Name: "api", Capacity: 20, RejectFull: true, Rate: 30, Errors: 0.01, Connections: 30},
		},
		zones: system.Zones{{Name: "here", Reaches: []system.Link{{To: "there", RoundTrip: time.Millisecond}}}, {Name: "there"}},
	}
}

// Services and faults allocate nothing once their tables have grown.
func TestServicesAllocateNothing(t *testing.T) {
	o := battered(worker.Prefork)
	o.faults = []system.Fault{{Of: system.OfService, Mode: system.Hang, At: time.Minute, For: time.Minute}}
	allocations := func(duration des.Time) (mallocs uint64, events int64) {
		var before, after runtime.MemStats
		world := sim.New(&o.layout, o.classes, o.machines, sim.Options{
			Key: des.NewKey(1), Duration: duration, Drain: hour, Services: o.services, Zones: o.zones, Faults: o.faults,
		})
		runtime.ReadMemStats(&before)
		r := world.Run()
		runtime.ReadMemStats(&after)
		return after.Mallocs - before.Mallocs, r.Events
	}
	short, few := allocations(hour)
	long, many := allocations(3 * hour)
	assert.Greater(t, many-few, int64(500_000))
	t.Logf("%d allocations in %d events, %d in %d", short, few, long, many)
	assert.LessOrEqual(t, long, short+150)
}

// Every published task has exactly one outcome, whatever breaks, in whichever pool.
func TestConservationUnderEveryFault(t *testing.T) {
	faults := []system.Fault{
		{Of: system.OfService, Target: 0, Mode: system.Down},
		{Of: system.OfService, Target: 0, Mode: system.Hang},
		{Of: system.OfService, Target: 1, Mode: system.Slow, Factor: 10},
		{Of: system.OfService, Target: 1, Mode: system.Down},
		{Of: system.OfMachine},
		{Of: system.OfZone, Zone: "here"},
		{Of: system.OfZone, Zone: "there"},
		{Of: system.OfBroker},
		{Of: system.OfDeploy, Grace: 2 * time.Second, Boot: 10 * time.Second},
		{Of: system.OfDeploy, Grace: hour},
	}
	for name, p := range map[string]worker.Pool{"prefork": worker.Prefork, "threads": worker.Threads, "gevent": worker.Gevent, "solo": worker.Solo} {
		for i := range faults {
			t.Run(fmt.Sprintf("%s, fault %d", name, i), func(t *testing.T) {
				o := battered(p)
				f, again := faults[i], faults[i]
				f.At, f.For = 5*time.Minute, 2*time.Minute
				again.At, again.For = 6*time.Minute, 3*time.Minute // overlaps
				o.faults = []system.Fault{f, again}
				if p == worker.Solo {
					o.layout.Workers[0].Concurrency = 1
				}
				r := o.run(2, 0, 30*time.Minute)
				for k := range r.Classes {
					var ended int64
					for _, n := range r.Classes[k].ByOutcome {
						ended += n
					}
					require.Equal(t, r.Classes[k].Published, ended)
					require.Positive(t, ended)
				}
				if f.Of != system.OfService && f.Of != system.OfBroker && f.Zone != "there" {
					require.Positive(t, r.Workers[0].Restarts)
				}
			})
		}
	}
}

// What is planned and strikes nothing, or does nothing, changes nothing.
func TestFaultsThatDoNothingChangeNothing(t *testing.T) {
	plain := battered(worker.Prefork).run(3, 0, 30*time.Minute)
	require.Positive(t, plain.Classes[0].ServiceFailures)
	for name, f := range map[string]system.Fault{
		"a service as slow as ever": {Of: system.OfService, Mode: system.Slow, Factor: 1, At: time.Minute, For: time.Minute},
		"a zone where nothing is":   {Of: system.OfZone, Zone: "nowhere", At: time.Minute, For: time.Minute},
		"after the end":             {Of: system.OfMachine, At: 100 * hour, For: time.Minute},
		"a deploy after the end":    {Of: system.OfDeploy, At: 100 * hour, For: time.Minute},
		"a broker that fails later": {Of: system.OfBroker, At: 100 * hour, For: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			o := battered(worker.Prefork)
			o.faults = []system.Fault{f}
			got := o.run(3, 0, 30*time.Minute)
			for _, toll := range got.Tolls {
				assert.Equal(t, make([]worker.Toll, len(o.classes)), toll)
			}
			got.Tolls = nil
			assert.Equal(t, plain.Tally, got.Tally)
			assert.Equal(t, plain.Stretch, got.Stretch)
		})
	}
	t.Run("services nobody calls", func(t *testing.T) {
		a := lively()
		o := outside{model: a, services: []system.Service{{Capacity: 1}}}
		assert.Equal(t, a.run(9, hour/10, hour).Tally, o.run(9, hour/10, hour).Tally)
	})
}

// The course of a class counts every observed task once, and the waiting are sampled to the end of the window.
func TestCourse(t *testing.T) {
	o := battered(worker.Prefork)
	o.faults = []system.Fault{{Of: system.OfService, Target: 0, Mode: system.Hang, At: 10 * time.Minute, For: 5 * time.Minute}}
	r := sim.New(&o.layout, o.classes, o.machines, sim.Options{
		Key: des.NewKey(1), Warmup: time.Minute, Duration: 30 * time.Minute, Drain: hour, Steps: 30,
		Services: o.services, Zones: o.zones, Faults: o.faults,
	}).Run()
	assert.Len(t, r.Waiting, 30)
	for i := range r.Classes {
		c := &r.Classes[i]
		var sum worker.Moment
		for _, m := range c.Course {
			sum.Tasks += m.Tasks
			sum.Failed += m.Failed
			sum.Lost += m.Lost
			sum.Missed += m.Missed
		}
		assert.Equal(t, c.Published, sum.Tasks)
		assert.Equal(t, c.ByOutcome[worker.Failed]+c.ByOutcome[worker.TimedOut], sum.Failed)
		assert.GreaterOrEqual(t, sum.Missed, sum.Failed+sum.Lost)
	}
	quiet, struck := r.Classes[0].Course[5], r.Classes[0].Course[12]
	assert.Greater(t, float64(struck.Failed)/float64(struck.Tasks), 5*float64(quiet.Failed)/float64(quiet.Tasks))
	assert.Greater(t, r.Waiting[13], 10*r.Waiting[8]+10)
}
