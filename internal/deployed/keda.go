package deployed

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What KEDA reads: keda.sh/v1alpha1 ScaledObject.
type (
	trigger struct {
		Type     string            `yaml:"type"`
		Metadata map[string]string `yaml:"metadata"`
		Metric   string            `yaml:"metricType,omitempty"`
	}
	scaled struct {
		Version  string   `yaml:"apiVersion"`
		Kind     string   `yaml:"kind"`
		Metadata metadata `yaml:"metadata"`
		Spec     struct {
			Target struct {
				Name string `yaml:"name"`
			} `yaml:"scaleTargetRef"`
			Poll     int  `yaml:"pollingInterval"`
			Min      int  `yaml:"minReplicaCount"`
			Max      int  `yaml:"maxReplicaCount"`
			Idle     *int `yaml:"idleReplicaCount,omitempty"`
			Cooldown *int `yaml:"cooldownPeriod"`
			Initial  int  `yaml:"initialCooldownPeriod,omitempty"`
			Fallback *any `yaml:"fallback,omitempty"`
			Advanced struct {
				HPA struct {
					Behavior behavior `yaml:"behavior"`
				} `yaml:"horizontalPodAutoscalerConfig"`
				Modifiers struct {
					Formula string `yaml:"formula,omitempty"`
				} `yaml:"scalingModifiers,omitempty"`
			} `yaml:"advanced"`
			Triggers []trigger `yaml:"triggers"`
		} `yaml:"spec"`
	}
)

// Metrics of celery-exporter, for what KEDA's own scalers cannot see: several queues together, and slots that are held.
const (
	lengthMetric = "celery_queue_length"
	activeMetric = "celery_worker_tasks_active"
)

// listSeparator is between the name of a queue on redis and the step of a priority above 0 (kombu, transport/redis.py:
// _q_for_pri).
const listSeparator = "\x06\x16"

// scalerOf is the object that has the replicas of a part follow the load.
func scalerOf(p *Part, name string) any {
	if p.Scaling.Policy == "hpa" {
		return hpaOf(p, name)
	}
	return scaledOf(p, name)
}

// scaledOf follows what the policy does: KEDA wants metric / threshold replicas, rounded up (keda.sh, "Scaling
// Deployments"; the HPA's AverageValue).
func scaledOf(p *Part, name string) scaled {
	s := scaled{Version: "keda.sh/v1alpha1", Kind: "ScaledObject", Metadata: metadata{Name: name}}
	s.Spec.Target.Name = name
	cooldown := seconds(p.Scaling.Cooldown)
	s.Spec.Poll, s.Spec.Cooldown = max(1, seconds(p.Scaling.Poll)), &cooldown
	s.Spec.Min, s.Spec.Max = p.Scaling.Min, p.Scaling.Max
	if p.Scaling.Idle {
		s.Spec.Idle = new(0)
	}
	b := &s.Spec.Advanced.HPA.Behavior
	if b.Up, b.Down = p.Scaling.Up, p.Scaling.Down; p.Scaling.Policy != "keda" {
		b.Down = &Rules{Window: &cooldown}
	}
	for _, one := range p.follows() {
		s.Spec.Triggers = append(s.Spec.Triggers, triggersOf(one)...)
	}
	return s
}

