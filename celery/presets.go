package celery

import (
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// The overheads of a broker, a release and a pool, from measurements on two idle cores of an AMD EPYC, with the broker,
// the producer and the workers on them (Celery 5.2.6 and 5.6.2, Redis 7.0.15, RabbitMQ 3.10.8; 25 tasks/s when idle;
// tasks that sleep 50 ms for the turnaround under backlog, that is from the end of one task to the start of the next in
// the same slot). All are medians. With them
//
//	publish + fetch                = publish->received of an idle worker
//	start                          = received->started of an idle worker, or the turnaround where that is shorter
//	finish + start                 = turnaround, early ack, with a reserve
//	finish_late + fetch + start    = turnaround, late ack, multiplier 1
//	finish + fetch + start         = turnaround with disable_prefetch, and of solo, which reserves nothing
//
// How publish->received divides into publish and fetch was measured only for prefork on Redis 5.6 (by
// disable_prefetch): the other divisions take the same publish, or one near it.

// Preset is what tables of behaviour are looked up by.
type Preset struct {
	Release string // one of Releases
	Broker  worker.BrokerKind
	Pool    worker.Pool
}

// publishTime is the time from the call of apply_async to the message lying in the broker.
func publishTime(release string, kind worker.BrokerKind) des.Time {
	switch {
	case kind == worker.Redis:
		// 5.6.2: publish->received 2.06 ms, of which fetch is 1.20 (2.1 ms of turnaround with disable_prefetch less
		// 0.9 without). 5.2.6 has no disable_prefetch: taken over.
		return us(860)
	case kind == worker.RabbitMQ && release == "5.2":
		return us(900) // the call took 0.86-0.93 ms
	case kind == worker.RabbitMQ:
		return us(1000) // the call took 0.96-1.20 ms
	}
	return 0
}

// restoreTime is the time from the death of a worker to its unacked messages being delivered again.
func restoreTime(kind worker.BrokerKind) des.Time {
	if kind == worker.Redis {
		// The visibility timeout (1 h by default), rounded up to a check at every 10th call of a 10 s timer: half of
		// these 100 s on average (measured: 97.7-105 s with a timeout of 10 s).
		return time.Hour + 50*time.Second
	}
	return 0 // rabbitmq: measured, at once
}

const (
	// From the death of a child by its own hand to its parent seeing it: measured, 17-27 ms (median; 4.8 s at worst).
	noticeChild = 20 * time.Millisecond
	// From the parent seeing a child dead to a new one taking tasks: from a kill to the first start on a new child
	// it is 0.16-0.19 s at best, of which the kill is 0.10 and notice 0.02; from a crash 0.04-0.10.
	respawnChild = 50 * time.Millisecond
	// A crash takes the other pools with their worker. Start-up to ready: measured, 0.26 s (solo) and 0.45 s (gevent
	// with 50 slots); threads taken as gevent. A supervisor that starts them again at once is assumed.
	restartSolo = 260 * time.Millisecond
	restartPool = 450 * time.Millisecond
)

// overheads holds fetch, start, finish and finish_late in microseconds.
var overheads = map[Preset][4]int{
	// Redis, 5.6.2.
	// publish->received 2.06, received->started 1.00; turnaround early 0.9 (less than received->started, so start is
	// 0.9), late m=1 3.3, disable_prefetch 2.1.
	{"5.6", worker.Redis, worker.Prefork}: {1200, 900, 0, 1200},
	// 2.15, 0.57. No turnaround measured (the worker stalls): finish as prefork's 0.9, late 1.2 more as there.
	{"5.6", worker.Redis, worker.Threads}: {1290, 570, 330, 1530},
	// 2.48, 0.99; turnaround early 3.5. Late m=4: 160 tasks on 4 slots took 2.18 s instead of 2.14: 1.0 a task more.
	{"5.6", worker.Redis, worker.Gevent}: {1620, 990, 2510, 3510},
	// 1.96, 0.18; turnaround 1.6. Late: no slower (40 tasks in 2.02 s).
	{"5.6", worker.Redis, worker.Solo}: {1100, 180, 320, 320},

	// RabbitMQ, 5.6.2.
	// 1.74, 0.72; turnaround early 1.0, late m=1 2.2.
	{"5.6", worker.RabbitMQ, worker.Prefork}: {740, 720, 280, 740},
	// 1.82, 0.50. No turnaround measured (the worker stalls): finish and finish_late as prefork's.
	{"5.6", worker.RabbitMQ, worker.Threads}: {820, 500, 500, 960},
	// 1.89, 0.83; finish is the rest of the 4.2 of CPU. 160 tasks on 4 slots took 2.28 s instead of 2.00, as each waits
	// for the one thread. Late: 1.0 more, as on Redis.
	{"5.6", worker.RabbitMQ, worker.Gevent}: {890, 830, 2480, 3480},
	// Not measured on 5.6.2: 1.71, 0.17 of 5.2.6; finish as on Redis.
	{"5.6", worker.RabbitMQ, worker.Solo}: {710, 170, 320, 320},

	// Redis, 5.2.6.
	// 1.95, 0.82; turnaround early 1.3 (median), 2.3 (p95): it asks redis before it hands over, and where redis answers
	// at once the message is received first (the overheads overtaken and overtaken_alone). So there are two sorts, of 1.05 and of 2.05 ms,
	// and finish is that of the first: 1.05 less start. Late m=1 5.3 has the lost wake-ups of this release in it: 1.2 more
	// than the median early, as on 5.6.2.
	{"5.2", worker.Redis, worker.Prefork}: {1090, 820, 230, 1680},
	// 1.73, 0.41. No turnaround measured: early as prefork's 1.3, late 1.2 more as on 5.6.2.
	{"5.2", worker.Redis, worker.Threads}: {870, 410, 890, 2090},
	// 1.84, 0.52. No turnaround measured: as on 5.6.2, finish is the rest of the 4.1 of CPU.
	{"5.2", worker.Redis, worker.Gevent}: {980, 520, 2600, 3600},
	// 1.89, 0.15. No turnaround measured: finish as on 5.6.2.
	{"5.2", worker.Redis, worker.Solo}: {1030, 150, 320, 320},

	// RabbitMQ, 5.2.6.
	// 1.65, 0.55; turnaround early 0.9, late 2.6.
	{"5.2", worker.RabbitMQ, worker.Prefork}: {750, 550, 350, 1300},
	// 3.72 (of which the call was 2.02), 0.56. No turnaround measured: as prefork's.
	{"5.2", worker.RabbitMQ, worker.Threads}: {2820, 560, 340, 1290},
	// 1.81, 0.57; finish is the rest of the 3.4 of CPU.
	{"5.2", worker.RabbitMQ, worker.Gevent}: {910, 570, 1920, 2920},
	// 1.71, 0.17. No turnaround measured: finish as on Redis.
	{"5.2", worker.RabbitMQ, worker.Solo}: {810, 170, 320, 320},
}

func us(n int) des.Time { return des.Time(n) * time.Microsecond }

// Overheads is the table's row, all zero with an ideal broker, with what is given instead.
func (p Preset) Overheads(given *Broker) worker.Overheads {
	var o worker.Overheads
	if p.Broker != worker.Ideal {
		row := overheads[p]
		o = worker.Overheads{Fetch: us(row[0]), Start: us(row[1]), Finish: us(row[2]), FinishLate: us(row[3])}
		machinery(&o, p)
		switch p.Pool {
		case worker.Prefork:
			o.Notice, o.Respawn = noticeChild, respawnChild
		case worker.Solo:
			o.Respawn = restartSolo
		default:
			o.Respawn = restartPool
		}
	}
	given.override(&o, &worker.Broker{})
	return o
}

// Costs sets what a message costs outside the workers: what its way to the broker takes and, as with the pool prefork,
// the CPU time of the broker and of the producer, which depends little on the pool.
func (b *Broker) Costs(release string, to *worker.Broker) {
	to.Publish, to.Restore = publishTime(release, to.Kind), restoreTime(to.Kind)
	row := cpu[Preset{release, to.Kind, worker.Prefork}]
	to.ServeCPU, to.PublishCPU = us(row[1]), us(row[2])
	b.override(&worker.Overheads{}, to)
}
