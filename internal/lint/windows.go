package lint

import (
	"fmt"
	"math"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const (
	manyTimes  = 10 // a task is long beside another one that takes so many times less
	longEnough = 1  // second
	manyHeld   = 1000
)

// longBesideShort: what a worker has reserved waits for its own slots, although another one idles (celery issue 6500).
func (l *linter) longBesideShort() {
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		if c.PrefetchMultiplier == 1 && l.allLate(w) || c.DisablePrefetch {
			continue
		}
		short, long := -1, -1
		for i := range l.sc.Classes {
			if !l.takes(w, i) {
				continue
			}
			s := seconds(&l.sc.Classes[i])
			if short < 0 || s < seconds(&l.sc.Classes[short]) {
				short = i
			}
			if long < 0 || s > seconds(&l.sc.Classes[long]) {
				long = i
			}
		}
		if short < 0 {
			continue
		}
		a, b := seconds(&l.sc.Classes[short]), seconds(&l.sc.Classes[long])
		if b < longEnough || b < manyTimes*a {
			continue
		}
		held := "without limit"
		if n := window(c); n > 0 {
			held = fmt.Sprintf("up to %d", n)
		}
		cure := "worker_prefetch_multiplier: 1 with task_acks_late: true, or workers of their own"
		if l.l.Broker.Kind == worker.Redis {
			cure += ", or worker_disable_prefetch: true (5.6)"
		}
		l.say("long-beside-short", note, l.workerPath(w), cure,
			"%q (%s) waits in its reserve (%s) behind %q (%s), whatever other workers do", l.sc.Classes[short].Name, span(a), held, l.sc.Classes[long].Name, span(b))
	}
}

// allLate says whether a worker acks all that it runs late.
func (l *linter) allLate(w int) bool {
	for i := range l.sc.Classes {
		if l.takes(w, i) && !l.late(w, i) {
			return false
		}
	}
	return true
}

// windows: with a prefetch count of each consumer a worker of K queues holds K windows.
func (l *linter) windows() {
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		if n := window(c); c.PerConsumer && len(c.Queues) > 1 && n > 0 {
			l.say("window-for-each-queue", note, l.workerPath(w), fmt.Sprintf("worker_prefetch_multiplier: %d holds about as much as one window did, or a worker for each queue", max(1, c.PrefetchMultiplier/len(c.Queues))),
				"rabbitmq counts the window for each of its %d queues by itself: it holds up to %d messages, where one window would hold %d", len(c.Queues), n, n/len(c.Queues))
		}
	}
}

// stalls: the loop of some pools does not notice that its window has room again.
func (l *linter) stalls() {
	for _, s := range l.l.Stalls(l.sc.Classes, l.sc.Machines, l.sc.Outside()) {
		l.say("lost-wake-ups", warning, "strategies."+l.l.Name+".workers."+s.Worker, "another pool, or worker_prefetch_multiplier: 0, so that no window fills", "%s", strategies.DescribeStall(&s))
	}
}

// heldFillWindow: such a window is not widened by what is held until its eta.
func (l *linter) heldFillWindow() {
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		if !c.PerConsumer || c.PrefetchMultiplier == 0 {
			continue
		}
		for i := range l.sc.Classes {
			class := &l.sc.Classes[i]
			if l.takes(w, i) && !l.l.Queues[l.l.ClassQueue[i]].Delays && (class.Countdown != nil || class.Retry.Max > 0) {
				l.say("held-fills-window", warning, l.taskPath(class), "exchange: topic (native delayed delivery), raise worker_prefetch_multiplier, or keep delays short",
					"its countdowns and retries keep their places in a window that does not widen: %d of them stop all that the worker takes from that queue (a direct exchange, Celery's default, has no delayed delivery)", window(c)/len(c.Queues))
			}
		}
	}
}

// splitSecond: native delayed delivery counts whole seconds, and raises ValueError for less than one, "countdown must be a
// positive number" (kombu/transport/native_delayed_delivery.py: calculate_routing_key). A call then fails, and a retry
// becomes a rejected task (celery/app/task.py: retry).
func (l *linter) splitSecond() {
	const cure = "a countdown of nothing, or of at least 1 s; or exchange: direct"
	for i := range l.sc.Classes {
		class := &l.sc.Classes[i]
		if !l.l.Queues[l.l.ClassQueue[i]].Delays {
			continue
		}
		if class.Countdown != nil {
			if share := belowSecond(class.Countdown); share > 0 {
				l.say("countdown-below-a-second", warning, l.taskPath(class), cure,
					"%s of its countdowns are shorter than 1 s: with native delayed delivery such a call raises ValueError, and publishes nothing", units.Share(share))
			}
		}
		if d := class.Retry.Delay.Seconds(); class.Retry.Max > 0 && d > 0 && d < 1 {
			l.say("retry-below-a-second", warning, l.taskPath(class), cure,
				"it is retried after %s: with native delayed delivery such a retry raises ValueError, and the task is rejected instead", span(d))
		}
	}
}

