package sim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/system"
	"example.com/simrun/theory"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// outside is a pool with services, zones and faults.
type outside struct {
	*model
	services []system.Service
	zones    system.Zones
	faults   []system.Fault
	recorder sim.Recorder
}

func (o *outside) run(seed uint64, warmup, duration des.Time) sim.Result {
	return sim.New(&o.layout, o.classes, o.machines, sim.Options{
		Key: des.NewKey(seed), Warmup: warmup, Duration: duration, Drain: duration,
		Services: o.services, Zones: o.zones, Faults: o.faults, Recorder: o.recorder,
	}).Run()
}

// calling is a class of tasks whose only work is a call of the first service.
func calling(name string, perSecond float64, latency workloads.Dist, timeout des.Time) workloads.Class {
	c := class(name, poisson(perSecond), nil)
	c.Work = []workloads.Phase{{Kind: workloads.Call, Demand: latency, Timeout: timeout}}
	return c
}

// ample slots: no task waits for one, and what is left is the service.
const ample = 500

func station1(s system.Service, perSecond float64, latency workloads.Dist, timeout des.Time) *outside {
	return &outside{model: pool(ample, calling("a", perSecond, latency, timeout)), services: []system.Service{s}}
}

// figures of replications, compared with theory.
func figuresOf(o *outside, of func(r *sim.Result) float64) []float64 {
	var x []float64
	for seed := range uint64(replications) {
		r := o.run(seed, hour/4, 6*hour)
		x = append(x, of(&r))
	}
	return x
}

func runMean(r *sim.Result) float64     { return r.Classes[0].Run.Mean() }
func failedShare(r *sim.Result) float64 { return shareOf(&r.Classes[0], worker.Failed) }

func shareOf(c *worker.ClassTally, o worker.Outcome) float64 {
	return float64(c.ByOutcome[o]) / float64(c.Published)
}

// A service of capacity c with exponential latency, called by many slots, is M/M/c.
func TestServiceIsMMC(t *testing.T) {
	q := theory.MMC{Lambda: 2.4, Mu: 1, C: 3}
	o := station1(system.Service{Capacity: 3}, q.Lambda, exponential(1/q.Mu), 0)
	compare(t, "mean response", figuresOf(o, runMean), q.MeanResponse(), "exact", 0, 0)
	compare(t, "mean stretch", figuresOf(o, func(r *sim.Result) float64 {
		return r.Stretch[0].Service.Seconds() / float64(r.Classes[0].Attempts)
	}), q.MeanWait(), "exact", 0, 0)
}

// Where a full service rejects, Erlang's loss formula holds, whatever the law of the latency.
func TestServiceThatRejectsIsErlangsLoss(t *testing.T) {
	for name, latency := range map[string]workloads.Dist{"exponential": exponential(1), "constant": constant(1)} {
		t.Run(name, func(t *testing.T) {
			o := station1(system.Service{Capacity: 5, RejectFull: true}, 4, latency, 0)
			compare(t, "share refused", figuresOf(o, failedShare), theory.ErlangB(5, 4), "exact", 0, 0)
		})
	}
}

// Connections that are opened for each call and refused beyond their number are the same loss system.
func TestConnectionsForEachCallAreErlangsLoss(t *testing.T) {
	o := station1(system.Service{Connections: 5}, 4, exponential(1), 0)
	compare(t, "share refused", figuresOf(o, failedShare), theory.ErlangB(5, 4), "exact", 0, 0)
}

// A rate limit that lets nothing ahead is M/D/1; a bucket of B calls takes (B-1) gaps off the wait.
func TestRateLimitIsMD1(t *testing.T) {
	one := station1(system.Service{Rate: 1}, 0.8, constant(0.1), 0)
	q := theory.NewMDC(0.8, 1, 1)
	compare(t, "mean wait of one at a time", figuresOf(one, func(r *sim.Result) float64 { return runMean(r) - 0.1 }), q.MeanWait(), "exact", 0, 0)

	bucket := station1(system.Service{Rate: 5}, 4.5, constant(0.1), 0)
	fast := theory.NewMDC(4.5, 0.2, 1)
	compare(t, "share that waits behind a bucket", figuresOf(bucket, func(r *sim.Result) float64 {
		return tailOf(&r.Classes[0].Run, 0.1)
	}), fast.WaitTail(0.8), "exact", 0.005, 0) // the histogram knows a bound to 0.4 %
}

