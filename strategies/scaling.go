package strategies

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
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
	case worker.QueueLength, worker.KEDA:
		switch by = messagesEach(f); f.Measure {
		case worker.DeliverRate:
			by = fmt.Sprintf("one for every %g messages delivered a second", f.Target)
		case worker.ConsumptionTime:
			by = fmt.Sprintf("one for every %v until its queues are empty", des.Seconds(f.Target))
		}
	case worker.HPA:
		if by = messagesEach(f); f.Share {
			by = busyShare(f)
		}
	case worker.Utilization:
		by = busyShare(f)
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
	return fmt.Sprintf("%d to %d replicas of %q, %s; %s; %s; a grace period of %v%s", f.Min, len(f.Workers), name, by, poll, describeRules(f), f.Grace, describeLimit(f))
}

func messagesEach(f *worker.Fleet) string {
	where := "waiting in its queues"
	if f.Unacked {
		where += " or unacked"
	}
	return fmt.Sprintf("one for every %g messages %s", f.Target, where)
}

func busyShare(f *worker.Fleet) string {
	return fmt.Sprintf("so that %g %% of their slots are busy", 100*f.Target)
}

// describeRules says when an autoscaler lets replicas go, and one of Kubernetes what else bounds it.
func describeRules(f *worker.Fleet) string {
	if f.Policy != worker.KEDA && f.Policy != worker.HPA {
		return fmt.Sprintf("scale-in after %v", f.Cooldown)
	}
	out := fmt.Sprintf("an HPA adds %s and removes %s", describeRates(&f.Up), describeRates(&f.Down))
	if f.Policy == worker.KEDA {
		if f.Activation > 0 {
			out += fmt.Sprintf("; KEDA acts above %g %s", f.Activation, [...]string{worker.Messages: "messages", worker.DeliverRate: "messages a second", worker.ConsumptionTime: "seconds"}[f.Measure])
		}
		if f.Min == 0 {
			out += fmt.Sprintf("; the last one goes after %v", f.Cooldown)
		}
	}
	return out
}

func describeRates(r *worker.Rules) string {
	if r.Select == worker.Disabled {
		return "none"
	}
	var rates []string
	for _, p := range r.Policies {
		unit := ""
		if p.Percent {
			unit = " %"
		}
		rates = append(rates, fmt.Sprintf("%d%s in %v", p.Value, unit, p.Per))
	}
	out := "at most " + strings.Join(rates, " or ")
	if len(rates) > 1 {
		out += map[worker.Select]string{worker.Most: ", whichever is more", worker.Least: ", whichever is less"}[r.Select]
	}
	if r.Window > 0 {
		out += fmt.Sprintf(" after %v", r.Window)
	}
	return out
}

func describeLimit(f *worker.Fleet) string {
	if f.Limit.Replicas == 0 {
		return ""
	}
	return fmt.Sprintf("; at most %s more in %v", units.Plural(f.Limit.Replicas, "replica", "replicas"), f.Limit.Per)
}