func triggersOf(p *Part) []trigger {
	target := quantity(p.Scaling.Target)
	activated := func(key string, activation float64, t trigger) trigger {
		if activation > 0 {
			t.Metadata[key] = quantity(activation)
		}
		return t
	}
	query := func(q string) []trigger {
		return []trigger{activated("activationThreshold", p.Scaling.Activation, trigger{Type: "prometheus", Metadata: map[string]string{"serverAddress": "http://prometheus:9090", "query": q, "threshold": target}})}
	}
	switch {
	case p.Scaling.Measure != "":
		return []trigger{activated("activationValue", p.Scaling.Activation, rateTrigger(p, target))}
	case p.Scaling.Share:
		return query(fmt.Sprintf("sum(%s{hostname=~%q}) / %d", activeMetric, regexp.QuoteMeta(p.Name)+"@.*", p.Slots))
	case len(p.Queues) > 1:
		return query(fmt.Sprintf("sum(%s{queue_name=~%q})", lengthMetric, anyOf(p.Queues)))
	case p.Broker == "rabbitmq": // AMQP tells the messages that are ready, HTTP also those that are unacked
		t := trigger{Type: "rabbitmq", Metadata: map[string]string{"hostFromEnv": "RABBITMQ_URL", "protocol": "amqp", "queueName": p.Queues[0], "mode": "QueueLength", "value": target}}
		if p.Scaling.Unacked {
			t.Metadata["protocol"], t.Metadata["hostFromEnv"] = "http", "RABBITMQ_MANAGEMENT_URL"
		}
		return []trigger{activated("activationValue", p.Scaling.Activation, t)}
	}
	triggers := []trigger{listTrigger(p.Queues[0], target)}
	for _, step := range p.Steps {
		if step > 0 {
			triggers = append(triggers, listTrigger(fmt.Sprintf("%s%s%d", p.Queues[0], listSeparator, step), target))
		}
	}
	for i := range triggers {
		// A whole number to KEDA (redis_scaler.go, ActivationListLength). No list has part of a message: more than 2.5 are
		// more than 2, and more than 0.5 more than 0.
		triggers[i] = activated("activationListLength", float64(int(p.Scaling.Activation)), triggers[i])
	}
	return triggers
}

// anyOf is a regular expression that matches these names alone, where it must match the whole.
func anyOf(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = regexp.QuoteMeta(name)
	}
	return strings.Join(quoted, "|")
}

// modes are the names that KEDA has for measures (rabbitmq_scaler.go).
var modes = map[string]string{"publish_rate": "MessageRate", "deliver_rate": "DeliverGetRate", "consumption_time": "ExpectedQueueConsumptionTime"}

// rateTrigger asks the management of RabbitMQ; of several queues it adds up what there is.
func rateTrigger(p *Part, target string) trigger {
	m := map[string]string{"hostFromEnv": "RABBITMQ_MANAGEMENT_URL", "protocol": "http", "queueName": p.Queues[0], "mode": modes[p.Scaling.Measure], "value": target}
	if !p.Scaling.Unacked {
		m["excludeUnacknowledged"] = "true"
	}
	if len(p.Queues) > 1 {
		m["useRegex"], m["operation"], m["queueName"] = "true", "sum", "^("+anyOf(p.Queues)+")$"
	}
	return trigger{Type: "rabbitmq", Metadata: m}
}

func listTrigger(name, length string) trigger {
	return trigger{Type: "redis", Metadata: map[string]string{"addressFromEnv": "REDIS_ADDRESS", "listName": name, "listLength": length}}
}

var (
	divided  = regexp.MustCompile(`^sum\(` + activeMetric + `\{`)
	together = regexp.MustCompile(`^sum\(` + lengthMetric + `\{(?:queue_name=~?"([^"]*)")?`)
)

// unread says why an object is not read at all; "" if it is.
func (s *scaled) unread() string {
	const paused = "autoscaling.keda.sh/paused"
	by := s.Metadata.Annotations
	switch {
	case s.Spec.Advanced.Modifiers.Formula != "":
		return fmt.Sprintf("has a formula, %q (scalingModifiers), and formulas are not modelled", s.Spec.Advanced.Modifiers.Formula)
	case by[paused+"-replicas"] != "":
		return fmt.Sprintf("is paused at %s replicas by an annotation", by[paused+"-replicas"])
	case by[paused] == "true":
		return "is paused by an annotation"
	}
	return ""
}

