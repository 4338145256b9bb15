package capacity

import (
	"fmt"
	"math"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// The loop of a worker does one thing after the other, whatever its slots: a message costs a turn of it.

// turn is the least time from one message to the next that the loop of a worker takes. Of redis it gets one at a time: it asks,
// and of a far one it notes what it got before it asks again. 0 = no limit.
func turn(l *Layout, w int, machines []system.Machine) (seconds float64) {
	c := &l.Workers[w]
	o := &c.Overheads
	fetch := o.Fetch.Seconds()
	if l.charged(w) {
		speed := speedOf(l.machine(w, machines))
		fetch /= speed
		if c.Pool != worker.Gevent { // whose loop has one thread with the tasks; a late ack may take more
			seconds = (o.Fetch + min(o.Finish, o.FinishLate) + o.After).Seconds() / speed
		}
	}
	if l.Broker.Kind == worker.Redis || c.Loop != worker.Alert {
		seconds = max(seconds, fetch)
	}
	if l.Broker.Kind == worker.Redis {
		seconds = max(seconds, 2*c.RoundTrip.Seconds()+fetch)
	}
	return seconds
}

// charged says that what Celery does for a message takes the cores of the worker's machine.
func (l *Layout) charged(w int) bool { return l.Workers[w].Charged && l.Node[w] >= 0 }

// turns is the messages that the loops of workers can take per second, and what bounds them.
func turns(l *Layout, workers []int, machines []system.Machine) (perSecond float64, by string) {
	for _, w := range workers {
		each := turn(l, w, machines)
		if each == 0 {
			return math.Inf(1), ""
		}
		perSecond += 1 / each
		if far := l.Workers[w].RoundTrip; far > 0 && l.Broker.Kind == worker.Redis {
			by = fmt.Sprintf("round trips of %q to its broker", l.Names[w])
		} else {
			by = fmt.Sprintf("turns of the loop of %q (%s a message)", l.Names[w], units.Duration(each))
		}
	}
	return perSecond, by
}

// LeastWorkers is how many workers like w, whatever their slots, its queues take: their loops, and the one thread that the tasks of a
// gevent or threads worker compute with, are busy so many seconds a second. Other workers of these queues take their part by slots.
func LeastWorkers(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, w int) float64 {
	like := l.Names[w]
	var messages, cpu float64
	for i, q := range l.ClassQueue {
		takers := l.takers(q)
		own, all := 0, 0
		for _, t := range takers {
			all += l.Workers[t].Concurrency
			if l.Names[t] == like {
				own += l.Workers[t].Concurrency
			}
		}
		if own == 0 {
			continue
		}
		rate := workloads.MeanRate(classes, i)
		if math.IsNaN(rate) {
			rate = closedRate(classes, i)
		}
		d := workerDemand(l, classes, machines, o, i, w)
		n := rate * d.attempts * float64(own) / float64(all)
		messages += n
		cpu += n * d.cpu
	}
	busy := messages * turn(l, w, machines)
	if pool := l.Workers[w].Pool; pool == worker.Gevent || pool == worker.Threads {
		busy = max(busy, cpu)
	}
	return busy
}

// toil is the CPU time of Celery itself for a message, in core-seconds of the worker's machine. That of a threads worker is left
// out: its loop has a thread of its own beside the one of the tasks.
func toil(l *Layout, w int, late bool, machine *system.Machine) float64 {
	if !l.charged(w) || l.Workers[w].Pool == worker.Threads {
		return 0
	}
	o := &l.Workers[w].Overheads
	finish := o.Finish
	if late {
		finish = o.FinishLate
	}
	return (o.Fetch + o.Start + finish + o.After).Seconds() / speedOf(machine)
}