// belowSecond is about the share of a law between 0 and 1 s, as a thousand draws of it have it.
func belowSecond(law workloads.Dist) float64 {
	const draws = 1000
	s, n := des.NewStream(des.NewKey(1)), 0
	for range draws {
		if x := law.Draw(s); x > 0 && x < 1 {
			n++
		}
	}
	return float64(n) / draws
}

// held: messages with an eta are fetched at once, and kept in memory until they are due (celery issues 9849 and 978).
func (l *linter) held() {
	if l.l.Broker.Kind == worker.Ideal {
		return
	}
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		if c.EtaTaskLimit > 0 || c.PerConsumer {
			continue
		}
		n, weight, unknown := 0.0, 0.0, false
		for i := range l.sc.Classes {
			class := &l.sc.Classes[i]
			if !l.takes(w, i) || class.Countdown == nil {
				continue
			}
			batch := 1.0
			if class.Arrivals.Batch != nil {
				batch = class.Arrivals.Batch.Mean()
			}
			of := max(batch, class.Arrivals.Process.Rate()*batch*class.Countdown.Mean())
			n += of
			weight += of * float64(class.Memory.Message)
			unknown = unknown || class.Memory.Message == 0
		}
		if n = math.Ceil(n); n >= manyHeld {
			counted := units.Bytes(weight)
			if unknown {
				counted = "what they weigh counts where their tasks say it (memory: {message: SIZE})"
			}
			l.say("held-messages", warning, l.workerPath(w), "worker_eta_task_limit (5.6), or publish them when they are due",
				"up to about %.0f messages with a countdown are held in the memory of its workers, any of which may get all of them: %s", n, counted)
		}
	}
}

// priorities: what is reserved is not overtaken (celery issue 4028).
func (l *linter) priorities() {
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		n := window(c)
		if c.DisablePrefetch || c.PrefetchMultiplier == 1 && l.allLate(w) || l.l.Broker.Kind == worker.Ideal {
			continue
		}
		for i := range l.sc.Classes {
			if class := &l.l.Sent(l.sc.Classes)[i]; l.takes(w, i) && class.HasPriority {
				held := "all"
				if n > 0 {
					held = fmt.Sprintf("up to %d", n)
				}
				l.say("priority-with-prefetch", note, l.workerPath(w), "worker_prefetch_multiplier: 1 with task_acks_late: true, or a worker of its own for what is urgent",
					"%q has a priority, which counts in the broker only: it does not overtake what the worker has reserved (%s messages)", class.Name, held)
				break
			}
		}
	}
}

// starving: a queue that comes later gets nothing while those before it have anything.
func (l *linter) starving() {
	for _, w := range l.groups() {
		c := &l.l.Workers[w]
		if c.Order == worker.Drawn && len(c.Queues) > 1 {
			l.say("order-by-chance", warning, l.workerPath(w), "queue_order_strategy: sorted, with names in the order of their rank, or celery 5.7, which keeps the order of -Q",
				"queue_order_strategy: priority serves the queues strictly, but before celery 5.7 in the order of a set, another one at each start of a process: any of the %d may come last", len(c.Queues))
		}
		if len(c.Queues) < 2 || c.Order != worker.Strict && c.Order != worker.Sorted {
			continue
		}
		last := c.Queues[len(c.Queues)-1]
		before, slots := 0.0, float64(c.Concurrency*l.instances(w))
		for i := range l.sc.Classes {
			if q := l.l.ClassQueue[i]; l.takes(w, i) && q != last {
				if rate := l.rate(i); !math.IsNaN(rate) {
					before += rate * seconds(&l.sc.Classes[i])
				}
			}
		}
		if before >= 0.6*slots {
			l.say("strict-order-starves", note, l.workerPath(w), "order: round_robin, weights, or a worker of its own for what comes last",
				"order %s: the queues before %q keep %.0f %% of the slots busy, and whenever they have a backlog it gets nothing", c.Order, l.l.Queues[last].Name, 100*before/slots)
		}
	}
}

// rate is the number of tasks of a class per second.
func (l *linter) rate(class int) float64 {
	a := &l.sc.Classes[class].Arrivals
	rate := a.Process.Rate()
	if a.Batch != nil {
		rate *= a.Batch.Mean()
	}
	return rate
}