// ignored is what changes nothing here (keda.sh, ScaledObject specification).
func (s *scaled) ignored() (said []string) {
	if s.Spec.Fallback != nil {
		said = append(said, "fallback: no effect here, where what the triggers ask always answers, also while a fault has the broker down")
	}
	if s.Spec.Initial > 0 {
		said = append(said, "initialCooldownPeriod: no effect here, where the object was made long before the run")
	}
	return said
}

// scaling reads what scaledOf writes, and the scalers of one queue that others have written; nil where it knows none of
// the triggers. Who says more than a window of the HPA, or an activation value, means KEDA to the letter.
func (s *scaled) scaling() (*Scaling, error) {
	out, err := s.measure()
	if out == nil || err != nil {
		return nil, err
	}
	out.Min, out.Max = s.Spec.Min, s.Spec.Max
	if idle := s.Spec.Idle; idle != nil {
		switch out.Idle = true; {
		case *idle != 0:
			return nil, fmt.Errorf("ScaledObject %q: idleReplicaCount: %d: want 0, the only one that KEDA supports", s.Metadata.Name, *idle)
		case out.Min == 0:
			return nil, fmt.Errorf("ScaledObject %q: idleReplicaCount: 0: want a minReplicaCount above it", s.Metadata.Name)
		case out.Share:
			return nil, fmt.Errorf("ScaledObject %q: idleReplicaCount beside slots: want messages to follow, for where no replica is there no slot is held", s.Metadata.Name)
		}
	}
	if out.Poll = time.Duration(s.Spec.Poll) * time.Second; out.Poll == 0 {
		out.Poll = 30 * time.Second
	}
	if out.Max == 0 {
		out.Max = 100
	}
	out.Cooldown = 300 * time.Second // KEDA's, and stabilisation of the HPA, unless they are told otherwise
	b := &s.Spec.Advanced.HPA.Behavior
	if !out.Share && (out.Triggers != nil || out.Measure != "" || out.Activation > 0 || out.Idle || b.Up != nil || b.Down != nil && (b.Down.Select != "" || b.Down.Policies != nil)) {
		out.Policy, out.Up, out.Down = "keda", b.Up, b.Down
		if s.Spec.Cooldown != nil {
			out.Cooldown = time.Duration(*s.Spec.Cooldown) * time.Second
		}
	} else if b.Down != nil && b.Down.Window != nil {
		out.Cooldown = time.Duration(max(*b.Down.Window, 0)) * time.Second
	}
	return out, nil
}

// defaults of KEDA's scalers: redis_scaler.go, listLength; rabbitmq_scaler.go, validateTrigger, where nothing is said of the mode.
const (
	defaultListLength  = 5
	defaultQueueLength = 20
)

// measure is what the triggers count: nil where none is known. The lists of one queue are one, where each has the same target;
// several of others are followed each by itself. Of a trigger that is not known nobody can say how many replicas it wants.
func (s *scaled) measure() (*Scaling, error) {
	var known []*Scaling
	var unknown []string
	for i := range s.Spec.Triggers {
		t := &s.Spec.Triggers[i]
		m, err := t.measure()
		switch {
		case err != nil:
			return nil, fmt.Errorf("ScaledObject %q: %w", s.Metadata.Name, err)
		case m == nil:
			unknown = append(unknown, t.said())
		case t.Type != "redis":
			known = append(known, m)
		default:
			same := slices.IndexFunc(known, func(k *Scaling) bool { return slices.Equal(k.Triggers[0].Queues, m.Triggers[0].Queues) })
			if same < 0 {
				known = append(known, m)
			} else if !reflect.DeepEqual(known[same], m) {
				return nil, fmt.Errorf("ScaledObject %q: lists of the queue %q with several targets: want one", s.Metadata.Name, m.Triggers[0].Queues[0])
			}
		}
	}
	switch {
	case known == nil:
		return nil, nil
	case unknown != nil:
		return nil, fmt.Errorf("ScaledObject %q: KEDA takes the largest of several triggers, and what %s wants is not known here", s.Metadata.Name, strings.Join(unknown, " and "))
	case len(known) == 1:
		known[0].Queues, known[0].Triggers = known[0].Triggers[0].Queues, nil
		return known[0], nil
	}
	all := &Scaling{Policy: "keda"}
	for _, m := range known {
		if m.Policy == "utilization" {
			return nil, fmt.Errorf("ScaledObject %q: slots beside other triggers: want an HPA, or no slots", s.Metadata.Name)
		}
		all.Triggers = append(all.Triggers, m.Triggers...)
	}
	return all, nil
}

