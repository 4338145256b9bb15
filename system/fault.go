package system

import "example.com/simrun/des"

// Fault is something that breaks as planned: at a time, for a time, both from the start of the observed time.
type Fault struct {
	Name   string // in words: "smtp down"
	At     des.Time
	For    des.Time
	Of     Part
	Target int     // index of the service, of the kind of machine or of the class of tasks
	Zone   string  // with OfZone: machines and services that stand there
	Mode   Mode    // of a service
	Factor float64 // with Slow: of its latency

	Grace des.Time // of a deploy: from SIGTERM to SIGKILL; For is how long it lasts if every worker needs all of it
	Boot  des.Time // of a deploy: from the end of a process to its successor taking tasks

	Workers []int32 // with OfWorkers
	Broker  bool    // with OfWorkers: nobody reaches the broker, either
}

// End is when the fault is over.
func (f *Fault) End() des.Time { return f.At + f.For }

// Part is what a fault strikes.
type Part uint8

// Parts.
const (
	OfService Part = iota
	OfMachine      // all machines of a kind: their workers die, and are up again a boot after the fault; and the broker that lives there
	OfZone         // all machines and services of a zone, as if each of them were down; and the broker that stands there
	OfBroker       // nobody reaches the broker, which keeps its messages
	OfDeploy       // workers are shut down and started again, the replicas of each one after the other
	OfWorkers      // some workers of a layout, whatever they run on: they die, and are up again at its end
	OfClass        // all attempts of a class that begin meanwhile are malicious: they change nothing, but read what they can
)

// Mode is how a service fails.
type Mode uint8

// Modes. Down refuses every call after one round trip and breaks those under way; Hang answers nothing until it is
// over; Slow takes longer by a factor.
const (
	Down Mode = iota
	Hang
	Slow
)
