package worker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Rabbitmq's consumer timeout is 90 s, and it looks once a minute. Measured on rabbitmq 3.10.8: the worker lets end what
// runs and ends itself; with broker_channel_error_retry it connects again at once and is given the same message again,
// beside that which still runs.
func TestConsumerTimeout(t *testing.T) {
	for _, c := range []struct {
		name        string
		late, retry bool
		want        string
		duplicates  int64
	}{
		{"acked in time", false, false, "received long@0s, started long@0s, received a@1s, started a@1s, ended a@4s ok, ended long@5m0s ok", 0},
		// At 120 s the channel is closed, at 300 s the worker goes and comes back. The long one is run for ever.
		{"late", true, false, "received long@0s, started long@0s, received a@1s, started a@1s, ended a@4s ok, ended long@5m0s ok", 1},
		{"late, connects again", true, true, "received long@0s, started long@0s, received a@1s, started a@1s, ended a@4s ok, ended long@5m0s ok", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(worker.RabbitMQ, "a", worker.Config{Concurrency: 2, PrefetchMultiplier: 2, AcksLate: c.late, RetriesChannel: c.retry})
			s.Broker.ConsumerTimeout = 90 * sec
			h := play(t, s, []message{{name: "long", run: 300 * sec}, {name: "a", at: sec, run: 3 * sec}}, 700*sec)
			assert.Equal(t, c.want, h.log(worker.Received, worker.Started, worker.Ended))
			assert.Equal(t, c.duplicates, h.tally.Classes[0].Duplicated)
		})
	}
}

// What is reserved behind a long task is unacked, too: others get it when the channel is closed, at two minutes, and the
// worker has it back after its last task. What waits for its eta for too long ends its worker again and again.
func TestConsumerTimeoutOfWhatIsHeld(t *testing.T) {
	const first = "received long@0s, started long@0s, received b@0s, requeued b@2m0s, ended long@5m0s ok, "
	for _, c := range []struct {
		name      string
		countdown des.Time
		patient   bool
		want      string
	}{
		{"reserved", 0, false, first + "received b@5m0s, started b@5m0s, received c@5m0s, ended b@5m1s ok, started c@5m1s, ended c@5m2s ok"},
		{"eta", 450 * sec, false, first + "received b@5m0s, received c@5m0s, started c@5m0s, ended c@5m1s ok, requeued b@7m0s, received b@7m0s, started b@7m30s, ended b@7m31s ok"},
		{"a queue without a timeout", 0, true, "received long@0s, started long@0s, received b@0s, received c@2m30s, ended long@5m0s ok, started b@5m0s, ended b@5m1s ok, started c@5m1s, ended c@5m2s ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := one(worker.RabbitMQ, "a", worker.Config{Name: "a", Concurrency: 1, PrefetchMultiplier: 2})
			s.Broker.ConsumerTimeout = 90 * sec
			s.Queues[0] = queue("a")
			s.Queues[0].Patient = c.patient
			second := message{name: "b", run: sec, extra: worker.Publication{Countdown: c.countdown}}
			h := play(t, s, []message{{name: "long", run: 300 * sec}, second, {name: "c", at: 150 * sec, run: sec}}, 2*hour)
			assert.Equal(t, c.want, h.log(worker.Received, worker.Started, worker.Ended, worker.Requeued))
		})
	}
}
