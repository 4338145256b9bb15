package scenarios

import (
	"strconv"

	"example.com/simrun/strategies"
	"example.com/simrun/worker"
)

// expandFleet writes the autoscaler of a fleet as it is written, with its defaults.
func expandFleet(written *value, f *worker.Fleet) *value {
	out := *written
	out.fields = append([]field(nil), written.fields...)
	set := func(name string, v *value) {
		if out.get(name) == nil {
			out.add(name, v)
		}
	}
	set("scales", textValue("replicas"))
	if f.Counts() || f.Measure == worker.ConsumptionTime {
		set("counts", textValue(strategies.CountsName(f)))
	}
	set("poll", textValue(formatTime(f.Poll)))
	if f.Policy != worker.HPA {
		set("cooldown", textValue(formatTime(f.Cooldown)))
	}
	if f.Policy == worker.KEDA {
		set("measure", textValue(strategies.MeasureName(f)))
		set("activation", &value{kind: number, text: strconv.FormatFloat(f.Activation, 'f', -1, 64)})
	}
	if f.Policy == worker.KEDA || f.Policy == worker.HPA {
		out = *out.with("scale_up", out.at, rulesValue(&f.Up)).with("scale_down", out.at, rulesValue(&f.Down))
	}
	set("boot", textValue("0s"))
	set("grace", textValue(formatTime(f.Grace)))
	set("victim", textValue(strategies.VictimName(f)))
	return autoscaleKeys().fill(&out) // in the order of the format
}

// rulesValue is what bounds an HPA in one direction, as a scenario has it.
func rulesValue(r *worker.Rules) *value {
	v := &value{kind: table}
	v.add("window", textValue(formatTime(r.Window)))
	v.add("select", textValue(strategies.SelectName(r)))
	if len(r.Policies) == 0 {
		return v
	}
	policies := &value{kind: list}
	for i := range r.Policies {
		p := &value{kind: table}
		p.add("type", textValue(strategies.RateName(&r.Policies[i])))
		p.add("value", wholeValue(r.Policies[i].Value))
		p.add("period", textValue(formatTime(r.Policies[i].Per)))
		policies.items = append(policies.items, p)
	}
	v.add("policies", policies)
	return v
}
