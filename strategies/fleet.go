package strategies

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Defaults of a fleet: those of KEDA (pollingInterval, cooldownPeriod) and of Kubernetes
// (terminationGracePeriodSeconds).
const (
	defaultPoll     = 30 * time.Second
	defaultCooldown = 300 * time.Second
	defaultGrace    = 30 * time.Second
)

var (
	policyNames = []string{worker.QueueLength: "queue_length", worker.Utilization: "utilization", worker.Latency: "latency", worker.Schedule: "schedule", worker.KEDA: "keda", worker.HPA: "hpa"}
	victimNames = []string{worker.Newest: "newest", worker.Idle: "idle"}
	countNames  = []string{"ready", "ready+unacked"}
	startNames  = []string{"warm", "cold"}
)

// FleetSpec is an autoscaler of replicas as written.
type FleetSpec struct {
	Min, Max              int
	Policy                string
	Target                Target
	Counts                string
	Poll, Cooldown, Grace *des.Time
	Boot                  worker.Law
	Victim                string
	Limit                 *LimitSpec
	Activation            *float64
	Idle                  *int // replicas without a reason to be there; nil = Min
	Measure               string
	ScaleUp, ScaleDown    *RulesSpec
	Triggers              []TriggerSpec
}

// TriggerSpec is one of several things that an autoscaler follows, as written.
type TriggerSpec struct {
	Queues     []string
	Target     Target
	Counts     string
	Measure    string
	Activation *float64
}

// Target is what a policy aims at, as written: one of these.
type Target struct {
	Messages *float64 // for each replica
	Share    *float64
	Wait     *des.Time
	Plan     []worker.Span
}

// found is what a target is, in the words of an error.
func (t *Target) found() string {
	switch {
	case t.Messages != nil:
		return "a number"
	case t.Share != nil:
		return "a share"
	case t.Wait != nil:
		return "a duration"
	case t.Plan != nil:
		return "a list"
	}
	return "not given"
}

// fleet resolves the scaling of replicas.
func (b *builder) fleet(path string, w *WorkerSpec, g *group) {
	a := w.Fleet
	f := &worker.Fleet{
		Min: a.Min, Cooldown: or(a.Cooldown, defaultCooldown), Boot: a.Boot,
		Grace: or(a.Grace, defaultGrace), Cold: w.Start == "cold",
	}
	g.fleet, g.most = f, max(1, a.Max)
	if law, ok := a.Boot.(workloads.Dist); ok && law.Mean() == 0 {
		f.Boot = nil
	}
	policy, err := units.Choose(policyNames, a.Policy)
	if err != nil {
		b.fail(path+".policy", "%v", err)
		return
	}
	f.Policy = worker.Policy(policy)
	b.kubernetes(path, a, f)
	if w.Replicas != nil {
		b.fail(strings.TrimSuffix(path, ".autoscale")+".replicas", "%d: not with autoscale, whose max is the number of replicas", *w.Replicas)
	}
	switch {
	case a.Min < 0:
		b.fail(path+".min", "%d: want at least 0", a.Min)
	case a.Max < max(1, a.Min):
		b.fail(path+".max", "%d: want at least %s", a.Max, leastMax(a.Min))
	case f.Policy == worker.Utilization && a.Min == 0:
		b.fail(path+".min", "0: want at least 1 with the policy utilization: where no replica runs, none is busy")
	case f.Policy == worker.HPA && a.Min == 0:
		b.fail(path+".min", "0: want at least 1 with the policy hpa: the steps from 0 and to 0 are KEDA's")
	}
	if a.Victim != "" {
		v, err := units.Choose(victimNames, a.Victim)
		if err != nil {
			b.fail(path+".victim", "%v", err)
		}
		f.Victim = worker.Victim(v)
	}
	if f.Poll <= 0 && (f.Policy != worker.QueueLength || f.Poll < 0) {
		b.fail(path+".poll", "0s: want more, except with the policy queue_length, which then looks after every change")
	}
	b.follow(path, a, f)
	if f.Policy == worker.Latency && b.broker.Kind != worker.Ideal {
		b.wish("workers.%s: autoscale policy latency: %s does not say how old its oldest message is", g.name, b.broker.Kind)
	}
}

