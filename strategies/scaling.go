package strategies

import (
	"fmt"
	"reflect"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// sameFleet compares how two workers are scaled, whoever their replicas are.
func sameFleet(a, b *worker.Fleet) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	if len(x.Workers) != len(y.Workers) {
		return false
	}
	x.Workers, y.Workers = nil, nil
	return reflect.DeepEqual(x, y)
}

// firstOfFleet is false for all but one of the replicas that an autoscaler starts.
func firstOfFleet(l *Layout, w int) bool {
	f := l.FleetOf(w)
	return f == nil || f.Workers[0] == w
}

// scaling tells how to set up the autoscalers that are new or have changed, and which to take away.
func (r *rollout) scaling() {
	was := groupsOf(r.from)
	for g, name := range r.to.Groups {
		var before, now *worker.Fleet
		if old, there := was[name]; there {
			before = r.from.FleetOf(old[0])
		}
		now = r.to.FleetOf(slices.Index(r.to.Group, g))
		switch {
		case sameFleet(before, now):
		case now == nil:
			r.step("Take the autoscaler of %q away.", name)
		default:
			r.step("Let an autoscaler run %s.", describeFleet(name, now))
		}
	}
}

// describeFleet says what an autoscaler does, in the words of KEDA and Kubernetes.
func describeFleet(name string, f *worker.Fleet) string {
	var by string
	switch f.Policy {
	case worker.QueueLength:
		by = fmt.Sprintf("one for every %g messages waiting in its queues", f.Target)
		if f.Unacked {
			by = fmt.Sprintf("one for every %g messages waiting in its queues or unacked", f.Target)
		}
	case worker.Utilization:
		by = fmt.Sprintf("so that %g %% of their slots are busy", 100*f.Target)
	case worker.Latency:
		by = fmt.Sprintf("so that the oldest message waits %v", des.Seconds(f.Target))
	case worker.Schedule:
		by = "by a schedule"
		for i, p := range f.Plan {
			sep := ", "
			if i == 0 {
				sep = ": "
			}
			by += fmt.Sprintf("%s%d for %v", sep, p.Replicas, p.For)
		}
	}
	poll := fmt.Sprintf("looked at each %v", f.Poll)
	if f.Poll == 0 {
		poll = "looked at after every change"
	}
	return fmt.Sprintf("%d to %d replicas of %q, %s; %s; scale-in after %v; a grace period of %v", f.Min, len(f.Workers), name, by, poll, f.Cooldown, f.Grace)
}
