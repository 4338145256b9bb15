package strategies

import (
	"strconv"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// LimitSpec is how fast a fleet may grow, as written.
type LimitSpec struct {
	Replicas int
	Per      des.Time
}

// RulesSpec is how an HPA may change the number of replicas in one direction, as written.
type RulesSpec struct {
	Window   *des.Time
	Select   string
	Policies []RateSpec
}

// RateSpec is how much of it within a time.
type RateSpec struct {
	Type   string
	Value  int
	Period des.Time
}

// syncPeriod is from one look of the HPA to the next (kube-controller-manager, --horizontal-pod-autoscaler-sync-period).
const syncPeriod = 15 * time.Second

var (
	selectNames  = []string{worker.Most: "max", worker.Least: "min", worker.Disabled: "disabled"}
	measureNames = []string{worker.Messages: "messages", worker.PublishRate: "publish_rate", worker.DeliverRate: "deliver_rate", worker.ConsumptionTime: "consumption_time"}
	rateNames    = []string{"pods", "percent"}
)

// defaultRules hold where a scenario says nothing (autoscaling/v2, GenerateHPAScaleUpRules, GenerateHPAScaleDownRules).
func defaultRules() (up, down worker.Rules) {
	double := worker.Rate{Percent: true, Value: 100, Per: syncPeriod}
	return worker.Rules{Policies: []worker.Rate{{Value: 4, Per: syncPeriod}, double}},
		worker.Rules{Window: 300 * time.Second, Policies: []worker.Rate{double}}
}

// kubernetes resolves what KEDA and an HPA have beside what all scalers have, and the limit of any.
func (b *builder) kubernetes(path string, a *FleetSpec, f *worker.Fleet) {
	f.Poll = or(a.Poll, defaultPoll)
	if l := a.Limit; l != nil {
		f.Limit = worker.Limit{Replicas: l.Replicas, Per: l.Per}
	}
	refuse := func(there bool, key, why string) {
		if there {
			b.fail(path+key, "%s", why)
		}
	}
	scaled := f.Policy == worker.KEDA || f.Policy == worker.HPA
	refuse(a.ScaleUp != nil && !scaled, ".scale_up", "only with the policies keda and hpa: want limit")
	refuse(a.ScaleDown != nil && !scaled, ".scale_down", "only with the policies keda and hpa: want cooldown")
	if !scaled {
		return
	}
	f.Up, f.Down = defaultRules()
	b.rules(path+".scale_up", a.ScaleUp, &f.Up)
	b.rules(path+".scale_down", a.ScaleDown, &f.Down)
	if f.Policy == worker.HPA {
		refuse(a.Cooldown != nil, ".cooldown", "not with the policy hpa: want scale_down, whose window is 300s")
		f.Poll, f.Cooldown = or(a.Poll, syncPeriod), 0
		return
	}
	f.Sync = syncPeriod
}

// measure resolves what KEDA asks of the queues: rates only RabbitMQ tells.
func (b *builder) measure(path string, a *FleetSpec, f *worker.Fleet) {
	if a.Measure == "" {
		return
	}
	n, err := units.Choose(measureNames, a.Measure)
	f.Measure = worker.Measure(n)
	switch {
	case err != nil:
		b.fail(path+".measure", "%v", err)
	case f.Measure != worker.Messages && b.broker.Kind != worker.RabbitMQ:
		b.fail(path+".measure", "%q: want messages: only rabbitmq tells rates", a.Measure)
	case f.Measure == worker.DeliverRate && a.Counts != "":
		b.fail(path+".counts", "not with a measure of deliver_rate")
	}
}

// MeasureName is what KEDA asks of the queues as a scenario has it.
func MeasureName(t *worker.Trigger) string { return measureNames[t.Measure] }

// rules puts what is written in the place of the defaults, each by itself.
func (b *builder) rules(path string, a *RulesSpec, to *worker.Rules) {
	if a == nil {
		return
	}
	to.Window = or(a.Window, to.Window)
	b.seconds(path+".window", to.Window)
	if a.Select != "" {
		n, err := units.Choose(selectNames, a.Select)
		if err != nil {
			b.fail(path+".select", "%v", err)
		}
		to.Select = worker.Select(n)
	}
	if a.Policies == nil {
		return
	}
	to.Policies = nil
	for i, p := range a.Policies {
		at := path + ".policies." + strconv.Itoa(i)
		kind, err := units.Choose(rateNames, p.Type)
		if err != nil {
			b.fail(at+".type", "%v", err)
		}
		b.seconds(at+".period", p.Period)
		to.Policies = append(to.Policies, worker.Rate{Percent: kind == 1, Value: p.Value, Per: p.Period})
	}
}

// seconds wants a time that Kubernetes can be told.
func (b *builder) seconds(path string, t des.Time) {
	if t%time.Second != 0 {
		b.fail(path, "%v: want whole seconds, as Kubernetes does", t)
	}
}

// SelectName is which of the rates of a direction holds as a scenario has it.
func SelectName(r *worker.Rules) string { return selectNames[r.Select] }

// RateName is the type of a rate as a scenario has it.
func RateName(r *worker.Rate) string {
	if r.Percent {
		return rateNames[1]
	}
	return rateNames[0]
}
