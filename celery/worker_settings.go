package celery

import (
	"slices"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// WorkerSettings are the settings of a worker, in the order in which they are written.
func WorkerSettings() []WorkerSetting { return workerSettings }

// WorkerSettingOf is the setting with that key.
func WorkerSettingOf(key string) *WorkerSetting {
	return &workerSettings[slices.IndexFunc(workerSettings, func(s WorkerSetting) bool { return s.Key == key })]
}

// Sorts of values that several settings share.
var (
	prefork   = []worker.Pool{worker.Prefork}
	redis     = []worker.BrokerKind{worker.Redis}
	aYesOrNo  = Quantity{Kind: YesNo}
	aDuration = Quantity{Kind: Duration}
	aTime     = Quantity{Kind: Duration, Positive: true}
	aSize     = Quantity{Kind: Size, Positive: true, Min: 1}
)

// KeepaliveVariable is the environment variable of the autoscaler.
const KeepaliveVariable = "AUTOSCALE_KEEPALIVE"

const (
	defaultKeepalive = 30 * time.Second // celery/worker/autoscale.py: AUTOSCALE_KEEPALIVE
	nothingToRecycle = "has no processes to recycle"
)

var workerSettings = []WorkerSetting{
	row(queues(func(w *Worker) *[]string { return &w.Queues }, func(c *worker.Config) []int { return c.Queues }), WorkerSetting{
		Key: "queues", Flags: []string{"-Q", "--queues"}, Quantity: Quantity{Kind: Names},
		Meaning: "queues it consumes",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any { return pointed(w.Concurrency) },
		set:   func(w *Worker, v any) { w.Concurrency = new(v.(int)) },
		of: func(c *worker.Config, _ func(int) string) any {
			if c.AutoscaleMin > 0 {
				return nil
			}
			return c.Concurrency
		},
	}, WorkerSetting{
		Key: "concurrency", Flags: []string{"-c", "--concurrency"}, Name: "worker_concurrency", Quantity: Quantity{Kind: Whole, Min: 1, Max: mostSlots},
		Unsaid:  "0 means the number of the node's cores, as if it were not given", // celery/worker/worker.py: setup_defaults
		Meaning: "slots: how many tasks it runs at once; not with `autoscale`. Celery's own default, the cores of the node, holds only for a `command` without `-c`, or with `-c 0`",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any { return pointed(w.Autoscale) },
		set:   func(w *Worker, v any) { w.Autoscale = new(v.(Autoscale)) },
		of: func(c *worker.Config, _ func(int) string) any {
			if c.AutoscaleMin == 0 {
				return nil
			}
			return Autoscale{Min: c.AutoscaleMin, Max: c.Concurrency}
		},
	}, WorkerSetting{
		Key: "autoscale", Flags: []string{"--autoscale"}, Quantity: Quantity{Kind: Range}, Pools: []worker.Pool{worker.Prefork, worker.Gevent},
		Meaning: "`{min: 2, max: 8, policy: celery}`: Celery's own `--autoscale`. It starts with `min` processes, the window is that of `max`; it grows when a message arrives and more are reserved and running than there are processes, and drops all idle ones when `keepalive` has passed since it grew last. A `gevent` worker looks once a second, grows by one while all slots are taken, and never shrinks. The other policies scale replicas, [below](#autoscale)",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any { return pointed(w.Keepalive) },
		set:   func(w *Worker, v any) { w.Keepalive = new(v.(des.Time)) },
		of: func(c *worker.Config, _ func(int) string) any {
			if c.AutoscaleMin == 0 {
				return nil
			}
			return c.Keepalive
		},
	}, WorkerSetting{
		Key: "autoscale.keepalive", Env: KeepaliveVariable, Quantity: aDuration, Pools: prefork, Default: defaultKeepalive,
		Meaning: "with the policy celery: from the last growth to the first shrinking",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any {
			if w.Order == "" && w.Weights == nil {
				return nil
			}
			return Rule{w.Order, w.Weights}
		},
		set: func(w *Worker, v any) { w.Order, w.Weights = v.(Rule).Order, v.(Rule).Weights },
		of: func(c *worker.Config, name func(int) string) any {
			rule := Rule{Order: c.Order.String()}
			if c.Order == worker.Weighted {
				rule.Weights = byQueue(c.Queues, c.Weights, name)
			}
			return rule
		},
	}, WorkerSetting{
		Key: "order", Name: "broker_transport_options.queue_order_strategy", Default: Rule{Order: "round_robin"},
		Quantity: Quantity{Kind: Ordering, Words: worker.OrderNames()},
		Meaning:  "among several queues: one message of each in turn; `sorted` by queue name; `strict` by the order of `queues`; `drawn` strictly, too, but in an order that each process draws as it starts (before Celery 5.7 `queue_order_strategy: priority` is that); `{weighted: {high: 5, low: 1}}`",
	}),
	row(word(func(w *Worker) *string { return &w.Pool }, func(c *worker.Config) *worker.Pool { return &c.Pool }, worker.PoolNames()), WorkerSetting{
		Key: "pool", Flags: []string{"-P", "--pool"}, Name: "worker_pool", Quantity: Quantity{Kind: Word, Words: PoolNames()}, Default: "prefork",
		Meaning: "`prefork` (a process a slot), `threads` (all share one core's worth of Python), `gevent` (one thread; a CPU phase stops the others and the consumer), `solo`; `eventlet` is simulated as gevent",
	}),
	row(field(func(w *Worker) **int { return &w.PrefetchMultiplier }, func(c *worker.Config) *int { return &c.PrefetchMultiplier }), WorkerSetting{
		Key: "prefetch_multiplier", Flags: []string{"--prefetch-multiplier"}, Name: "worker_prefetch_multiplier", Quantity: Quantity{Kind: Whole, Max: 1_000_000}, Default: 4,
		// celery/bin/worker.py: value or conf.worker_prefetch_multiplier
		Unsaid:  "0 on the command line means not given: no limit needs the setting worker_prefetch_multiplier = 0",
		Meaning: "messages reserved for each slot: the window of unacknowledged messages is multiplier x concurrency; 0 = no limit",
	}),
	row(field(func(w *Worker) **bool { return &w.DisablePrefetch }, func(c *worker.Config) *bool { return &c.DisablePrefetch }), WorkerSetting{
		Key: "disable_prefetch", Flags: []string{"--disable-prefetch"}, Name: "worker_disable_prefetch", Quantity: aYesOrNo, Default: false,
		Since: "5.6", Brokers: redis, // celery/worker/consumer/tasks.py: only for redis
		Meaning: "take a message only when a slot is free",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any { return pointed(w.PrefetchReduction) },
		set:   func(w *Worker, v any) { w.PrefetchReduction = new(v.(bool)) },
		of:    func(c *worker.Config, _ func(int) string) any { return !c.KeepsWindow },
		put:   func(c *worker.Config, v any) { c.KeepsWindow = v == false },
	}, WorkerSetting{
		Key: "prefetch_reduction", Name: "worker_enable_prefetch_count_reduction", Quantity: aYesOrNo, Default: true, Since: "5.4",
		Meaning: "after a lost connection it asks for less, by what still runs, and for as much more with every ack",
	}),
	row(field(func(w *Worker) **bool { return &w.ChannelErrorRetry }, func(c *worker.Config) *bool { return &c.RetriesChannel }), WorkerSetting{
		Key: "channel_error_retry", Name: "broker_channel_error_retry", Quantity: aYesOrNo, Default: false, Since: "5.3", Brokers: []worker.BrokerKind{worker.RabbitMQ},
		Meaning: "when rabbitmq has closed its channel it connects again; otherwise it ends when nothing runs any more",
	}),
	row(field(func(w *Worker) **bool { return &w.CancelOnLoss }, func(c *worker.Config) *bool { return &c.CancelsOnLoss }), WorkerSetting{
		Key: "cancel_on_connection_loss", Name: "worker_cancel_long_running_tasks_on_connection_loss", Quantity: aYesOrNo, Default: false, Since: "5.1",
		Pools: prefork, Lack: "cannot end what runs",
		Meaning: "with its connection, late-acked tasks that run end, too",
	}),
	row(field(func(w *Worker) **bool { return &w.AcksLate }, func(c *worker.Config) *bool { return &c.AcksLate }), WorkerSetting{
		Key: "acks_late", Name: "task_acks_late", Quantity: aYesOrNo, Default: false, PerTask: true,
		Meaning: "acknowledge after the run",
	}),
	row(field(func(w *Worker) **bool { return &w.RejectOnWorkerLost }, func(c *worker.Config) *bool { return &c.RejectOnWorkerLost }), WorkerSetting{
		Key: "reject_on_worker_lost", Name: "task_reject_on_worker_lost", Quantity: aYesOrNo, Default: false, PerTask: true,
		Meaning: "with `acks_late`, requeue when the process dies",
	}),
	row(orNone(func(w *Worker) **des.Time { return &w.HardLimit }, func(c *worker.Config) *des.Time { return &c.HardLimit }), WorkerSetting{
		Key: "time_limit.hard", Flags: []string{"--time-limit"}, Name: "task_time_limit", Record: "hard_time_limit", Quantity: aTime,
		Pools: []worker.Pool{worker.Prefork, worker.Gevent}, Lack: "has no time limits",
		Meaning: "the process is killed and replaced; limits of tasks come first",
	}),
	row(orNone(func(w *Worker) **des.Time { return &w.SoftLimit }, func(c *worker.Config) *des.Time { return &c.SoftLimit }), WorkerSetting{
		Key: "time_limit.soft", Flags: []string{"--soft-time-limit"}, Name: "task_soft_time_limit", Record: "soft_time_limit", Quantity: aTime,
		Pools: prefork, Lack: "has no soft time limit",
		Meaning: "an exception is raised inside the task",
	}),
	row(orNone(func(w *Worker) **des.Time { return &w.SoftShutdown }, func(c *worker.Config) *des.Time { return &c.SoftShutdown }), WorkerSetting{
		Key: "soft_shutdown", Name: "worker_soft_shutdown_timeout", Quantity: aDuration, Since: "5.5",
		Pools: prefork, Lack: "cannot end what runs",
		Meaning: "when the worker is to end, what runs gets only so long; then it is killed, and the worker itself gives back at once what was not acked. Needs `REMAP_SIGTERM=SIGQUIT` in its environment",
	}),
	row(orNone(func(w *Worker) **int { return &w.MaxTasksPerChild }, func(c *worker.Config) *int { return &c.MaxTasksPerChild }), WorkerSetting{
		Key: "max_tasks_per_child", Flags: []string{"--max-tasks-per-child", "--maxtasksperchild"}, Name: "worker_max_tasks_per_child",
		Quantity: Quantity{Kind: Whole, Min: 1, Max: 1_000_000_000}, Pools: prefork, Lack: nothingToRecycle,
		Meaning: "tasks after which a child is replaced",
	}),
	row(orNone(func(w *Worker) **int64 { return &w.MaxMemoryPerChild }, func(c *worker.Config) *int64 { return &c.MaxMemoryPerChild }), WorkerSetting{
		Key: "max_memory_per_child", Flags: []string{"--max-memory-per-child", "--maxmemperchild"}, Name: "worker_max_memory_per_child",
		Quantity: aSize, Pools: prefork, Lack: nothingToRecycle, // in KiB there (docs.celeryq.dev)
		Meaning: "memory beyond which a child is replaced, looked at after a task: the most that it has held in its life, [below](#memory)",
	}),
	row(orNone(func(w *Worker) **int { return &w.EtaTaskLimit }, func(c *worker.Config) *int { return &c.EtaTaskLimit }), WorkerSetting{
		Key: "eta_task_limit", Name: "worker_eta_task_limit", Quantity: Quantity{Kind: Whole, Min: 1, Max: 1_000_000_000}, Since: "5.6",
		Meaning: "most tasks with an eta or a countdown that it holds until they are due; the others stay in the broker, and hold up what is behind them there",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any { return pointed(w.WakeupTimer) },
		set:   func(w *Worker, v any) { w.WakeupTimer = new(v.(des.Time)) },
		of: func(c *worker.Config, _ func(int) string) any {
			if timer, _ := timers(c); timer > 0 {
				return timer
			}
			return nil
		},
	}, WorkerSetting{
		Key: "wakeup_timer", Quantity: Quantity{Kind: Duration, Positive: true, OrNone: true},
		Meaning: "period of a timer that works round the lost wake-ups below; none is what Celery has",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any { return pointed(w.Heartbeat) },
		set:   func(w *Worker, v any) { w.Heartbeat = new(v.(bool)) },
		of: func(c *worker.Config, _ func(int) string) any {
			if _, heartbeat := timers(c); !heartbeat {
				return false
			}
			return nil
		},
	}, WorkerSetting{
		Key: "heartbeat", Flags: []string{"--without-heartbeat"}, AlsoFlag: "--without-gossip", Quantity: aYesOrNo, Default: true,
		Meaning: "`false` is `--without-heartbeat --without-gossip`: the pauses of a lost wake-up then last up to 5-10 s instead of 2 s",
	}),
	row(access[Worker, worker.Config]{
		given: func(w *Worker) any {
			if w.Reserve == nil {
				return nil
			}
			return w.Reserve
		},
		set: func(w *Worker, v any) { w.Reserve = v.(map[string]int) },
		of: func(c *worker.Config, name func(int) string) any {
			if c.Reserve == nil {
				return nil
			}
			return byQueue(c.Queues, c.Reserve, name)
		},
	}, WorkerSetting{
		Key: "reserve", Quantity: Quantity{Kind: Slots}, WhatIf: true,
		Meaning: "`{high: 2}`: slots that only the named queues may have, each with its part of the window, so that what is reserved for the other slots does not fill it. Their queues may have the others, too. Not with `solo` or `autoscale`",
	}),
	row(queues(func(w *Worker) *[]string { return &w.Overflow }, func(c *worker.Config) []int { return c.Overflow }), WorkerSetting{
		Key: "overflow", Quantity: Quantity{Kind: Names}, WhatIf: true,
		Meaning: "queues taken only when its own are empty",
	}),
}

func pointed[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// byQueue are numbers of queues by their names, without zeros.
func byQueue(queues, numbers []int, name func(int) string) map[string]int {
	by := map[string]int{}
	for i, q := range queues {
		if numbers[i] > 0 {
			by[name(q)] = numbers[i]
		}
	}
	return by
}

// timers are the keys wakeup_timer (0 = none) and heartbeat that make the timers of a worker what they are.
func timers(c *worker.Config) (wakeup des.Time, heartbeat bool) {
	switch c.Wakeup {
	case 0, Wakeup(c.Pool, true):
		return 0, true
	case Wakeup(c.Pool, false):
		return 0, false
	}
	return c.Wakeup, true
}
