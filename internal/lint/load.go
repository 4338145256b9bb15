package lint

import (
	"fmt"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const (
	busy       = 0.85 // utilization beyond which waits grow fast
	burstHolds = 10   // seconds for which a batch may hold all slots without a word

	spread = 5      // coefficient of variation beyond which a law is looked at for values that hardly ever come
	draws  = 10_000 // tasks of a run
	seen   = 0.75   // part of the mean that half of such runs see at least
)

// utilization: waits grow as 1 / (1 - utilization), whatever it is that is busy: the slots that several queues share, a core, a loop.
func (l *linter) utilization() {
	near := l.l.Offered(l.sc.Classes, l.sc.Machines, l.sc.Outside(), 1/busy)
	for i, load := range l.l.Offered(l.sc.Classes, l.sc.Machines, l.sc.Outside(), 1) {
		switch u := load.Offered / load.Capacity; {
		case load.Unstable || load.Capacity == 0:
		case u > busy:
			l.say("utilization", note, "strategies."+l.l.Name, "more slots, or fewer tasks",
				"the queue %q keeps %.0f %% of its slots busy: beyond %.0f %% waits grow fast with every burst", load.Queue, 100*u, 100*busy)
		case near[i].Unstable:
			l.say("utilization", note, "strategies."+l.l.Name, "more of what is short, or fewer tasks",
				"the queue %q would be short of %s at %.2f times the load: so near to that waits grow fast with every burst", load.Queue, near[i].By, 1/busy)
		}
	}
}

// rare: the load is reckoned from the mean of a law, and a run meets what is drawn. Where much of the mean lies in values that
// hardly any run draws, figures and headroom are of a lighter load than that.
func (l *linter) rare() {
	for i := range l.sc.Classes {
		c := &l.sc.Classes[i]
		for k := range c.Work {
			law := c.Work[k].Demand
			if law == nil || law.CV() < spread {
				continue
			}
			means := make([]float64, 15)
			s := des.NewStream(des.NewKey(1))
			for m := range means {
				for range draws {
					means[m] += law.Draw(s) / draws
				}
			}
			slices.Sort(means)
			if half := means[len(means)/2]; half < seen*law.Mean() {
				l.say("rare-values", warning, l.taskPath(c), "a max for the law",
					"the mean of %s is %s, but half of all runs of %d tasks see %s at most: the rest lies in values that hardly ever come, and figures and headroom are those without them",
					law, units.Duration(law.Mean()), draws, units.Duration(half))
			}
		}
	}
}

// bursts: what comes at once holds all slots, however low the mean load is.
func (l *linter) bursts() {
	for i := range l.sc.Classes {
		c := &l.sc.Classes[i]
		if c.Arrivals.Batch == nil {
			continue
		}
		slots := 0
		var names []string
		for _, w := range l.groups() {
			if l.takes(w, i) {
				slots += l.l.Workers[w].Concurrency * l.instances(w)
				names = append(names, l.l.Groups[l.l.Group[w]])
			}
		}
		n := c.Arrivals.Batch.Mean()
		if slots == 0 || n <= float64(slots) {
			continue
		}
		holds := n * seconds(c) / float64(slots)
		if holds < burstHolds {
			continue
		}
		when := "at once"
		if cron, ok := c.Arrivals.Process.(workloads.Cron); ok {
			when = fmt.Sprintf("at once (%s)", cron)
		}
		others := "the worst time of the day is not in the mean load"
		if l.shares(i) {
			others = "whatever else they take waits for that"
		}
		l.say("burst", note, l.taskPath(c), "a worker of its own, an expiry, or arrivals spread out",
			"%.0f of it come %s and hold all %d slots of %v for %s: %s", n, when, slots, names, span(holds), others)
	}
	l.worstHour()
}

// shares says whether the workers of a class run others as well.
func (l *linter) shares(class int) bool {
	for _, w := range l.groups() {
		if !l.takes(w, class) {
			continue
		}
		for i := range l.sc.Classes {
			if i != class && l.takes(w, i) {
				return true
			}
		}
	}
	return false
}

// worstHour is the stage of a plan with most arrivals, in which the slots may not do.
func (l *linter) worstHour() {
	for i := range l.sc.Classes {
		c := &l.sc.Classes[i]
		stages, ok := c.Arrivals.Process.(workloads.Stages)
		if !ok {
			continue
		}
		most := 0.0
		for _, s := range stages.Steps {
			most = max(most, (s.From+s.To)/2)
		}
		slots := 0
		for _, w := range l.groups() {
			if l.takes(w, i) {
				slots += l.l.Workers[w].Concurrency * l.instances(w)
			}
		}
		if asks := most * seconds(c); slots > 0 && asks > float64(slots) {
			l.say("worst-hour", warning, l.taskPath(c), "slots for that time (an autoscaler or a schedule), or arrivals spread out",
				"in its busiest stage it asks for %s slots of %d: the backlog of that time waits", figure(asks), slots)
		}
	}
}

// autoscalers: one that counts what waits in the broker does not see what the workers hold.
func (l *linter) autoscalers() {
	for k := range l.l.Fleets {
		f := &l.l.Fleets[k]
		w := f.Workers[0]
		c := &l.l.Workers[w]
		var counted *worker.Trigger // the one that is blind first
		for _, t := range f.Follows() {
			if f.Counts(&t) && (counted == nil || t.Target < counted.Target) {
				counted = &t
			}
		}
		if counted == nil {
			continue
		}
		if n := window(c); !counted.Unacked && !c.DisablePrefetch && (n == 0 || float64(n) >= counted.Target) {
			held := "all messages"
			if n > 0 {
				held = fmt.Sprintf("up to %d messages", n)
			}
			l.say("autoscaler-blind", warning, l.workerPath(w), "counts: ready+unacked, a lower worker_prefetch_multiplier, or a target above the window",
				"its autoscaler counts what waits in the broker, and a replica hides %s in its window, no less than the target of %s", held, figure(counted.Target))
		}
		if l.l.Broker.Kind == worker.Redis && l.prioritised(w) {
			l.say("autoscaler-one-list", note, l.workerPath(w), "count the lists of all priority steps, QUEUE\\x06\\x163 and so on",
				"redis keeps a list for each priority step: an autoscaler that reads the length of the queue's own list sees those of priority 0 to 2 only")
		}
	}
}

func (l *linter) prioritised(w int) bool {
	for i, c := range l.l.Sent(l.sc.Classes) {
		if l.takes(w, i) && c.HasPriority {
			return true
		}
	}
	return false
}
