package workloads

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Class is a kind of task: what its messages carry, when they are published, and what running one takes.
type Class struct {
	worker.Class
	Queue     string // the task's own queue; a layout's routes may override it
	Arrivals  Arrivals
	Work      []Phase
	Failures  Failures
	Expires   Dist // seconds from publishing; nil = never
	Countdown Dist // seconds from publishing to the earliest start; nil = none
	Fresh     bool // a retry draws its demands anew instead of asking for the same work again
	SLO       []SLO
	Zone      string // of what it needs wherever it runs; "" = anywhere

	Labels []string // of the data that it handles: "pii"
	Memory Memory
}

// Means returns the mean seconds of computing and of waiting of one attempt.
func (c *Class) Means() (cpu, io float64) {
	for i := range c.Work {
		if c.Work[i].Kind == CPU {
			cpu += c.Work[i].Demand.Mean()
		} else {
			io += c.Work[i].Demand.Mean()
		}
	}
	return cpu, io
}

// Level returns the priority of its messages: one without has 0.
func (c *Class) Level() int {
	if !c.HasPriority {
		return 0
	}
	return c.Priority
}

// PhaseKind is what a phase of a task uses.
type PhaseKind uint8

// Phase kinds.
const (
	CPU PhaseKind = iota
	IO
	Call // of a service: its demand is how long the service works on it
	Disk // of the worker's machine: its demand is how long the disk works on it

	Transfer // of data to another zone: one round trip, and what its size costs
)

// Phase is one step of a task.
type Phase struct {
	Kind   PhaseKind
	Demand Dist // seconds
	Cores  int  // threads of a CPU phase inside the task, at least 1

	Service int      // of a call: index among the scenario's services
	Timeout des.Time // of a call; 0 = its caller waits for ever

	To   string // of a transfer: a zone
	Size Dist   // of a transfer, in bytes
}

// Failures are the chances of what goes wrong, drawn for every attempt unless PerTask says once for all of them.
type Failures struct {
	Error, Hang, Crash, Slow Chance
	SlowFactor               float64 // of the demands of a slow attempt
}

// Chance is a probability, drawn per attempt or once per task.
type Chance struct {
	P       float64
	PerTask bool
}

// Fate is what happens to one attempt.
type Fate uint8

// Fates of an attempt.
const (
	Fine    Fate = iota
	Error        // after the work
	Hang         // sleeps for ever instead of its work
	HangCPU      // burns CPU for ever instead of its work
	Crash        // kills its own process after the work
	Fatal        // an error after the work that no policy retries
)

// Ref names one task to the source that made it: all later draws of the task go by it.
type Ref struct {
	Key   des.Key
	Class int32
	Row   int32 // trace: row of the class's rows; closed: the client; else -1

	Ordinal int64 // among the arrivals of its class, from 0; names the task in tables, and is no part of its draws
}

// Arrival is one task to be published.
type Arrival struct {
	Ref
	Due des.Time // the intended arrival, from which waits count
}

// AtOnce is the time to expire of a task that has expired when it is published.
const AtOnce des.Time = -1

// Attributes are drawn when a task is published.
type Attributes struct {
	Countdown   des.Time // 0 = none
	Expires     des.Time // from publishing; 0 = never, AtOnce = by then
	Lag         des.Time // of a trace row, from its due until the message was in the broker; 0 = not known
	Priority    int      // of a trace row that has one
	HasPriority bool
}
