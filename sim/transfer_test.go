package sim_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const mib = 1 << 20

// twoPlaces are a worker at home and one in the cloud, 20 ms apart, each with a queue of its own.
func twoPlaces(size workloads.Dist) *outside {
	sends := func(name string) workloads.Class {
		c := class(name, poisson(0.5), nil)
		c.Work = []workloads.Phase{
			{Kind: workloads.IO, Demand: constant(1)},
			{Kind: workloads.Transfer, Demand: constant(0), To: "home", Size: size},
		}
		return c
	}
	o := &outside{model: pool(ample, sends("a"), sends("b")).on(64)}
	o.machines = append(o.machines, o.machines[0])
	o.machines[0].Zone, o.machines[1].Zone = "home", "cloud"
	l := &o.layout
	far := l.Workers[0]
	l.Workers[0].Queues, far.Queues = []int{l.ClassQueue[0]}, []int{l.ClassQueue[1]}
	l.Workers = append(l.Workers, far)
	l.Node, l.Nodes = []int{0, 1}, []int{0, 1}
	o.zones = system.Zones{
		{Name: "home", Reaches: []system.Link{{To: "cloud", RoundTrip: 20 * time.Millisecond}}},
		{Name: "cloud", Reaches: []system.Link{{To: "home", RoundTrip: 20 * time.Millisecond, Egress: 0.09}}},
	}
	return o
}

// What stays in its zone takes and counts nothing; what leaves it takes a round trip and is counted on its way.
func TestATransferTakesARoundTripAndIsCounted(t *testing.T) {
	o := twoPlaces(constant(5 * mib))
	r := o.run(1, 0, hour)
	assert.InEpsilon(t, 1, r.Classes[0].Run.Mean(), 1e-9)
	assert.InEpsilon(t, 1.02, r.Classes[1].Run.Mean(), 1e-9)
	assert.Equal(t, []int64{0, 5 * mib * r.Classes[1].Published}, r.Sent, "links: home to cloud, cloud to home")
}

// A size belongs to its task: the law's mean comes out, in every layout the same, and a retry sends the same again.
func TestSizesBelongToTheTask(t *testing.T) {
	o := twoPlaces(exponential(8 * mib))
	r := o.run(1, 0, 6*hour)
	n := float64(r.Classes[1].Published)
	assert.InDelta(t, 8*mib*n, float64(r.Sent[1]), 4.5*8*mib*math.Sqrt(n))
	o.layout.Workers[1].Concurrency = 3
	assert.Equal(t, r.Sent, o.run(1, 0, 6*hour).Sent)

	again := twoPlaces(exponential(8 * mib))
	again.classes[1].Failures.Error = workloads.Chance{P: 1, PerTask: true}
	again.classes[1].Retry = worker.Retry{Max: 2, Delay: time.Second, Backoff: 1, OnError: true}
	assert.Equal(t, 3*r.Sent[1], again.run(1, 0, 6*hour).Sent[1], "three attempts")
	again.classes[1].Fresh = true
	fresh := again.run(1, 0, 6*hour).Sent[1]
	assert.NotEqual(t, 3*r.Sent[1], fresh)
	assert.InEpsilon(t, 3*r.Sent[1], fresh, 0.1)
}

// Where there is no way a transfer fails, and nothing is paid for.
func TestATransferWithoutAWay(t *testing.T) {
	o := twoPlaces(constant(mib))
	o.zones[1].Reaches = nil
	r := o.run(1, 0, hour)
	assert.Equal(t, []int64{0}, r.Sent)
	assert.Equal(t, r.Classes[1].Published, r.Classes[1].ByOutcome[worker.Failed])
	assert.Equal(t, time.Second+system.ConnectTimeout, r.Classes[1].Run.Max())
	assert.Zero(t, r.Classes[0].ByOutcome[worker.Failed])
}

// While a zone is dark, what is sent there waits for its end; for 127 s at most.
func TestATransferToADarkZone(t *testing.T) {
	o := twoPlaces(constant(mib))
	for i := range o.classes {
		o.classes[i].Arrivals.Process = workloads.Renewal{Gap: constant(100)}
	}
	// Class b sends at 101, 201, 301 s; the zone of the others is dark from 290 s on.
	o.faults = []system.Fault{{Name: "home down", At: 290 * time.Second, For: 30 * time.Second, Of: system.OfZone, Zone: "home"}}
	r := o.run(1, 0, 350*time.Second)
	assert.Equal(t, int64(3), r.Classes[1].ByOutcome[worker.OK])
	assert.Equal(t, 19*time.Second+1020*time.Millisecond, r.Classes[1].Run.Max(), "begun at 300 s, sent after 320")
	o.faults[0].For = 140 * time.Second
	r = o.run(1, 0, 350*time.Second)
	assert.Equal(t, int64(2), r.Classes[1].ByOutcome[worker.OK])
	assert.Equal(t, int64(1), r.Classes[1].ByOutcome[worker.Failed])
	assert.Equal(t, time.Second+system.ConnectTimeout, r.Classes[1].Run.Max())
	assert.Equal(t, []int64{0, 2 * mib}, r.Sent)
}

// A layout whose worker is far from its broker, on redis with real overheads and cores: every task waits for the way.
func TestAFarBrokerOnAMachine(t *testing.T) {
	o := twoPlaces(constant(mib))
	o.layout.Broker.Kind = worker.Redis
	for i := range o.layout.Workers {
		o.layout.Workers[i].Charged = true
		o.layout.Workers[i].Overheads = worker.Overheads{Fetch: time.Millisecond, Start: time.Millisecond}
	}
	near := o.run(3, 0, hour)
	o.layout.Workers[1].RoundTrip = 20 * time.Millisecond
	far := o.run(3, 0, hour)
	assert.Equal(t, near.Classes[0].Wait, far.Classes[0].Wait)
	// Half a round trip from BRPOP, one for the note; now and then one task is in the way of another.
	added := far.Classes[1].Wait.Mean() - near.Classes[1].Wait.Mean()
	assert.Greater(t, added, 0.03)
	assert.InDelta(t, 0.03, added, 0.001)
	assert.Equal(t, des.Time(0), o.layout.Workers[0].RoundTrip)
}
