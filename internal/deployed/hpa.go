package deployed

import "fmt"

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
	source := &metricSource{Target: averageValue{"AverageValue", quantity(p.Scaling.Target)}}
	if p.Scaling.Share {
		source.Metric.Name = shareMetric
		a.Spec.Metrics = []metricSpec{{Type: "Pods", Pods: source}}
	} else {
		source.Metric.Name = lengthMetric
		source.Metric.Selector = &labelSelector{[]requirement{{"queue_name", "In", p.Queues}}}
		a.Spec.Metrics = []metricSpec{{Type: "External", External: source}}
	}
	a.Spec.Behavior = &behavior{p.Scaling.Up, p.Scaling.Down}
	return a
}

// scaling reads what hpaOf writes; nil where it knows none of the metrics.
func (a *autoscaler) scaling() (*Scaling, error) {
	out := &Scaling{Min: max(1, a.Spec.Min), Max: a.Spec.Max, Policy: "hpa", Poll: syncPeriod}
	for _, m := range a.Spec.Metrics {
		source := m.External
		if m.Type == "Pods" {
			source = m.Pods
		}
		if source == nil || source.Metric.Name != lengthMetric && source.Metric.Name != shareMetric {
			continue
		}
		switch {
		case len(a.Spec.Metrics) > 1:
			return nil, fmt.Errorf("HorizontalPodAutoscaler %q: several metrics, of which the largest wish counts: want one", a.Metadata.Name)
		case a.Spec.Behavior == nil:
			return nil, fmt.Errorf("HorizontalPodAutoscaler %q: no behavior: want one, for without it other rates hold than its defaults", a.Metadata.Name)
		}
		out.Share, out.Target = m.Type == "Pods", number(source.Target.Value)
		out.Up, out.Down = a.Spec.Behavior.Up, a.Spec.Behavior.Down
	}
	if out.Target == 0 {
		return nil, nil
	}
	return out, nil
}
