package deployed

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Scaling is how the replicas of a worker follow the load.
type Scaling struct {
	Min, Max   int
	Policy     string  // queue_length, utilization, keda or hpa
	Target     float64 // messages in its queues for each replica, or what Measure has of it; share of its slots that are held
	Share      bool    // Target is a share of the slots
	Unacked    bool    // messages that are held unacked count, too
	Measure    string  // with keda: deliver_rate or consumption_time, a mode of its scaler of RabbitMQ; "" = messages
	Poll       time.Duration
	Cooldown   time.Duration // not with hpa
	Activation float64       // with keda: messages that are still no reason to be there
	Idle       bool          // with keda: without a reason none is there, and not Min
	Up, Down   *Rules        // with keda and hpa; nil = not said
	Triggers   []Trigger     // with keda and hpa: several, in place of Target, Share, Unacked, Measure and Activation
	Queues     []string      // read: those that its one trigger is about; nil = not said
}

// Trigger is one of several things that the replicas follow; of what each wants KEDA and an HPA take the most.
type Trigger struct {
	Queues     []string // nil = all of the worker
	Target     float64  // as that of a Scaling, and so on
	Share      bool
	Unacked    bool
	Measure    string
	Activation float64
}

// follows are the triggers of a part: one where there is no list of them, each beside its queues as a part of its own.
func (p *Part) follows() []*Part {
	if p.Scaling.Triggers == nil {
		return []*Part{p}
	}
	var all []*Part
	for _, t := range p.Scaling.Triggers {
		one, s := *p, *p.Scaling
		s.Triggers = nil
		s.Target, s.Share, s.Unacked, s.Measure, s.Activation = t.Target, t.Share, t.Unacked, t.Measure, t.Activation
		if one.Scaling = &s; t.Queues != nil {
			one.Queues = t.Queues
		}
		all = append(all, &one)
	}
	return all
}

// Rules bound an HPA in one direction, in the words of autoscaling/v2 (HPAScalingRules).
type Rules struct {
	Window   *int   `yaml:"stabilizationWindowSeconds,omitempty"`
	Select   string `yaml:"selectPolicy,omitempty"`
	Policies []Rate `yaml:"policies,omitempty"`
}

// Rate is how much may change within so many seconds (HPAScalingPolicy).
type Rate struct {
	Type   string `yaml:"type"`
	Value  int    `yaml:"value"`
	Period int    `yaml:"periodSeconds"`
}

// behavior is how an HPA may change the number of replicas.
type behavior struct {
	Up   *Rules `yaml:"scaleUp,omitempty"`
	Down *Rules `yaml:"scaleDown,omitempty"`
}

// syncPeriod is from one look of any HPA of a cluster to the next: a flag of kube-controller-manager
// (--horizontal-pod-autoscaler-sync-period), of which no object says anything.
const syncPeriod = 15 * time.Second

// scalable says why a form cannot have the replicas of a part follow the load.
func scalable(form string, parts []Part, i int) error {
	if parts[i].Scaling == nil {
		return nil
	}
	for _, p := range parts[i].follows() {
		if err := sayable(form, p, shared(parts, i)); err != nil {
			return err
		}
	}
	return nil
}

// sayable says why a form cannot have the replicas of a part follow one trigger.
func sayable(form string, p *Part, shared bool) error {
	s := p.Scaling
	manifests := form == "keda" || form == "kubernetes"
	switch {
	case s.Policy == "hpa" && !manifests:
		return fmt.Errorf("the replicas of %q follow the load, which %s cannot say: want kubernetes", p.Name, form)
	case s.Policy != "hpa" && form != "keda":
		return fmt.Errorf("the replicas of %q follow the load, which %s cannot say: want keda", p.Name, form)
	case s.Policy == "hpa" && s.Poll != syncPeriod:
		return fmt.Errorf("the replicas of %q follow the load every %v, which no HPA says: want %v, or a flag of the cluster", p.Name, s.Poll, syncPeriod)
	case s.Policy == "keda" && (s.Poll%time.Second != 0 || s.Cooldown%time.Second != 0):
		return fmt.Errorf("the replicas of %q follow the load every %v, with a cooldown of %v: want whole seconds", p.Name, s.Poll, s.Cooldown)
	case s.Policy == "keda" && len(p.Queues) == 1 && p.Broker == "redis" && s.Target != math.Trunc(s.Target):
		return fmt.Errorf("the replicas of %q follow the load, %g messages each: want a whole number, as KEDA does with redis", p.Name, s.Target)
	case !inMilli(s.Target) || !inMilli(s.Activation):
		return fmt.Errorf("the replicas of %q follow the load, with a target of %g and an activation of %g: want at most 3 decimals, as Kubernetes does", p.Name, s.Target, s.Activation)
	case s.Unacked && (s.Policy == "hpa" || p.Broker != "rabbitmq" || len(p.Queues) != 1 || shared):
		return fmt.Errorf("the replicas of %q follow the load, also what is unacked: only KEDA tells that, of one queue of rabbitmq that no other worker consumes", p.Name)
	}
	return nil
}

// inMilli says whether Kubernetes takes a number as it is: it counts in thousandths (resource.Quantity, MilliValue).
func inMilli(x float64) bool { return math.Abs(1000*x-math.Round(1000*x)) < 1e-6 }

func shared(parts []Part, i int) bool {
	for j := range parts {
		if j != i && slices.ContainsFunc(parts[j].Queues, func(q string) bool { return slices.Contains(parts[i].Queues, q) }) {
			return true
		}
	}
	return false
}

// scalerNotes say what a scaler needs that its object does not bring, and where it does not count as the layout does.
func scalerNotes(p *Part) (lines []string) {
	for _, one := range p.follows() {
		for _, line := range triggerNotes(one) {
			if !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func triggerNotes(p *Part) (lines []string) {
	s := p.Scaling
	byLists := p.Broker == "redis" && len(p.Steps) > 1 && !s.Share
	switch {
	case s.Policy == "hpa" && s.Share:
		lines = append(lines, fmt.Sprintf("The HPA of %s wants the metric %s of each pod from an adapter: %s / %d, its mean", p.Name, shareMetric, activeMetric, p.Slots), fmt.Sprintf("over %v.", syncPeriod))
	case s.Policy == "hpa":
		lines = append(lines, fmt.Sprintf("The HPA of %s wants the external metric %s of celery-exporter from an adapter, a series a queue.", p.Name, lengthMetric))
	case byLists && len(p.Queues) == 1:
		return append(lines,
			fmt.Sprintf("%s on redis is %d lists, one a step of priority. KEDA counts each list by itself and takes the largest, where", p.Queues[0], len(p.Steps)),
			fmt.Sprintf("the layout counts all of them together: %s may get fewer replicas.", p.Name))
	}
	if byLists {
		lines = append(lines, fmt.Sprintf("%s of %s must count the lists of all priorities of a queue, %s.", lengthMetric, p.Name, strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Steps), " ", ", "), "[]")))
	}
	return lines
}