// follow resolves what the policy follows; a list of it comes with the queues (triggers).
func (b *builder) follow(path string, a *FleetSpec, f *worker.Fleet) {
	if a.Activation != nil && f.Policy != worker.KEDA {
		b.fail(path+".activation", "only with the policy keda")
	}
	if a.Measure != "" && f.Policy != worker.KEDA {
		b.fail(path+".measure", "only with the policy keda")
	}
	if a.Idle != nil {
		b.idle(path+".idle", a, f)
	}
	if f.Policy == worker.KEDA {
		b.measure(path, a, f)
		f.Activation = or(a.Activation, 0)
	}
	if a.Counts != "" {
		n, err := units.Choose(countNames, a.Counts)
		switch {
		case err != nil:
			b.fail(path+".counts", "%v", err)
		case f.Policy != worker.QueueLength && f.Policy != worker.KEDA && f.Policy != worker.HPA:
			b.fail(path+".counts", "only with the policies queue_length, keda and hpa")
		case a.Target.Share != nil && f.Policy == worker.HPA:
			b.fail(path+".counts", "only with a target of messages")
		}
		f.Unacked = n == 1
	}
	if a.Triggers == nil {
		b.target(path+".target", a, f)
	}
}

// idle resolves how many replicas are there without a reason: KEDA supports 0 alone (keda.sh, ScaledObject specification).
func (b *builder) idle(path string, a *FleetSpec, f *worker.Fleet) {
	switch f.Idle = true; {
	case f.Policy != worker.KEDA:
		b.fail(path, "only with the policy keda")
	case *a.Idle != 0:
		b.fail(path, "%d: want 0, the only number of idle replicas that KEDA supports", *a.Idle)
	case a.Min == 0:
		b.fail(path, "0: want a min above it")
	}
}

// triggers resolves several things to follow, of which the HPA takes the largest wish.
func (b *builder) triggers(path string, w *WorkerSpec, g *group) {
	if w.Fleet == nil || w.Fleet.Triggers == nil || g.fleet == nil {
		return
	}
	a, f := w.Fleet, g.fleet
	if f.Policy != worker.KEDA && f.Policy != worker.HPA {
		b.fail(path+".triggers", "only with the policies keda and hpa: want target")
		return
	}
	if a.Target.found() != (&Target{}).found() || a.Counts != "" || a.Measure != "" || a.Activation != nil {
		b.fail(path+".triggers", "not beside target, counts, measure and activation, which each of them has for itself")
	}
	shares := 0
	for i := range a.Triggers {
		t, at := &a.Triggers[i], path+".triggers."+strconv.Itoa(i)
		one := worker.Fleet{Policy: f.Policy}
		b.follow(at, &FleetSpec{Policy: a.Policy, Target: t.Target, Counts: t.Counts, Measure: t.Measure, Activation: t.Activation}, &one)
		resolved := one.Follows()[0]
		for _, q := range t.Queues {
			n := slices.Index(g.queues, q)
			switch {
			case n < 0:
				b.fail(at+".queues", "%q: not a queue of this worker: want %s", q, units.Alternatives(g.queues))
			case slices.Contains(resolved.Queues, n):
				b.fail(at+".queues", "%q: named twice", q)
			}
			resolved.Queues = append(resolved.Queues, n)
		}
		if len(t.Queues) == len(g.queues) { // all of them are no choice
			resolved.Queues = nil
		}
		if one.Share {
			shares++
		}
		switch {
		case one.Share && t.Queues != nil:
			b.fail(at+".queues", "not with a share of the slots")
		case one.Share && shares > 1:
			b.fail(at+".target", "a second share of the slots: want one")
		case one.Unacked && len(g.queues) > 1:
			b.fail(at+".counts", "\"ready+unacked\": what replicas hold is not counted by queue: want a worker of one queue")
		}
		f.Triggers = append(f.Triggers, resolved)
	}
}

