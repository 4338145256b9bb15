package strategies

import (
	"fmt"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
)

// limits applies what this broker, release and pool cannot do: what Celery ignores is taken out with a warning, what
// would never run is refused, what no setting gives is marked as what-if.
func (b *builder) limits(path string, g *group) {
	all := celery.WorkerSettings()
	for i := range all {
		if s := &all[i]; s.Put != nil && s.Or(s.Of(&g.cfg, nil)) != s.Default {
			b.limit(path+"."+s.Key, s, g)
		}
	}
	if g.cfg.DisablePrefetch && g.cfg.Pool == worker.Gevent && b.broker.Kind != worker.Ideal {
		// The limit is pool.num_processes, which for gevent is the number of greenlets that run, 0 at the start.
		b.fail(path+".disable_prefetch", "a gevent worker with worker_disable_prefetch never takes a task: its limit is the number of tasks that run, 0 at the start")
	}
	if g.cfg.HardLimit > 0 && g.cfg.SoftLimit >= g.cfg.HardLimit {
		b.warn(path+".time_limit", "soft: %v: no effect: the hard limit of %v comes first", g.cfg.SoftLimit, g.cfg.HardLimit)
	}
	b.lateAcks(path, g)
	b.whatIf(g)
	if s := b.stalls(g); s != "" {
		b.warn(path+".pool", "%s", s)
	}
}

// limit refuses a setting that the release lacks, and takes out one that does not act.
func (b *builder) limit(path string, s *celery.WorkerSetting, g *group) {
	switch {
	case !s.In(b.release) && b.broker.Kind != worker.Ideal:
		b.fail(path, "celery %s has no %s: want celery %s or later", b.release, s.Name, s.Since)
		return
	case !s.With(b.broker.Kind):
		b.warn(path, "no effect: Celery ignores it with %s", b.broker.Kind)
	case !s.Has(g.cfg.Pool):
		b.warn(path, "no effect: the pool %s %s", g.cfg.Pool, s.Lack)
	default:
		return
	}
	s.Put(&g.cfg, s.Default)
	s.Clear(&g.line.Says) // where the line says it, it says it in vain
}

// lateAcks warns when reject_on_worker_lost has no late ack to hold the message back.
func (b *builder) lateAcks(path string, g *group) {
	if !g.cfg.RejectOnWorkerLost || g.cfg.AcksLate {
		return
	}
	for i := range b.classes {
		c := &b.classes[i]
		if slices.Contains(g.queues, b.classQueue[i]) && c.AcksLate == worker.On && c.RejectOnWorkerLost == worker.Unset {
			return
		}
	}
	b.warn(path+".reject_on_worker_lost", "no effect without acks_late: the message is gone when the task starts")
}

// whatIf marks what no setting of this broker gives.
func (b *builder) whatIf(g *group) {
	if b.broker.Kind == worker.Ideal {
		return
	}
	switch {
	case g.cfg.Order == worker.Strict && b.broker.Kind == worker.Redis && slices.IsSorted(g.queues):
		// kombu/utils/scheduling.py: sorted_cycle.
		g.cfg.Order = worker.Sorted
		b.note(`workers.%s: strict by the order of its queues is the order of their names here: queue_order_strategy "sorted" does it`, g.name)
	case g.cfg.Order == worker.Strict && b.broker.Kind == worker.Redis && celery.KeepsOrder(b.release):
	case g.cfg.Order == worker.Drawn && b.broker.Kind == worker.Redis && !celery.KeepsOrder(b.release):
	case g.cfg.Order == worker.Drawn && b.broker.Kind == worker.Redis:
		b.wish("workers.%s: order drawn: celery %s keeps the order of -Q (order: strict)", g.name, b.release)
	case g.cfg.Order == worker.Drawn:
		b.wish("workers.%s: order drawn: %s", g.name, b.orderOffer())
	case g.cfg.Order == worker.Strict:
		b.wish("workers.%s: order strict: %s", g.name, b.orderOffer())
	case g.cfg.Order == worker.Weighted:
		b.wish("workers.%s: order weighted: %s", g.name, b.orderOffer())
	case g.cfg.Order == worker.Sorted && b.broker.Kind == worker.RabbitMQ:
		b.wish("workers.%s: order sorted: %s", g.name, b.orderOffer())
	}
	if g.reserve != nil {
		b.wish("workers.%s: reserve: no setting of Celery keeps slots of a worker for a queue", g.name)
	}
	if len(g.overflow) > 0 {
		b.wish("workers.%s: overflow: no setting makes a Celery worker take a queue only when its own are empty", g.name)
	}
}

func (b *builder) orderOffer() string {
	if b.broker.Kind == worker.Redis {
		return "with redis Celery can go round robin or by the names of the queues"
	}
	return fmt.Sprintf("with %s Celery interleaves its queues as the broker delivers them", b.broker.Kind)
}

// stalls tells of lost wake-ups: a worker whose window is full may not notice that there is room again until something
// else wakes it (celery issues 7718, 6941, 4378). Observed on 5.2.6 and 5.6.2.
func (b *builder) stalls(g *group) string {
	c := &g.cfg
	one := c.PrefetchMultiplier == 1 && !c.DisablePrefetch
	redis, old := b.broker.Kind == worker.Redis, b.recorded() == "5.2"
	switch {
	case b.broker.Kind == worker.Ideal:
	case c.Pool == worker.Threads && (c.PrefetchMultiplier > 0 || c.DisablePrefetch):
		return "a threads worker pauses for 2 s or more whenever its window is full: prefork does not"
	case c.Pool == worker.Gevent && one && (c.AcksLate || old && !redis):
		return "a gevent worker with this window takes tasks in bursts, one each 2 s: a prefetch multiplier of 4 does not"
	case c.Pool == worker.Solo && one && (old || !redis):
		return "a solo worker with a prefetch multiplier of 1 pauses for 2 s or more after a task: one of 4 does not"
	case c.Pool == worker.Prefork && old && redis && one && c.AcksLate && g.slots[0] <= 2:
		return fmt.Sprintf("celery %s with late acks and a prefetch multiplier of 1 pauses for 2 s or more: 5.3 and later do not", b.release)
	}
	return ""
}
