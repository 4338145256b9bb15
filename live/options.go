package live

import (
	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// Options say what one run does.
type Options struct {
	Key      des.Key  // as in package sim: the same key brings the same tasks
	Load     float64  // multiplies arrivals; 0 = 1
	Warmup   des.Time // before the observed window
	Duration des.Time // of the observed window
	Drain    des.Time // at most, after it, for tasks that arrived in it
	Start    des.Time // time of the week at which the observed window starts
	Recorder Recorder // nil = nobody listens

	Services []system.Service // that tasks call, processes through a socket; connections and zones are left out
	Faults   []system.Fault   // planned: of workers, of services, of the broker, and deploys; the world has no others

	Executor Executor
	Rate     Rate     // of CPU work: see MeasureRate; not needed by Goroutine
	Child    []string // command of a child process; nil = this program, which then begins with IsChild and Serve
	Precise  bool     // an alarm of the kernel and a place before the bodies; not inside a bubble of fake time

	// Body, if not nil, is told how long the body of each attempt took by its own clock, before the worker hears of
	// its end; in a gevent worker also how long each of its phases took, without waiting for the one thread. It is
	// called from the loop.
	Body func(task, attempt int32, took des.Time, phases []des.Time)
}

// Recorder receives every change of state, and what of a task the worker does not know. It is called from one
// goroutine.
type Recorder interface {
	worker.Recorder
	Publish(now des.Time, task int32, id string, p *worker.Publication)
}

// Result is what one run observed.
type Result struct {
	*worker.Tally
	End         des.Time
	Interrupted bool          // ctx was done before the run was
	Lag         des.Histogram // how late the loop was for each of its timers
	SendLag     des.Histogram // how late each arrival was published
	Leaks       int           // bodies that hung, were abandoned, and went on until the end of the run
	Children    Children
	Raised      bool    // the harness ran before the bodies
	Memory      int64   // bytes that bodies held together at most
	Others      float64 // cores that other processes took meanwhile; 0 also where the system does not say
}
