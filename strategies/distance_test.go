package strategies

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/capacity"
	"example.com/simrun/celery"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// places are two zones 25 ms apart, and one from which there is no way.
var places = system.Zones{
	{Name: "home", Reaches: []system.Link{{To: "cloud", RoundTrip: 25 * time.Millisecond}}},
	{Name: "cloud", Reaches: []system.Link{{To: "home", RoundTrip: 25 * time.Millisecond}}},
	{Name: "island"},
}

var placed = []system.Machine{
	{Name: "here", Cores: 64, Speed: 1, Efficiency: 1, Count: 1, Zone: "home"},
	{Name: "there", Cores: 64, Speed: 1, Efficiency: 1, Count: 1, Zone: "cloud"},
	{Name: "away", Cores: 64, Speed: 1, Efficiency: 1, Count: 1, Zone: "island"},
	{Name: "anywhere", Cores: 64, Speed: 1, Efficiency: 1, Count: 1},
}

func on(s WorkerSpec, machine string) WorkerSpec {
	s.Machine = machine
	return s
}

func TestDistances(t *testing.T) {
	classes := notifyAndBackup(t)
	s := Spec{
		Name:   "s",
		Broker: BrokerSpec{Broker: celery.Broker{Kind: "redis"}, Zone: "home", Zones: places, Producers: "there"},
		Workers: []WorkerSpec{
			on(w("near", 1, "high"), "here"), on(w("far", 1, "high", "low"), "there"),
			on(w("elsewhere", 1, "low"), "anywhere"), w("unplaced", 1, "low"),
		},
	}
	l := layout(t, classes, placed, s)
	assert.Equal(t, "home", l.BrokerZone)
	assert.Equal(t, 12500*time.Microsecond, l.Broker.Way)
	for i, want := range []time.Duration{0, 25 * time.Millisecond, 0, 0} {
		assert.Equal(t, want, l.Workers[i].RoundTrip, l.Workers[i].Name)
	}

	s.Broker.Zone, s.Broker.Machine = "", "there" // it stands where its machine does
	l = layout(t, classes, placed, s)
	assert.Equal(t, "cloud", l.BrokerZone)
	assert.Zero(t, l.Broker.Way)
	assert.Equal(t, 25*time.Millisecond, l.Workers[0].RoundTrip)
	assert.Zero(t, l.Workers[1].RoundTrip)

	moved := s
	moved.Broker.Machine, moved.Broker.Zone = "", "home"
	other := layout(t, classes, placed, moved)
	assert.False(t, Equivalent(l, other, classes))
	changes, _ := Simplicity(l, other, classes)
	assert.Equal(t, 1, changes, "the broker moves")
	assert.Contains(t, Diff(l, other, classes).Rollout[0], `in the zone "home"`)
}

func TestDistancesThatCannotBe(t *testing.T) {
	classes := notifyAndBackup(t)
	for _, tt := range []struct {
		broker BrokerSpec
		worker WorkerSpec
		want   string
	}{
		{
			BrokerSpec{Zone: "home", Zones: places},
			on(w("w", 1, "high", "low"), "away"),
			`workers.w.machine: "away" stands in the zone "island", which does not reach the broker's, "home": want a way in zones`,
		},
		{BrokerSpec{Zone: "hom", Zones: places}, w("w", 1, "high", "low"), `broker.zone: "hom": no such zone: want home, cloud or island; did you mean "home"?`},
		{BrokerSpec{Zone: "home"}, w("w", 1, "high", "low"), `broker.zone: "home": the scenario has no zones`},
		{
			BrokerSpec{Zone: "home", Zones: places, Machine: "there"},
			w("w", 1, "high", "low"),
			`broker.zone: "home": its machine "there" stands in "cloud": want the same`,
		},
		{
			BrokerSpec{Zone: "home", Zones: places, Producers: "away"},
			on(w("w", 1, "high", "low"), "here"),
			`producers.machine: "away" stands in the zone "island", which does not reach the broker's, "home": want a way in zones`,
		},
	} {
		_, problems := Resolve([]Spec{{Name: "s", Broker: tt.broker, Workers: []WorkerSpec{tt.worker}}}, classes, placed, nil)
		assert.Contains(t, problemsOf(problems[0]), tt.want)
	}
}

