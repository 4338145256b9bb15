package capacity

import (
	"math"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// Effort is what one replication of a layout asks of whoever simulates it: a rough figure, to be known beforehand.
type Effort struct {
	Tasks float64       // that arrive, with the batches that are empty
	Bytes float64       // of memory at the most
	CPU   time.Duration // of one core
}

// What a run takes, roughly: 650 bytes a waiting task were measured with a million of them, and 25 where tasks can be drawn
// again when their turn comes; the others are estimates on the generous side.
const (
	perTask    = time.Microsecond
	perPhase   = 200 * time.Nanosecond
	perWaiting = 650 // bytes, with what the collector keeps beside them
	perDraft   = 64
	perSlot    = 600
	perClient  = 100
)

// Ahead estimates the effort of simulating a layout over a span. What waits is what arrives and cannot be done by all the
// slots that take it, or taken by the loops of their workers, and what a queue grows by that is short of anything else; a batch
// arrives as a whole.
func Ahead(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, span des.Time) Effort {
	var e Effort
	slots := 0
	for w := range l.Workers {
		slots += l.Workers[w].Concurrency
	}
	e.Bytes = float64(slots) * perSlot
	arriving := make([]float64, len(classes))
	work := 0.0
	for i := range classes {
		rate, draws := arrivalsOf(classes, i)
		arriving[i] = rate * span.Seconds()
		e.Tasks += max(arriving[i], draws*span.Seconds())
		work += max(arriving[i], draws*span.Seconds()) * float64(perTask+time.Duration(len(classes[i].Work))*perPhase)
		if p, ok := classes[i].Arrivals.Process.(workloads.Closed); ok {
			e.Bytes += float64(p.Clients) * perClient
		}
	}
	for q, load := range Offered(l, classes, machines, o, 1) {
		waiting := max(l.waiting(q, classes, machines, o, arriving, span), load.GrowthPerSecond*span.Seconds())
		e.Bytes += l.bytesOf(q, classes) * waiting
	}
	e.CPU = time.Duration(min(work, float64(math.MaxInt64/4)))
	return e
}

// bytesOf is what a waiting task of a queue takes: the tasks of clients, those after another, and those with labels are kept
// as they are.
func (l *Layout) bytesOf(q int, classes []workloads.Class) float64 {
	for i, to := range l.ClassQueue {
		if to != q {
			continue
		}
		switch classes[i].Arrivals.Process.(type) {
		case workloads.Closed, workloads.After:
			return perWaiting
		}
		if len(classes[i].Labels) > 0 {
			return perWaiting
		}
	}
	return perDraft
}

// arrivalsOf is how many tasks of a class arrive a second, and how many batches are drawn for them.
func arrivalsOf(classes []workloads.Class, i int) (tasks, batches float64) {
	tasks = workloads.MeanRate(classes, i)
	if math.IsNaN(tasks) {
		return closedRate(classes, i), 0
	}
	a := &classes[i].Arrivals
	if _, after := a.Process.(workloads.After); after || a.Batch == nil || a.Batch.Mean() == 0 {
		return tasks, 0
	}
	return tasks, tasks / a.Batch.Mean()
}

// waiting is how many tasks of a queue may wait at once.
func (l *Layout) waiting(q int, classes []workloads.Class, machines []system.Machine, o Outside, arriving []float64, span des.Time) float64 {
	slots, most := 0, 0.0
	for _, w := range l.takers(q) {
		slots += l.Workers[w].Concurrency
	}
	asked, messages, late, all := 0.0, 0.0, 0.0, 0.0
	for i, to := range l.ClassQueue {
		if to != q {
			continue
		}
		if len(l.takers(q)) > 0 {
			d := meanDemand(l, classes, machines, o, i)
			asked += arriving[i] * d.attempts * d.slot
			messages += arriving[i] * d.attempts
			late += arriving[i] * d.attempts * d.late
		}
		a := &classes[i].Arrivals
		if p, ok := a.Process.(workloads.Closed); ok { // a client that waits publishes nothing
			most += min(arriving[i], float64(p.Clients)*batchOf(a))
			continue
		}
		all += arriving[i]
		if a.Batch != nil || a.Scale > 1 {
			most += batchOf(a)
		}
	}
	taken := 1.0 // part that the slots and the loops of the workers can take
	if slots == 0 {
		taken = 0
	} else if perSecond, _ := turns(l, l.takers(q), late/max(messages, 1), machines); asked > 0 {
		taken = min(1, float64(slots)*span.Seconds()/asked, perSecond*span.Seconds()/messages)
	}
	most += all * (1 - taken)
	if limit := l.Queues[q].MaxLength; limit >= 0 {
		most = min(most, float64(limit))
	}
	return most
}

// batchOf is how many tasks are published at once, on average.
func batchOf(a *workloads.Arrivals) float64 {
	size := 1.0
	if a.Batch != nil {
		size = a.Batch.Mean()
	}
	switch a.Process.(type) {
	case workloads.After, workloads.Cron:
		size *= max(1, a.Scale)
	}
	return size
}