// tailOf is the share of values above t.
func tailOf(h *des.Histogram, t float64) float64 {
	low, high := 0.0, 1.0
	for range 40 {
		if p := (low + high) / 2; h.Quantile(p) <= t*1.004 {
			low = p
		} else {
			high = p
		}
	}
	return 1 - low
}

// A rate limit that rejects lets through what it allows and no more.
func TestRateLimitThatRejectsPassesItsRate(t *testing.T) {
	o := station1(system.Service{Rate: 2, RejectRate: true}, 6, constant(0.01), 0)
	r := o.run(1, 0, 3*hour)
	passed := float64(r.Classes[0].ByOutcome[worker.OK]) / (3 * hour).Seconds()
	assert.LessOrEqual(t, passed, 2+2/(3*hour).Seconds())
	assert.Greater(t, passed, 1.9, "the bucket is seldom full")
	assert.Equal(t, r.Classes[0].Published, r.Classes[0].ByOutcome[worker.OK]+r.Classes[0].ByOutcome[worker.Failed])
}

// A timeout cuts exponential latencies off: 1 - exp(-mu t) of the calls come back, after (1 - exp(-mu t)) / mu on average.
func TestTimeout(t *testing.T) {
	o := station1(system.Service{}, 5, exponential(1), 2*time.Second)
	late := math.Exp(-2)
	compare(t, "share timed out", figuresOf(o, failedShare), late, "exact", 0, 0)
	compare(t, "mean run", figuresOf(o, runMean), 1-late, "exact", 0, 0)
	r := o.run(1, 0, hour)
	assert.Equal(t, r.Classes[0].ByOutcome[worker.Failed], r.Classes[0].ServiceFailures)
	assert.LessOrEqual(t, r.Classes[0].Run.Max(), 2*time.Second)
}

// Errors are retried where the policy says service, each attempt with its own luck.
func TestErrorsOfAService(t *testing.T) {
	o := station1(system.Service{Errors: 0.3}, 5, exponential(0.1), 0)
	compare(t, "share failed", figuresOf(o, failedShare), 0.3, "exact", 0, 0)
	o.classes[0].Retry = worker.Retry{Max: 2, Delay: time.Second, Backoff: 1, OnService: true}
	compare(t, "share failed for good", figuresOf(o, failedShare), 0.3*0.3*0.3, "exact", 0, 0)
	o.classes[0].Retry.OnService, o.classes[0].Retry.OnError = false, true
	compare(t, "share failed, not retried", figuresOf(o, failedShare), 0.3, "exact", 0, 0)
}

// Latencies belong to the task, the attempt and the phase: another layout changes none of them, another attempt does.
func TestLatenciesAreThoseOfTheTask(t *testing.T) {
	one, two := station1(system.Service{}, 1, exponential(1), 0), station1(system.Service{}, 1, exponential(1), 0)
	two.layout.Workers[0].Concurrency = 3
	assert.Equal(t, one.run(4, 0, hour).Classes[0].Run, two.run(4, 0, hour).Classes[0].Run)
	retrying := station1(system.Service{}, 0.2, exponential(1), 500*time.Millisecond)
	retrying.classes[0].Work = append([]workloads.Phase{{Kind: workloads.IO, Demand: exponential(0.01)}}, retrying.classes[0].Work...)
	retrying.classes[0].Retry = worker.Retry{Max: 30, Delay: time.Second, Backoff: 1, OnService: true}
	r := retrying.run(4, 0, hour)
	assert.Equal(t, r.Classes[0].Published, r.Classes[0].ByOutcome[worker.OK], "a new attempt meets another latency")
}

// A slot keeps its connections: those that called first have them, the others are refused for good.
func TestConnectionsThatSlotsKeep(t *testing.T) {
	o := station1(system.Service{Connections: 4, PerSlot: 2}, 3, constant(1), 0)
	o.layout.Workers[0].Concurrency = 3
	r := o.run(1, 0, hour)
	failed := shareOf(&r.Classes[0], worker.Failed)
	assert.Greater(t, failed, 0.2, "one slot of three has none, and is free again at once")
	o.services[0].Connections = 6
	r = o.run(1, 0, hour)
	assert.Zero(t, r.Classes[0].ByOutcome[worker.Failed])
}