// A redis worker 25 ms away gets at most a message each 50 ms and what a fetch takes, 1.2 ms, whatever its slots.
func TestOfferedToAFarWorker(t *testing.T) {
	offered := func(kind string, rate float64, workers ...WorkerSpec) capacity.QueueLoad {
		l := layout(t, []workloads.Class{class(t, "a", "A", rate, 0, 0.01)}, placed,
			Spec{Name: "s", Broker: BrokerSpec{Broker: celery.Broker{Kind: kind}, Zone: "home", Zones: places}, Workers: workers})
		return l.Offered([]workloads.Class{class(t, "a", "A", rate, 0, 0.01)}, placed, capacity.Outside{Zones: places}, 1)[0]
	}
	far, near := on(w("far", 8, "A"), "there"), on(w("near", 1, "A"), "here")
	most := 1 / (2*0.025 + 0.0012)
	assert.False(t, offered("redis", most-0.01, far).Unstable)
	got := offered("redis", most+1, far)
	assert.True(t, got.Unstable)
	assert.InDelta(t, 1, got.GrowthPerSecond, 1e-6)
	assert.Equal(t, `round trips of "far" to its broker`, got.By)
	assert.False(t, offered("rabbitmq", most+1, far).Unstable, "it pushes")
	assert.False(t, offered("redis", most+1, far, near).Unstable, "another worker takes the rest")

	// What a slot waits for: late acks with multiplier 1 on redis three round trips, on rabbitmq one.
	late := far
	late.AcksLate, late.PrefetchMultiplier = new(true), new(1)
	assert.InDelta(t, 2*(0.01+0.00013+0.0009+0.0012+0.0012+3*0.025), offered("redis", 2, late).Offered, 1e-9)
	assert.InDelta(t, 2*(0.01+0.00013+0.00072+0.00074+0.00074+0.025), offered("rabbitmq", 2, late).Offered, 1e-9)
}

// A service that is asked for more than it can do holds up those who wait for it without end.
func TestOfferedToAService(t *testing.T) {
	calls := func(rate, latency float64, timeout time.Duration) workloads.Class {
		c := class(t, "a", "A", rate, 0, 0)
		c.Work = []workloads.Phase{{Kind: workloads.Call, Demand: constant(t, latency), Timeout: timeout}}
		return c
	}
	for _, tt := range []struct {
		name    string
		class   workloads.Class
		service system.Service
		worker  func(*WorkerSpec)
		growth  float64
	}{
		{name: "in time", class: calls(10, 0.3, 0), service: system.Service{Name: "api", Capacity: 4}},
		{name: "too much for its capacity", class: calls(10, 0.5, 0), service: system.Service{Name: "api", Capacity: 4}, growth: 2},
		{name: "too much for its rate", class: calls(10, 0.1, 0), service: system.Service{Name: "api", Rate: 7}, growth: 3},
		{name: "refused", class: calls(10, 0.1, 0), service: system.Service{Name: "api", Rate: 7, RejectRate: true}},
		{name: "refused when full", class: calls(10, 0.5, 0), service: system.Service{Name: "api", Capacity: 4, RejectFull: true}},
		{name: "given up", class: calls(10, 0.5, time.Second), service: system.Service{Name: "api", Capacity: 4}},
		{name: "cut", class: calls(10, 0.5, 0), service: system.Service{Name: "api", Capacity: 4}, worker: func(w *WorkerSpec) { w.HardLimit = new(5 * time.Second) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			classes := []workloads.Class{tt.class, class(t, "b", "B", 1, 0, 1)}
			worker := w("w", 20, "A", "B")
			if tt.worker != nil {
				tt.worker(&worker)
			}
			l := layout(t, classes, nil, Spec{Name: "s", Broker: BrokerSpec{Broker: celery.Broker{Kind: "ideal"}}, Workers: []WorkerSpec{worker}})
			got := l.Offered(classes, nil, capacity.Outside{Services: []system.Service{tt.service}}, 1)
			assert.InDelta(t, tt.growth, got[0].GrowthPerSecond, 1e-6)
			assert.Equal(t, tt.growth > 0, got[0].Unstable)
			if tt.growth > 0 {
				assert.Equal(t, `the service "api"`, got[0].By)
			}
			assert.False(t, got[1].Unstable)
		})
	}
}
