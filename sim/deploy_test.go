package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A task of 40 s a minute, and a deploy at 1m20s that takes 10 s to boot: with enough grace the task ends at 1m40s and
// the next starts in time; with 5 s it is killed at 1m25s, and starts again at 1m35s, or is lost.
func TestDeploy(t *testing.T) {
	for _, c := range []struct {
		name  string
		grace time.Duration
		late  bool
		want  []string
		toll  worker.Toll
	}{
		{"all in time", time.Minute, false, []string{"1m0s a-0 starts", "1m40s a-0 ends ok", "2m0s a-1 starts"}, worker.Toll{}},
		{"killed, acked", 5 * time.Second, false, []string{"1m0s a-0 starts", "1m25s a-0 ends lost", "2m0s a-1 starts"}, worker.Toll{Lost: 1, ThrownAway: 25 * time.Second}},
		{"killed, not acked", 5 * time.Second, true, []string{"1m0s a-0 starts", "1m25s a-0 ends lost", "1m25s a-0 requeued", "1m35s a-0 starts"}, worker.Toll{Rerun: 1, ThrownAway: 25 * time.Second}},
	} {
		for _, kind := range []workloads.PhaseKind{workloads.IO, workloads.CPU} {
			for _, p := range []worker.Pool{worker.Prefork, worker.Threads, worker.Gevent} {
				a := class("a", workloads.Every{Period: time.Minute}, constant(40))
				a.Work[0].Kind = kind
				d := &diary{names: map[int32]string{}}
				o := outside{model: pool(2, a).on(1), recorder: d, faults: []system.Fault{{Of: system.OfDeploy, At: 80 * time.Second, Grace: c.grace, Boot: 10 * time.Second}}}
				o.layout.Workers[0].AcksLate, o.layout.Workers[0].Pool = c.late, p
				r := o.run(1, 0, 150*time.Second)
				assert.Equal(t, c.want, d.lines[:len(c.want)], "%s, pool %d, phase %d", c.name, p, kind)
				assert.Equal(t, c.toll, r.Tolls[0][0])
				assert.EqualValues(t, 1, r.Workers[0].Restarts)
			}
		}
	}
}

// The broker is away from 1m30s to 2m10s: the task at 2m is never published, and that of 1m goes on.
func TestFaultOfTheBroker(t *testing.T) {
	for _, f := range []system.Fault{{Of: system.OfBroker}, {Of: system.OfZone, Zone: "there"}} {
		a := class("a", workloads.Every{Period: time.Minute}, constant(40))
		d := &diary{names: map[int32]string{}}
		f.At, f.For = 90*time.Second, 40*time.Second
		o := outside{model: pool(2, a), recorder: d, faults: []system.Fault{f}}
		o.layout.BrokerZone = "there"
		r := o.run(1, 0, 4*time.Minute)
		assert.Equal(t, []string{"1m0s a-0 starts", "1m40s a-0 ends ok", "3m0s a-2 starts"}, d.lines[:3])
		assert.Equal(t, worker.Toll{Refused: 1}, r.Tolls[0][0])
		assert.EqualValues(t, 1, r.Classes[0].ByOutcome[worker.Rejected])
	}
}

// What a failed machine takes along is charged to its failure, and nothing of it to a service that fails meanwhile.
func TestTollsOfAMachine(t *testing.T) {
	o := battered(worker.Prefork)
	o.faults = []system.Fault{
		{Of: system.OfService, Mode: system.Down, At: 9 * time.Minute, For: 3 * time.Minute},
		{Of: system.OfMachine, At: 10 * time.Minute, For: time.Minute},
	}
	r := o.run(1, 0, 30*time.Minute)
	assert.Equal(t, make([]worker.Toll, len(o.classes)), r.Tolls[0])
	var rerun, returned int64
	for i := range r.Classes {
		toll := r.Tolls[1][i]
		assert.LessOrEqual(t, toll.Lost, r.Classes[i].ByOutcome[worker.Lost])
		rerun += toll.Rerun
		returned += toll.Returned
		assert.Zero(t, toll.Doubled+toll.Refused)
	}
	assert.Positive(t, rerun, "acks are late")
	assert.Positive(t, returned)
}
