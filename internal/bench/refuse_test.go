package bench_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/bench"
	"example.com/simrun/scenarios"
)

func TestRefusesWhatItCannotHoldBodiesTo(t *testing.T) {
	read := func(task, machine, worker string) error {
		sc, err := scenarios.Decode("s.yaml", []byte("machines: {m: {cores: 4"+machine+"}}\ntasks: {a: {arrivals: {every: 5s}, work: [{io: 1s}]"+task+"}}\n"+
			"strategies: {s: {workers: {w: {queues: [a], concurrency: 1, machine: m"+worker+"}}}}\n"), ".")
		require.NoError(t, err)
		return bench.Refuse(sc)
	}
	assert.NoError(t, read("", "", ""))
	assert.EqualError(t, read(", memory: {hold: 1GiB}", ", memory: 4GiB", ", cpu_limit: 2, memory_limit: 2GiB, max_memory_per_child: 1GiB"),
		"s.yaml: real bodies compute, sleep and take memory: want a scenario without memory_limit, cpu_limit")
	assert.NoError(t, read("", ", disk: {parallel: 2}", ""), "a disk that nobody reads")
}

// What the real world does not have is not left out in silence there.
func TestZonesAndConnectionsAreSimulatedOnly(t *testing.T) {
	refused := func(header, task, faults string) error {
		return bench.Refuse(scenarioOf(t, header+"\ntasks: {a: {arrivals: {every: 5s}, work: ["+task+"]}}\nfaults: "+faults+
			"\nstrategies: {s: {workers: {w: {queues: [a], concurrency: 1}}}}\n"))
	}
	api := "services: {api: {latency: 200ms}}"
	require.NoError(t, refused(api, "{io: api, timeout: 1s}", "[{at: 10m, for: 1m, service: api}]"))
	require.EqualError(t, refused("services: {api: {latency: 200ms, connections: 3}}", "{io: api}", "[]"),
		`task "a" calls the service "api": limits on connections are simulated only`)
	require.EqualError(t, refused("zones: {cloud: {}}\nservices: {api: {latency: 200ms, zone: cloud}}", "{io: api}", "[]"),
		`task "a" calls the service "api": zones are simulated only`)
	home := "zones: {cloud: {reaches: {home: {rtt: 20ms}}}, home: {}}\nmachines: {m: {cores: 2, zone: cloud}}"
	require.ErrorContains(t, refused(home, "{transfer: 30MiB, to: home}", "[]"), `task "a" transfers data to the zone "home": zones are simulated only`)
}

// The statistics of which KEDA's rates are made keep their own pace.
func TestRatesOfKEDAAreNotSpedUp(t *testing.T) {
	measured := func(measure string, speed float64) error {
		sc := scenarioOf(t, `
broker: rabbitmq
run: {duration: 1m}
tasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}}
strategies:
  s: {workers: {w: {queues: [a], concurrency: 1, autoscale: {min: 0, max: 3, policy: keda, measure: `+measure+`, target: 5}}}}
`)
		_, err := bench.Measure(t.Context(), sc, perfect(0), bench.Options{For: time.Second, Speed: speed, Rounds: 1})
		return err
	}
	require.NoError(t, measured("messages", 10))
	require.NoError(t, measured("publish_rate", 1))
	require.EqualError(t, measured("publish_rate", 10), "strategies.s: a fleet of KEDA's follows rates, whose samples cannot be sped up: want --speed 1")
}

// What a recording has no words for would be another system when it is read again.
func TestRecordsOnlyWhatARecordingHolds(t *testing.T) {
	recorded := func(queue string) error {
		sc := scenarioOf(t, "broker: rabbitmq\nqueues: {a: "+queue+", b: {}}\ntasks: {a: {arrivals: {every: 5s}, work: [{io: 1s}]}, b: {arrivals: {every: 5s}, work: [{io: 1s}]}}\n"+
			"strategies: {s: {workers: {w: {queues: [a, b], concurrency: 1}}}}\n")
		_, err := bench.Measure(t.Context(), sc, perfect(0), bench.Options{For: time.Second, Speed: 1, Rounds: 1, Keep: true})
		return err
	}
	require.NoError(t, recorded("{max_priority: 9}"))
	require.EqualError(t, recorded("{max_length: 5}"), "queues.a.max_length: a recording cannot hold it: want no --record")
	require.EqualError(t, recorded("{delivery_limit: 3}"), "queues.a.delivery_limit: a recording cannot hold it: want no --record")
	require.EqualError(t, recorded("{type: quorum}"), "queues.b.type: a recording has one type for all queues: want no --record")
}
