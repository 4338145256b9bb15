package strategies

import (
	"cmp"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
)

// rabbitVersion is the version of the broker.
func (b *builder) rabbitVersion() string {
	if v := b.spec.Broker.Version; v != "" {
		return v
	}
	return celery.RabbitVersions()[0]
}

// appQueues gives the queues what the app says of those that nobody says more of (celery/app/amqp.py: Queues).
func (b *builder) appQueues() {
	app := &b.spec.App.Queues
	if *app == (celery.AppQueues{}) {
		return
	}
	if b.broker.Kind != worker.RabbitMQ {
		b.note("settings: what they say of queues has no effect with %s", b.broker.Kind)
		return
	}
	told := map[string]bool{}
	for i := range b.declared {
		told[b.declared[i].Name] = true
	}
	add := func(name string) {
		if name != "" && !told[name] {
			told[name] = true
			quorum := app.OthersAsQuorum
			if name == cmp.Or(b.spec.App.DefaultQueue, "celery") {
				quorum = app.DefaultQuorum
			}
			b.declared = append(b.declared, worker.Queue{Name: name, MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1, Quorum: quorum})
		}
	}
	for i := range b.classes {
		add(b.classes[i].Queue)
	}
	for _, r := range b.spec.Routes {
		add(r.Queue)
	}
	for _, r := range b.spec.App.Routes {
		add(r.Queue)
	}
	for i := range b.declared {
		if q := &b.declared[i]; q.MaxPriority < 0 && app.MaxPriority != nil {
			q.MaxPriority = *app.MaxPriority
		}
	}
}

// patient says whether there is no consumer timeout on classic queues (rabbitmq.com: release notes of 4.3).
func (b *builder) patient() bool {
	return b.broker.Kind == worker.RabbitMQ && b.rabbitVersion() >= "4.3"
}

// quorumQueues gives the queues what their type makes of them with this broker. The others have no such type.
func (b *builder) quorumQueues() {
	delays := b.release >= "5.5" && b.broker.Kind == worker.RabbitMQ && slices.ContainsFunc(b.declared, func(q worker.Queue) bool { return q.Quorum })
	for i := range b.declared {
		q := &b.declared[i]
		if q.Delays && !delays {
			q.Delays = false
			if b.broker.Kind == worker.RabbitMQ {
				b.note("queues.%s: exchange: topic has no effect: native delayed delivery takes celery 5.5 and a quorum queue among the queues", q.Name)
			}
		}
		q.Patient = !q.Quorum && b.patient()
		switch {
		case !q.Quorum:
		case b.broker.Kind != worker.RabbitMQ:
			q.Quorum = false
		case q.MaxPriority >= 0:
			b.fail("broker", "the queue %q: a quorum queue has no max_priority: rabbitmq refuses to declare it", q.Name)
		default:
			q.ServeCPU = celery.QuorumCPU
			q.MaxPriority, q.TwoToOne = celery.QuorumPriorities(b.rabbitVersion())
			if q.DeliveryLimit < 0 && b.rabbitVersion() >= "4.0" {
				q.DeliveryLimit = celery.QuorumDeliveryLimit
			}
		}
	}
}

// prefetches says how rabbitmq counts the window of a worker. What it refuses is an error.
func (b *builder) prefetches(g *group, cfg *worker.Config, quorum bool) {
	cfg.PerConsumer = b.broker.Kind == worker.RabbitMQ && celery.CountsPerConsumer(b.release, b.rabbitVersion(), quorum)
	cfg.NarrowsWindow = b.broker.Kind != worker.Ideal && celery.NarrowsWindow(b.release, b.broker.Kind, cfg.PerConsumer)
	if b.broker.Kind != worker.RabbitMQ {
		return
	}
	path := "workers." + g.name
	if b.spec.Derive != nil {
		path = "derive"
	}
	if why := celery.Refused(b.release, b.rabbitVersion(), quorum); why != "" {
		b.fail(path, "%s", why)
		return
	}
	if quorum {
		cfg.RoundTrip += celery.QuorumTrip
	}
	if cfg.PerConsumer && cfg.PrefetchMultiplier > 0 && len(cfg.Queues)+len(g.queues) > 1 && !slices.Contains(b.windowed, g.name) {
		b.windowed = append(b.windowed, g.name)
		b.windows(g, cfg)
	}
}

// windows tells of windows that are one for each queue.
func (b *builder) windows(g *group, cfg *worker.Config) {
	if len(g.queues) < 2 {
		return
	}
	slots := cfg.Concurrency
	if cfg.AutoscaleMin > 0 {
		slots = cfg.AutoscaleMin
	}
	b.note("workers.%s: rabbitmq counts the window of each of its %d queues by itself: it holds up to %d messages unacked, not %d",
		g.name, len(g.queues), len(g.queues)*slots*cfg.PrefetchMultiplier, slots*cfg.PrefetchMultiplier)
}

// lacksPriorities says what a queue would need for priorities.
func (b *builder) lacksPriorities(q *worker.Queue) string {
	if q.Quorum {
		return "priorities, as quorum queues have none in rabbitmq " + b.rabbitVersion()
	}
	return "max_priority"
}
