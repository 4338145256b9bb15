package strategies

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Setup is the layout as the worker wants it: what both worlds host. The recorder may be nil.
func (l *Layout) Setup(classes []workloads.Class, key des.Key, recorder worker.Recorder) worker.Setup {
	s := worker.Setup{
		Broker: l.Broker, Queues: l.Queues, ClassQueue: l.ClassQueue, Workers: l.Workers,
		Priorities: workloads.Priorities(classes), Key: key, Recorder: recorder,
		Fleets: l.Fleets,
	}
	for i := range classes {
		s.Classes = append(s.Classes, classes[i].Class)
		s.Targets = append(s.Targets, classes[i].Targets())
	}
	return s
}