// A child that is replaced closes its connection: the first has run its two calls at 21 s, so that of two calls of another
// worker, at 12 s and at 24 s, the second finds it free.
func TestConnectionsOfChildrenThatAreReplaced(t *testing.T) {
	o := &outside{model: pool(1, calling("a", 1, constant(1), 0), calling("b", 1, constant(1), 0)), services: []system.Service{{Connections: 1, PerSlot: 1}}}
	o.classes[0].Arrivals.Process = workloads.Every{Period: 10 * time.Second}
	o.classes[1].Arrivals.Process = workloads.Every{Period: 12 * time.Second}
	o.layout.Workers[0].MaxTasksPerChild, o.layout.Workers[0].Queues = 2, []int{0}
	o.add(worker.Config{Name: "second", Concurrency: 1, Queues: []int{1}, DisablePrefetch: true})
	r := o.run(1, 0, 26*time.Second)
	assert.EqualValues(t, 2, r.Classes[0].ByOutcome[worker.OK])
	assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.Failed])
	assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.OK])
}

// An autoscaled pool closes those of the children that it drops: nine calls at once need nine children, of which one is
// left when another worker calls.
func TestConnectionsOfAPoolThatShrinks(t *testing.T) {
	o := &outside{model: pool(9, calling("a", 1, constant(1), 0), calling("b", 1, constant(1), 0)), services: []system.Service{{Connections: 9, PerSlot: 1}}}
	o.classes[0].Arrivals = workloads.Arrivals{Process: workloads.Every{Period: 10 * time.Minute}, Batch: constant(9)}
	o.classes[1].Arrivals.Process = workloads.Every{Period: 15 * time.Minute}
	o.layout.Workers[0].AutoscaleMin, o.layout.Workers[0].Keepalive, o.layout.Workers[0].Queues = 1, 30*time.Second, []int{0}
	o.add(worker.Config{Name: "second", Concurrency: 1, Queues: []int{1}, DisablePrefetch: true})
	r := o.run(1, 0, 16*time.Minute)
	assert.EqualValues(t, 9, r.Classes[0].ByOutcome[worker.OK])
	assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.OK])
}

// A service is as slow from another zone as the round trip makes it, and unreachable without a way.
func TestZones(t *testing.T) {
	o := station1(system.Service{Zone: "there"}, 0.2, constant(1), 0)
	o.on(4)
	o.machines[0].Zone = "here"
	o.zones = system.Zones{{Name: "here", Reaches: []system.Link{{To: "there", RoundTrip: 30 * time.Millisecond}}}, {Name: "there"}}
	r := o.run(1, 0, hour)
	assert.InEpsilon(t, 1.03, r.Classes[0].Run.Mean(), 1e-9)
	assert.InEpsilon(t, 0.03, r.Stretch[0].Service.Seconds()/float64(r.Classes[0].Attempts), 1e-9)

	o.services[0].From = []string{"there"}
	r = o.run(1, 0, hour)
	assert.Equal(t, 1.0, shareOf(&r.Classes[0], worker.Failed), "not let in")
	assert.Equal(t, system.ConnectTimeout, r.Classes[0].Run.Max())

	o.services[0].From, o.zones[0].Reaches = nil, nil
	o.classes[0].Work[0].Timeout = 3 * time.Second
	r = o.run(1, 0, hour)
	assert.Equal(t, 1.0, shareOf(&r.Classes[0], worker.Failed), "no way")
	assert.Equal(t, 3*time.Second, r.Classes[0].Run.Max())

	home := &outside{model: pool(ample, class("a", poisson(0.2), constant(1))).on(4), zones: o.zones}
	home.machines[0].Zone, home.classes[0].Zone = "here", "there"
	r = home.run(1, 0, hour)
	assert.Equal(t, 1.0, shareOf(&r.Classes[0], worker.Failed), "what the task needs cannot be reached")
	home.zones = system.Zones{{Name: "here", Reaches: []system.Link{{To: "there", RoundTrip: time.Second}}}}
	r = home.run(1, 0, hour)
	assert.InEpsilon(t, 2, r.Classes[0].Run.Mean(), 1e-9)
}
