package deployed

import (
	"fmt"
	"strings"
)

// What Kubernetes reads: autoscaling/v2 HorizontalPodAutoscaler.
type (
	averageValue struct {
		Type  string `yaml:"type"`
		Value string `yaml:"averageValue"`
	}
	requirement struct {
		Key      string   `yaml:"key"`
		Operator string   `yaml:"operator"`
		Values   []string `yaml:"values,flow"`
	}
	labelSelector struct {
		Expressions []requirement `yaml:"matchExpressions"`
	}
	metricSource struct {
		Metric struct {
			Name     string         `yaml:"name"`
			Selector *labelSelector `yaml:"selector,omitempty"`
		} `yaml:"metric"`
		Target averageValue `yaml:"target"`
	}
	metricSpec struct {
		Type     string        `yaml:"type"`
		Pods     *metricSource `yaml:"pods,omitempty"`
		External *metricSource `yaml:"external,omitempty"`
	}
	autoscaler struct {
		Version  string   `yaml:"apiVersion"`
		Kind     string   `yaml:"kind"`
		Metadata metadata `yaml:"metadata"`
		Spec     struct {
			Target struct {
				Version string `yaml:"apiVersion"`
				Kind    string `yaml:"kind"`
				Name    string `yaml:"name"`
			} `yaml:"scaleTargetRef"`
			Min      int          `yaml:"minReplicas"`
			Max      int          `yaml:"maxReplicas"`
			Metrics  []metricSpec `yaml:"metrics"`
			Behavior *behavior    `yaml:"behavior"`
		} `yaml:"spec"`
	}
)

// shareMetric is the share of the slots of a pod that are held: an adapter must make it, for no exporter has it.
const shareMetric = "celery_worker_slots_held_share"

// hpaOf follows messages by an external metric, of which the HPA adds up the series (replica_calculator.go,
// GetExternalPerPodMetricReplicas), and slots by a metric of the pods, in which those that are not ready count by
// direction (calcPlainMetricReplicas).
func hpaOf(p *Part, name string) autoscaler {
	a := autoscaler{Version: "autoscaling/v2", Kind: "HorizontalPodAutoscaler", Metadata: metadata{Name: name}}
	a.Spec.Target.Version, a.Spec.Target.Kind, a.Spec.Target.Name = "apps/v1", "Deployment", name
	a.Spec.Min, a.Spec.Max = p.Scaling.Min, p.Scaling.Max
	for _, one := range p.follows() {
		source := &metricSource{Target: averageValue{"AverageValue", quantity(one.Scaling.Target)}}
		if one.Scaling.Share {
			source.Metric.Name = shareMetric
			a.Spec.Metrics = append(a.Spec.Metrics, metricSpec{Type: "Pods", Pods: source})
			continue
		}
		source.Metric.Name = lengthMetric
		source.Metric.Selector = &labelSelector{[]requirement{{"queue_name", "In", one.Queues}}}
		a.Spec.Metrics = append(a.Spec.Metrics, metricSpec{Type: "External", External: source})
	}
	a.Spec.Behavior = &behavior{p.Scaling.Up, p.Scaling.Down}
	return a
}

// scaling reads what hpaOf writes; nil where it knows none of the metrics. Of several, one that it does not know is an error:
// nobody can say how many replicas that wants.
func (a *autoscaler) scaling() (*Scaling, error) {
	out := &Scaling{Min: max(1, a.Spec.Min), Max: a.Spec.Max, Policy: "hpa", Poll: syncPeriod}
	var unknown []string
	for i := range a.Spec.Metrics {
		if t := a.Spec.Metrics[i].trigger(); t != nil {
			out.Triggers = append(out.Triggers, *t)
		} else {
			unknown = append(unknown, a.Spec.Metrics[i].said())
		}
	}
	switch {
	case out.Triggers == nil:
		return nil, nil
	case unknown != nil:
		return nil, fmt.Errorf("HorizontalPodAutoscaler %q: the largest of several metrics counts, and what %s wants is not known here", a.Metadata.Name, strings.Join(unknown, " and "))
	case a.Spec.Behavior == nil:
		return nil, fmt.Errorf("HorizontalPodAutoscaler %q: no behavior: want one, for without it other rates hold than its defaults", a.Metadata.Name)
	}
	if len(out.Triggers) == 1 {
		one := &out.Triggers[0]
		out.Share, out.Target, out.Queues, out.Triggers = one.Share, one.Target, one.Queues, nil
	}
	out.Up, out.Down = a.Spec.Behavior.Up, a.Spec.Behavior.Down
	return out, nil
}

// said is a metric in the words of an error.
func (m *metricSpec) said() string {
	for _, source := range []*metricSource{m.External, m.Pods} {
		if source != nil {
			return fmt.Sprintf("%s %q", m.Type, source.Metric.Name)
		}
	}
	return m.Type
}

// trigger is what one metric follows; nil where it is not known.
func (m *metricSpec) trigger() *Trigger {
	source := m.External
	if m.Type == "Pods" {
		source = m.Pods
	}
	if source == nil || source.Metric.Name != lengthMetric && source.Metric.Name != shareMetric || number(source.Target.Value) == 0 {
		return nil
	}
	t := &Trigger{Share: m.Type == "Pods", Target: number(source.Target.Value)}
	if s := source.Metric.Selector; s != nil && len(s.Expressions) == 1 && s.Expressions[0].Key == "queue_name" {
		t.Queues = s.Expressions[0].Values
	}
	return t
}
