package capacity

import (
	"fmt"
	"math"

	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// The loop of a worker does one thing after the other, whatever its slots: a message costs a turn of it.

// turn is the least time from one message to the next that the loop of a worker takes, a part of which is acked late. Of redis it gets
// one at a time: it asks, and of a far one it notes what it got before it asks again. Starting a child in the place of one that has
// run as many tasks as it may blocks it. 0 = no limit.
func turn(l *Layout, w int, late float64, machines []system.Machine) (seconds float64) {
	c := &l.Workers[w]
	o := &c.Overheads
	fetch := o.Fetch.Seconds()
	if l.charged(w) {
		hand := l.hand(w, machines)
		fetch /= hand
		if c.Pool != worker.Gevent { // whose loop has one thread with the tasks
			seconds = ((o.Fetch + o.After).Seconds() + (1-late)*o.Finish.Seconds() + late*o.FinishLate.Seconds()) / hand
		}
	}
	fork := 0.0
	if recycles(c) {
		fork = o.Fork.Seconds() / float64(c.MaxTasksPerChild)
	}
	if l.Broker.Kind == worker.Redis {
		return max(seconds, 2*c.RoundTrip.Seconds()+fetch+fork)
	}
	if c.Loop != worker.Alert {
		seconds = max(seconds, fetch)
	}
	return max(seconds, fork) // what was pushed comes in meanwhile
}

// recycles says that children are replaced after some tasks.
func recycles(c *worker.Config) bool { return c.Pool == worker.Prefork && c.MaxTasksPerChild > 0 }

// recycling is how long a slot stands still for children that are replaced, a task that takes so many seconds: until its own is there,
// and while the loop starts others, and hands out nothing.
func recycling(c *worker.Config, task float64) float64 {
	if !recycles(c) {
		return 0
	}
	o := &c.Overheads
	others, fork := float64(c.Concurrency-1), o.Fork.Seconds()
	exit := o.Exit.Seconds()
	each := exit + dead(c, float64(c.MaxTasksPerChild)*task+exit)
	if task > 0 {
		each += others * (fork - task*(1-math.Exp(-fork/task)))
	}
	return each / float64(c.MaxTasksPerChild)
}

// dead is how many slot-seconds the death of a child takes of its worker, each of which lives so long. In other pools the whole worker
// dies. A part u of the deaths is not noticed until that of another child is, which die at about the same time, or a timer comes: of the
// k deaths of an only child that there is time for in its period, (1-(1-u)^k)/u take place.
func dead(c *worker.Config, life float64) float64 {
	o := &c.Overheads
	took := (o.Notice + o.Respawn).Seconds()
	if c.Pool != worker.Prefork {
		return took * float64(c.Concurrency)
	}
	period, u := o.Maintenance.Seconds(), o.Unnoticed
	if c.Concurrency > 1 || period == 0 || u == 0 {
		return took
	}
	cycle := life + took
	k := period / cycle
	return took + max(u*period/2, cycle*(u*k/(1-math.Pow(1-u, k))-1))
}

// charged says that what Celery does for a message takes the cores of the worker's machine.
func (l *Layout) charged(w int) bool { return l.Workers[w].Charged && l.Node[w] >= 0 }

// turns is the messages that the loops of workers can take per second, and what bounds them.
func turns(l *Layout, workers []int, late float64, machines []system.Machine) (perSecond float64, by string) {
	for _, w := range workers {
		each := turn(l, w, late, machines)
		if each == 0 {
			return math.Inf(1), ""
		}
		perSecond += 1 / each
		if far := l.Workers[w].RoundTrip; far > 0 && l.Broker.Kind == worker.Redis {
			by = fmt.Sprintf("round trips of %q to its broker", l.Names[w])
		} else {
			by = fmt.Sprintf("turns of the loop of %q (%.3g ms a message)", l.Names[w], 1e3*each)
		}
	}
	return perSecond, by
}

// LeastWorkers is how many workers like w, whatever their slots, its queues take: their loops, and the one thread that the tasks of a
// gevent or threads worker compute with, are busy so many seconds a second. Other workers of these queues take their part by slots.
func LeastWorkers(l *Layout, classes []workloads.Class, machines []system.Machine, o Outside, w int) float64 {
	all, _ := l.share(classes, machines, o, w)
	if all.messages == 0 {
		return 0
	}
	busy := all.messages * turn(l, w, all.late/all.messages, machines)
	if pool := l.Workers[w].Pool; pool == worker.Gevent || pool == worker.Threads {
		busy = max(busy, all.cpu)
	}
	return busy
}

// toil is the CPU time of Celery itself for a message, in core-seconds of the worker's machine.
func toil(l *Layout, w int, late float64, machine *system.Machine) float64 {
	if !l.charged(w) {
		return 0
	}
	o := &l.Workers[w].Overheads
	return ((o.Fetch + o.Start + o.After).Seconds() + (1-late)*o.Finish.Seconds() + late*o.FinishLate.Seconds()) / speedOf(machine)
}