func leastMax(low int) string {
	if low <= 1 {
		return "1"
	}
	return "min, " + strconv.Itoa(low)
}

// target wants the kind of target that the policy has.
func (b *builder) target(path string, a *FleetSpec, f *worker.Fleet) {
	t := &a.Target
	switch {
	case (f.Policy == worker.QueueLength || f.Policy == worker.KEDA && f.Measure != worker.ConsumptionTime || f.Policy == worker.HPA) && t.Messages != nil:
		f.Target = *t.Messages
	case f.Policy == worker.KEDA && f.Measure == worker.ConsumptionTime && t.Wait != nil:
		f.Target = t.Wait.Seconds()
	case f.Policy == worker.HPA && t.Share != nil:
		f.Target, f.Share = *t.Share, true
	case f.Policy == worker.Utilization && t.Share != nil:
		f.Target = *t.Share
	case f.Policy == worker.Latency && t.Wait != nil:
		f.Target = t.Wait.Seconds()
	case f.Policy == worker.Schedule && t.Plan != nil:
		f.Plan = t.Plan
		for i, p := range t.Plan {
			switch {
			case p.For <= 0:
				b.fail(path+"."+strconv.Itoa(i)+".for", "want more than 0s")
			case p.Replicas < a.Min || p.Replicas > a.Max:
				b.fail(path+"."+strconv.Itoa(i)+".replicas", "%d: want from min, %d, to max, %d", p.Replicas, a.Min, a.Max)
			}
		}
		return
	default:
		b.fail(path, "%s: want %s with the policy %s", t.found(), targetForm(f), a.Policy)
		return
	}
	if !(f.Target > 0) {
		b.fail(path, "want more than 0")
	}
}

func targetForm(f *worker.Fleet) string {
	if f.Measure == worker.Messages {
		return targetForms[f.Policy]
	}
	return measureForms[f.Measure]
}

var measureForms = [...]string{
	worker.PublishRate:     "a number of messages a second for each replica",
	worker.DeliverRate:     "a number of messages a second for each replica",
	worker.ConsumptionTime: "a time for each replica such as 30s",
}

var targetForms = [...]string{
	worker.QueueLength: "a number of messages for each replica",
	worker.Utilization: "a share of the slots such as 70%",
	worker.Latency:     "a wait such as 30s",
	worker.KEDA:        "a number of messages for each replica",
	worker.HPA:         "a number of messages for each replica or a share of the slots such as 70%",
	worker.Schedule:    "a list such as [{for: 8h, replicas: 1}, {for: 16h, replicas: 4}]",
}

// start resolves whether the first replicas are there from the beginning.
func (b *builder) start(path string, w *WorkerSpec) {
	if w.Start == "" {
		return
	}
	if _, err := units.Choose(startNames, w.Start); err != nil {
		b.fail(path+".start", "%v", err)
	} else if w.Fleet == nil {
		b.fail(path+".start", "%q: only with autoscale of replicas: the machines of other workers have a start of their own", w.Start)
	}
}

// PolicyName is the policy of a fleet as a scenario has it.
func PolicyName(f *worker.Fleet) string { return policyNames[f.Policy] }

// VictimName is the victim of a fleet as a scenario has it.
func VictimName(f *worker.Fleet) string { return victimNames[f.Victim] }

// CountsName is what a trigger counts as a scenario has it.
func CountsName(t *worker.Trigger) string {
	if t.Unacked {
		return countNames[1]
	}
	return countNames[0]
}

// FleetOf is the fleet that a worker is a replica of, nil if it is of none.
func (l *Layout) FleetOf(w int) *worker.Fleet {
	for i := range l.Fleets {
		if slices.Contains(l.Fleets[i].Workers, w) {
			return &l.Fleets[i]
		}
	}
	return nil
}
