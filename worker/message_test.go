package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// A message that the broker delivers again after an outage runs twice. What happens to one run is the other's business
// only once: the broker gives back the last delivery, and the task is whatever is left of it.
func TestADeliveryIsGivenBackOnce(t *testing.T) {
	fail := func(h *host) { h.sys.Fail(h.now, []int32{0}) }
	recover := func(h *host) { h.sys.Recover(h.now, []int32{0}) }
	for _, c := range []struct {
		name   string
		events []message // beside the outage from 10 to 11 s; at 12 s the worker connects, and runs the message again
		want   string
		twice  int64
	}{
		{"nothing else", nil, "started a@0s, done a@1m40s ok", 1},
		// Both runs die; one message comes back.
		{
			"the machine fails",
			[]message{{at: 30 * sec, do: fail}, {at: 40 * sec, do: recover}},
			"started a@0s, requeued a@30s, started a@40s, done a@2m20s ok", 0,
		},
		{
			"the machine fails twice",
			[]message{{at: 30 * sec, do: fail}, {at: 40 * sec, do: recover}, {at: 50 * sec, do: fail}, {at: 60 * sec, do: recover}},
			"started a@0s, requeued a@30s, started a@40s, requeued a@50s, started a@1m0s, done a@2m40s ok", 0,
		},
		// Only the first run is left when the machine fails, or only the second one.
		{
			"the second waits",
			[]message{{at: 11 * sec, do: fail}, {at: 40 * sec, do: recover}},
			"started a@0s, requeued a@11s, started a@40s, done a@2m20s ok", 0,
		},
		{
			"the first is over",
			[]message{{at: 105 * sec, do: fail}, {at: 110 * sec, do: recover}},
			"started a@0s, done a@1m40s ok", 1,
		},
		{
			"a cold shutdown",
			[]message{shut(30*sec, 0, 0), restart(40*sec, 0)},
			"started a@0s, requeued a@30s, started a@40s, done a@2m20s ok", 0,
		},
	} {
		for _, kind := range []worker.BrokerKind{worker.RabbitMQ, worker.Ideal, worker.Redis} {
			t.Run(c.name, func(t *testing.T) {
				s := one(kind, "a", worker.Config{Concurrency: 4, PrefetchMultiplier: 1, AcksLate: true})
				s.Outages = []worker.Outage{{From: 10 * sec, To: 11 * sec}}
				h := play(t, s, append([]message{{name: "a", run: 100 * sec}}, c.events...))
				assert.Equal(t, c.want, h.log(worker.Started, worker.Requeued, worker.Done))
				assert.Equal(t, c.twice, h.tally.Classes[0].Duplicated)
				assert.Equal(t, []int{1}, h.dones[:1])
			})
		}
	}
}

// Another worker runs the second delivery: when the first dies the task goes on there, and has been running since it began.
func TestATaskGoesOnAsItsLastDelivery(t *testing.T) {
	for _, c := range []struct {
		name, want string
		fail       worker.Result
		retries    int
		at         des.Time // when the first worker fails
	}{
		{"running", "started a@0s, requeued a@30s, started a@30s, done a@1m52s ok", worker.Succeeded, 0, 30 * sec},
		{"over", "started a@0s, done a@1m53s ok", worker.Succeeded, 0, 113 * sec},
		// Its retry is the task's, by the same name.
		{"retried", "started a@0s, requeued a@30s, started a@30s, retried a@1m52s, started a@1m53s, done a@3m33s ok", worker.Errored, 1, 30 * sec},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(worker.RabbitMQ, "a", worker.Config{Name: "first", Concurrency: 1, PrefetchMultiplier: 1, AcksLate: true})
			s.Workers = append(s.Workers, s.Workers[0])
			s.Classes[0].Retry = worker.Retry{Max: c.retries, Delay: sec, Backoff: 1, OnError: true}
			s.Outages = []worker.Outage{{From: 10 * sec, To: 11 * sec}}
			script := []message{
				{name: "a", run: 100 * sec, first: 200 * sec, ends: []worker.Result{worker.Succeeded, c.fail, worker.Succeeded}},
				shut(sec, 1, 0), restart(12*sec, 1),
				{at: c.at, do: func(h *host) { h.sys.Fail(h.now, []int32{0}) }},
			}
			h := play(t, s, script)
			assert.Equal(t, c.want, h.log(worker.Started, worker.Requeued, worker.Retried, worker.Done))
			a := &h.tally.Classes[0]
			assert.Zero(t, a.Duplicated)
			if c.retries == 0 {
				assert.InDelta(t, 112, a.Response.Quantile(1), 1, "at the end of the run that is left")
			}
		})
	}
}

// A message whose way to the broker is known takes it, whatever the broker's settings say of publishing.
func TestKnownLag(t *testing.T) {
	for _, kind := range []worker.BrokerKind{worker.RabbitMQ, worker.Ideal, worker.Redis} {
		s := one(kind, "a", worker.Config{Concurrency: 2, PrefetchMultiplier: 1})
		s.Broker.Publish = 10 * ms
		script := []message{
			{name: "known", run: sec, extra: worker.Publication{Lag: 300 * ms}},
			{name: "soon", at: 100 * ms, run: sec},
			{name: "both", at: 2 * sec, run: sec, extra: worker.Publication{Lag: 300 * ms, Countdown: sec}},
		}
		assert.Equal(t, "started soon@110ms, started known@300ms, started both@3s", play(t, s, script, 10*sec).log(worker.Started), kind)
	}
}
