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
			r.step("Let an autoscaler run %s.", describeFleet(name, now, queueNames(r.to, r.to.Workers[now.Workers[0]].Queues)))
		}
	}
}

// describeFleet says what an autoscaler does, in the words of KEDA and Kubernetes; queues are those that its replicas take.
func describeFleet(name string, f *worker.Fleet, queues []string) string {
	var by string
	switch f.Policy {
	case worker.QueueLength, worker.KEDA, worker.HPA, worker.Utilization:
		var each []string
		for _, t := range f.Follows() {
			each = append(each, describeTrigger(f, &t, queues))
		}
		if by = strings.Join(each, ", or "); len(each) > 1 {
			by = "whichever are most of " + by
		}
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

// describeTrigger says how many replicas one trigger wants.
func describeTrigger(f *worker.Fleet, t *worker.Trigger, queues []string) string {
	of := "its queues"
	if t.Queues != nil {
		var names []string
		for _, q := range t.Queues {
			names = append(names, queues[q])
		}
		of = units.And(names)
	}
	switch {
	case f.Policy == worker.Utilization || t.Share:
		return fmt.Sprintf("so that %g %% of their slots are busy", 100*t.Target)
	case t.Measure == worker.PublishRate:
		return fmt.Sprintf("one for every %g messages published a second to %s", t.Target, of)
	case t.Measure == worker.DeliverRate && t.Queues == nil:
		return fmt.Sprintf("one for every %g messages delivered a second", t.Target)
	case t.Measure == worker.DeliverRate:
		return fmt.Sprintf("one for every %g messages delivered a second from %s", t.Target, of)
	case t.Measure == worker.ConsumptionTime && t.Queues == nil:
		return fmt.Sprintf("one for every %v until its queues are empty", des.Seconds(t.Target))
	case t.Measure == worker.ConsumptionTime:
		return fmt.Sprintf("one for every %v until no message is in %s", des.Seconds(t.Target), of)
	}
	where := "waiting in " + of
	if t.Unacked {
		where += " or unacked"
	}
	return fmt.Sprintf("one for every %g messages %s", t.Target, where)
}

// activated are the units of activation values.
var activated = [...]string{
	worker.Messages: "messages", worker.PublishRate: "messages a second", worker.DeliverRate: "messages a second", worker.ConsumptionTime: "seconds",
}

// describeRules says when an autoscaler lets replicas go, and one of Kubernetes what else bounds it.
func describeRules(f *worker.Fleet) string {
	if f.Policy != worker.KEDA && f.Policy != worker.HPA {
		return fmt.Sprintf("scale-in after %v", f.Cooldown)
	}
	out := fmt.Sprintf("an HPA adds %s and removes %s", describeRates(&f.Up), describeRates(&f.Down))
	if f.Policy == worker.KEDA {
		var above []string
		for _, t := range f.Follows() {
			if t.Activation > 0 || len(f.Triggers) > 1 {
				above = append(above, fmt.Sprintf("%g %s", t.Activation, activated[t.Measure]))
			}
		}
		if above != nil {
			out += "; KEDA acts above " + strings.Join(above, " or ")
		}
		switch {
		case f.Idle:
			out += fmt.Sprintf("; all of them go %v after there was a reason to be there", f.Cooldown)
		case f.Min == 0:
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
