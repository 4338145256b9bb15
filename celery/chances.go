package celery

import (
	"time"

	"example.com/simrun/worker"
)

// What is left to chance, and what a thread of Celery does several times. All can be overridden under the broker's
// overheads, as the times can.
const (
	// Share of the deaths of which the parent is told before it can wait for the child: billiard then finds nobody, and
	// no longer watches that child (celery/concurrency/asynpool.py: _event_process_exit). Of 68 children that killed
	// themselves, 14 were seen after more than 0.3 s, up to 4 s (recording 12). Measured again, apart from the
	// recordings and on a busier machine, by watching _join_exited_workers return nothing: 51 of 204.
	unnoticed = 14.0 / 68
	// Share of the kills of an only child after which the next task starts only seconds later: 4 of 5 on both releases
	// (1.9-3.6 s, else 0.15 s).
	unnoticedAlone = 0.8
	// Two tasks that end within batchWithin of each other, the last of their worker, are read in one turn of the loop in
	// a share of the cases, so that the second does not show the room that the first has made: 69 of 261 (5.2.6,
	// recording 08c).
	batched     = 69.0 / 261
	batchWithin = 3 * time.Millisecond
	// With a reserve, 5.2 on redis asks for the next message before it hands the reserved one to a child that is free,
	// and receives it first if redis answers before the loop has come to that. Redis needs a core for its answer. Where
	// the child is the only one that does anything, it has one: of 292 turnarounds of one slot of four, the others being
	// busy with long tasks (sleeps of 20 and of 80 ms; apart from the recordings), 186 were of the longer sort. Where
	// others end and begin their tasks at the same time, it is seldom: of 1,744 turnarounds of four backlogged slots
	// (sleeps of 20 and of 50 ms; apart from the recordings) 569 took longer than 1.5 ms, which is what chances of 20 %
	// and 64 % give together.
	overtaken      = 0.20
	overtakenAlone = 186.0 / 292
	// What the consumer of a threads worker suffers from tasks that compute beside it: for each message it gives up the
	// interpreter lock givesUpLock times until it has it, and as often until it is ready for the next, and each of the
	// computing threads takes it with a chance of takesLock. On 5.2.6 a message took 11 ms longer until it was received
	// while one task computed, and one of several followed the other after 24 ms; with two computing, after 73 ms
	// (recording 14).
	givesUpLock = 8
	takesLock   = 0.29
)

// byChance fills in what is left to chance.
func byChance(o *worker.Overheads, p Preset) {
	o.Batched, o.BatchWithin = batched, batchWithin
	switch p.Pool {
	case worker.Threads:
		o.GivesUpLock, o.TakesLock = givesUpLock, takesLock
	case worker.Prefork:
		o.Overtaken, o.OvertakenAlone = overtaken, overtakenAlone
		o.Unnoticed, o.UnnoticedAlone = unnoticed, unnoticedAlone
	}
}