// said is a trigger in the words of an error.
func (t *trigger) said() string {
	if t.Metric != "" {
		return fmt.Sprintf("%q with the metricType %s", t.Type, t.Metric)
	}
	if mode := t.Metadata["mode"]; mode != "" {
		return fmt.Sprintf("%q (%s)", t.Type, mode)
	}
	return fmt.Sprintf("%q", t.Type)
}

// measure is what one trigger counts, as all that is followed and as one trigger of several; nil where it is not known.
func (t *trigger) measure() (*Scaling, error) {
	m := &Scaling{Policy: "queue_length"}
	var queues []string
	switch {
	case t.Metric != "" && t.Metric != "AverageValue": // Value does not divide by the replicas
		return nil, nil
	case t.Type == "redis":
		m.Target, m.Activation = number(cmp.Or(t.Metadata["listLength"], strconv.Itoa(defaultListLength))), number(t.Metadata["activationListLength"])
		list, _, _ := strings.Cut(t.Metadata["listName"], listSeparator)
		queues = []string{list}
	case t.Type == "rabbitmq":
		if !t.rabbit(m) {
			return nil, nil
		}
		queues = t.rabbitQueues()
	case t.Type == "prometheus" && together.MatchString(t.Metadata["query"]):
		m.Target, m.Activation = number(t.Metadata["threshold"]), number(t.Metadata["activationThreshold"])
		if names := together.FindStringSubmatch(t.Metadata["query"])[1]; names != "" {
			queues = strings.Split(names, "|")
		}
	case t.Type == "prometheus" && divided.MatchString(t.Metadata["query"]):
		m.Policy, m.Share, m.Target = "utilization", true, number(t.Metadata["threshold"])
	default:
		return nil, nil
	}
	if !(m.Target > 0) {
		return nil, fmt.Errorf("a trigger of type %s: want a target above 0", t.said())
	}
	m.Triggers = []Trigger{{queues, m.Target, m.Share, m.Unacked, m.Measure, m.Activation}}
	return m, nil
}

// rabbit reads a trigger of RabbitMQ; false where its mode is not known.
func (t *trigger) rabbit(m *Scaling) bool {
	d := t.Metadata
	m.Target, m.Activation = number(d["value"]), number(d["activationValue"])
	all := d["excludeUnacknowledged"] != "true" // unacked messages are told, too
	switch mode := d["mode"]; mode {
	case "": // as old files have it
		m.Target = number(cmp.Or(d["queueLength"], d["value"], strconv.Itoa(defaultQueueLength)))
		m.Unacked = d["protocol"] == "http" && all
		return true
	case "QueueLength":
		m.Unacked = d["protocol"] == "http" && all
		return true
	default:
		for measure, name := range modes {
			if mode == name {
				m.Policy, m.Measure = "keda", measure
				m.Unacked = measure != "deliver_rate" && all
				return true
			}
		}
	}
	return false
}

// rabbitQueues are those that a trigger is about, as rateTrigger writes several.
func (t *trigger) rabbitQueues() []string {
	name := t.Metadata["queueName"]
	if t.Metadata["useRegex"] != "true" {
		return []string{name}
	}
	var names []string
	for q := range strings.SplitSeq(strings.TrimSuffix(strings.TrimPrefix(name, "^("), ")$"), "|") {
		names = append(names, strings.ReplaceAll(q, `\`, ""))
	}
	return names
}
