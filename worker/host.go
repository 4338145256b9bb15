package worker

import "example.com/simrun/des"

// Host is the world that a System lives in. It must not call back from inside any of these.
type Host interface {
	// Schedule asks for e to be handed to System.Handle at time e.At.
	Schedule(e des.Event)
	// Start runs the body of the current attempt of task in slot, from now on. The host calls System.Ended once
	// when it is over, unless Stop came first.
	Start(task, slot int32, attempt int)
	// Stop abandons the body in slot. False means that it cannot be interrupted now (a gevent worker in a CPU
	// phase): the host then calls System.Ended with Stopped as soon as it can.
	Stop(task, slot int32) bool
	// Jitter is a uniform number in [0, 1) that belongs to this task and retry (from 0).
	Jitter(task int32, retry int) float64
	// Done tells that the task ended for good, or was only observed to be where it is (Retrying, Unfinished,
	// Unstarted). Its index will be used for another task.
	Done(task int32, o Outcome)
}

// Result is how the body of an attempt ended.
type Result uint8

// Results of a body.
const (
	Succeeded     Result = iota
	Errored              // may be retried
	Fatal                // an error that no policy retries
	Crashed              // killed its own process
	Stopped              // interrupted after Stop had returned false
	ServiceFailed        // a service that it called refused, failed or did not answer in time
)

// Record is one change of state. Tables, timelines and tests read the stream of them, in both worlds alike.
type Record struct {
	At      des.Time
	Kind    RecordKind
	Outcome Outcome // of Ended (the attempt) and Done (the task)
	Task    int32   // index, reused after Done
	Class   int32
	Queue   int32
	Worker  int32 // -1 before a worker has it
	Slot    int32 // -1 outside a slot
	Attempt int32 // from 1; 0 before the first start
	Due     des.Time
}

// RecordKind says what happened.
type RecordKind uint8

// Kinds of records, in the order of a task's life.
const (
	Published RecordKind = iota // in the broker
	Received                    // in the hands of a worker
	Started                     // an attempt begins
	Ended                       // an attempt is over
	Freed                       // the slot can take another task
	Requeued                    // back in the broker after its worker or child was lost
	Retried                     // to be published again
	Done                        // ended for good

	// What happens to a replica of a fleet: records without a task.
	ReplicaOrdered
	ReplicaUp
	ReplicaLeaving
	ReplicaGone
)

// Recorder receives every change of state of a System in the order in which they happen.
type Recorder interface{ Record(Record) }

// Bystander is a Recorder that may do without knowing one task from another.
type Bystander interface {
	Recorder
	// Aloof says that it does, in this run. A task that waits may then lose its index, and get another when its turn comes.
	Aloof() bool
	// Recalled tells that an index stands from now on for a task that waits in the broker, and was published before.
	Recalled(task int32)
}
