package worker

import "example.com/simrun/des"

// Outcome is how an attempt or a task ended.
type Outcome uint8

// Outcomes. A task's final outcome is one of OK to Rejected; the others say where an observed task was when the run
// stopped.
const (
	OK         Outcome = iota
	Failed             // an error, retries used up; or the soft limit
	TimedOut           // killed at the hard limit
	Expired            // not started in time
	Dead               // redelivered too often
	Lost               // killed with its process and not redelivered
	Rejected           // the queue was full
	Retrying           // waiting for its next attempt
	Unfinished         // running
	Unstarted          // in the broker or reserved
	Outcomes   = iota
)

var outcomeNames = [Outcomes]string{"ok", "failed", "timeout", "expired", "dead", "lost", "rejected", "retrying", "unfinished", "unstarted"}

// String is the outcome's name in task tables.
func (o Outcome) String() string { return outcomeNames[o] }

// Tally is everything a run keeps of the tasks it observed, by class, queue and worker. Its size does not grow with
// the number of tasks.
type Tally struct {
	Classes []ClassTally
	Queues  []QueueTally
	Workers []WorkerTally
	Fleets  []FleetTally
	Tolls   [][]Toll // by cause and class, where causes are watched
	Stale   int64    // events that fired after their cause was gone
}

// ClassTally is what was observed of one class. Durations are des.Time; a task is observed when its intended
// arrival lies in the observed window.
type ClassTally struct {
	Published int64
	ByOutcome [Outcomes]int64
	Retried   int64 // retries published

	ServiceFailures int64 // attempts that a service failed

	Attempts   int64 // started
	Killed     Killed
	Duplicated int64 // completed runs of messages that were delivered again while they were held

	Wait           des.Histogram // of tasks that started
	WaitAll        des.Histogram // also of tasks that expired or ended unstarted
	WaitPerAttempt des.Histogram // each attempt from its own publishing
	punctual       des.Histogram // of first attempts published when due: part of all three, until Close
	Response       des.Histogram // of tasks that ended ok or failed
	Run            des.Histogram // of every attempt that ended
	Forfeited      des.Histogram // of Wait: tasks that started, and were lost, dead, expired or rejected in the end
	Slowdown       des.Histogram // response / demand, in units of a second, of tasks that succeeded

	InQueue    des.Sum  // part of Wait until a worker had the message in its hands
	InReserved des.Sum  // part of Wait spent reserved by a worker that was busy
	InETA      des.Sum  // part of Wait that the task's own countdown asked for
	InSystem   des.Area // tasks published and not ended, whatever their arrival

	Sojourn des.Sum // of all observed tasks from arrival to their end, or to that of the run
	After   des.Sum // part of Sojourn after the window
	Before  des.Sum // time in the window of tasks that had arrived before it
	Cut     int64   // of those not ended: tasks that had been there no longer than others that did end

	Blocked Blocked // whose tasks held the slots meanwhile, where that is kept

	Within []Share   // of each target
	Slices [][]Share // of each target that is to hold in every slice of the window: by slice of arrival
	Bins   []Bin     // by intended arrival, when asked for
	Course []Moment  // the same in other steps, when asked for
}

// Share counts tasks that met a target exactly, task by task.
type Share struct{ Within, Of int64 }

func (s *Share) add(within bool) {
	s.Of++
	if within {
		s.Within++
	}
}

// Merge adds all of o.
func (s *Share) Merge(o Share) {
	s.Within += o.Within
	s.Of += o.Of
}

// Merge adds the counts and durations of o. Targets, bins and courses stay apart: two classes need not have the same.
func (c *ClassTally) Merge(o *ClassTally) {
	c.Published += o.Published
	c.Retried += o.Retried
	c.Duplicated += o.Duplicated
	c.Attempts += o.Attempts
	c.Cut += o.Cut
	c.ServiceFailures += o.ServiceFailures
	c.Killed.Merge(&o.Killed)
	for outcome, n := range o.ByOutcome {
		c.ByOutcome[outcome] += n
	}
	c.Wait.Merge(&o.Wait)
	c.WaitAll.Merge(&o.WaitAll)
	c.WaitPerAttempt.Merge(&o.WaitPerAttempt)
	c.Response.Merge(&o.Response)
	c.Run.Merge(&o.Run)
	c.Forfeited.Merge(&o.Forfeited)
	c.Slowdown.Merge(&o.Slowdown)
	c.InQueue.Merge(o.InQueue)
	c.InReserved.Merge(o.InReserved)
	c.InETA.Merge(o.InETA)
	c.Blocked.Merge(&o.Blocked)
}

// Bin is the first two numbers of a mean over the tasks that arrived in one slice of the run.
type Bin struct {
	Tasks int64
	Wait  des.Sum
}

// QueueTally is what was observed of one queue: messages lying in the broker.
type QueueTally struct{ Length des.Area }

// WorkerTally is what was observed of one worker.
type WorkerTally struct {
	Busy     des.Area // slots held, from the hand-over of a message until the slot is free again
	Reserved des.Area // messages taken from the broker and not yet given to a slot
	Restarts int64    // children or workers that were replaced
	Killed   int64    // children or workers that the kernel killed for want of memory
}
