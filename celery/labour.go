package celery

import (
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// cpu is the CPU time that a message takes of the worker, the broker and the producer, in microseconds: measured at 25
// tasks/s on an idle machine (Celery 5.2.6 and 5.6.2). Most of the worker's is the overheads fetch, start and finish,
// which are work; the rest is the overhead after.
var cpu = map[Preset][3]int{
	{"5.6", worker.Redis, worker.Prefork}:    {2000, 400, 1300},
	{"5.6", worker.Redis, worker.Threads}:    {2100, 500, 1400},
	{"5.6", worker.Redis, worker.Gevent}:     {5100, 500, 1400},
	{"5.6", worker.Redis, worker.Solo}:       {1400, 400, 1200},
	{"5.6", worker.RabbitMQ, worker.Prefork}: {1600, 800, 1100},
	{"5.6", worker.RabbitMQ, worker.Threads}: {1100, 700, 1000},
	{"5.6", worker.RabbitMQ, worker.Gevent}:  {4200, 900, 1100},
	{"5.6", worker.RabbitMQ, worker.Solo}:    {700, 700, 1000}, // of 5.2.6
	{"5.2", worker.Redis, worker.Prefork}:    {2000, 400, 1200},
	{"5.2", worker.Redis, worker.Threads}:    {1300, 300, 1100},
	{"5.2", worker.Redis, worker.Gevent}:     {4100, 500, 1000},
	{"5.2", worker.Redis, worker.Solo}:       {1300, 400, 1300},
	{"5.2", worker.RabbitMQ, worker.Prefork}: {1700, 1400, 1400},
	{"5.2", worker.RabbitMQ, worker.Threads}: {1600, 3800, 2000},
	{"5.2", worker.RabbitMQ, worker.Gevent}:  {3400, 1000, 1000},
	{"5.2", worker.RabbitMQ, worker.Solo}:    {700, 700, 1000},
}

const (
	// A retry is published by the child that failed: its turnaround was 4.7 ms instead of 1.5 on redis with 5.2.6, 4.1
	// instead of 1.0 on rabbitmq; 4.4 instead of 1.1 and 4.1 instead of 1.0 with 5.6.2 (medians of 212-227, measured
	// apart from the recordings).
	retryBusy = 3200 * time.Microsecond
	// The first one of a child takes longer, as it has to connect: 12.9 and 12.7 ms on redis, 17.9 and 14.7 on rabbitmq
	// (means of 4 children each).
	connectRedis  = 8 * time.Millisecond
	connectRabbit = 12 * time.Millisecond
	// How long a thread that computes keeps the interpreter lock (CPython: sys.getswitchinterval).
	switchInterval = 5 * time.Millisecond
	// A kill at the hard limit blocks the parent: measured, the second of two at once comes 0.10 s later.
	killBlocks = 100 * time.Millisecond
	// A fork blocks the parent: measured, 35-60 ms when Celery's autoscaler grows an idle worker.
	forkBlocks = 45 * time.Millisecond
	// From the end of a recycled child's last task to its death: its gap is 0.14-0.17 s at best, of which notice and
	// respawn are 0.07.
	exitChild = 85 * time.Millisecond
	// The pool looks for dead children every 5 s (celery/concurrency/asynpool.py: register_with_event_loop).
	maintenance = 5 * time.Second
	// A gevent worker waits for messages for 2 s at a time (celery/worker/loops.py: synloop).
	drainTimeout = 2 * time.Second
	// From the end of what a task waits for to the task going on. Processes and threads: time.sleep overshoots by 0.13 ms
	// (median; 0.12 measured again). The loop of gevent (libev on epoll) waits for whole milliseconds, rounded up: 0.71 ms
	// on both releases (median and mean of 280 sleeps of an idle worker each; 0.26-0.27 at the 10th percentile,
	// 1.08-1.09 at the 90th).
	wakeProcess = 130 * time.Microsecond
	wakeGevent  = 710 * time.Microsecond
)

// widenTime is the time that rabbitmq takes to be told of one more held message: of 60 tasks with an eta, 5 (5.6.2) or
// 9-13 (5.2.6) were received in 1.5 s by a worker with a window of 2.
func widenTime(release string, kind worker.BrokerKind) des.Time {
	switch {
	case kind != worker.RabbitMQ:
		return 0
	case release == "5.2":
		return 170 * time.Millisecond
	}
	return 500 * time.Millisecond
}

// Loop is when a worker finds out that its window has room: kombu 5.2 asks before it acks; from 5.3 on it does not.
// The pools that do not wake their loop are as they were (celery issues 7718, 6941 and 4378; observed on both).
func (p Preset) Loop() worker.Loop {
	kind, pool, old := p.Broker, p.Pool, p.Release == "5.2"
	switch {
	case kind == worker.Ideal:
		return worker.Alert
	case pool == worker.Threads && kind == worker.Redis && old:
		return worker.DeafAskFirst
	case pool == worker.Threads, pool == worker.Gevent, pool == worker.Solo && kind == worker.RabbitMQ:
		return worker.Deaf
	case kind == worker.Redis && old:
		return worker.AskFirst
	}
	return worker.Alert
}

// TimersLast says that a task whose eta has come is handed to an idle child only at the next event or timer of the loop:
// kombu 5.2 fires its timers after the pool has looked which children can be written to (kombu/asynchronous/hub.py:
// create_loop, on_tick; celery/concurrency/asynpool.py: on_poll_start). Later ones fire them before.
func (p Preset) TimersLast() bool {
	return p.Release == "5.2" && p.Broker != worker.Ideal && p.Pool == worker.Prefork
}

// Wakeup is the period of the timers which wake a sleeping loop: of the heartbeat and gossip, or else of the pool's
// maintenance and of redis (kombu/transport/redis.py: 10 s).
func Wakeup(pool worker.Pool, heartbeat bool) des.Time {
	switch {
	case heartbeat:
		return 2 * time.Second
	case pool == worker.Prefork:
		return maintenance
	}
	return 10 * time.Second
}

// machinery fills in what the table of overheads in presets.go does not hold.
func machinery(o *worker.Overheads, p Preset) {
	o.Retry = retryBusy
	o.After = max(0, us(cpu[p][0])-o.Fetch-o.Start-o.Finish)
	if p.Broker == worker.Redis {
		// kombu/transport/redis.py: at each 10th call of a 10 s timer; a gevent worker calls it each 2 s.
		o.Look = 100 * time.Second
		if p.Pool == worker.Gevent {
			o.Look = 20 * time.Second
		}
	}
	o.Widen = widenTime(p.Release, p.Broker)
	switch p.Pool {
	case worker.Threads:
		o.Switch = switchInterval
	case worker.Prefork:
		o.Kill, o.Fork, o.Exit = killBlocks, forkBlocks, exitChild
		o.Maintenance, o.Connect = maintenance, connectRedis
		if p.Broker == worker.RabbitMQ {
			o.Connect = connectRabbit
		}
		o.Restart = restartPool // start-up to ready with 4 children: measured, 0.45 s too
	}
	o.Wake, o.Drain = wakeProcess, drainTimeout
	if p.Pool == worker.Gevent {
		o.Wake = wakeGevent
	}
	byChance(o, p)
}
