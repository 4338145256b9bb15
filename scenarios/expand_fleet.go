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
	follows := f.Follows()
	if f.Triggers == nil {
		for _, k := range saidOf(f, &follows[0]) {
			set(k.key, k.val)
		}
	} else if list := out.get("triggers"); list != nil {
		all := *list
		all.items = nil
		for i, item := range list.items {
			one := *item
			one.fields = append([]field(nil), item.fields...)
			for _, k := range saidOf(f, &follows[i]) {
				if one.get(k.key) == nil {
					one.add(k.key, k.val)
				}
			}
			all.items = append(all.items, triggerKeys().fill(&one))
		}
		out = *out.with("triggers", out.at, &all)
	}
	set("poll", textValue(formatTime(f.Poll)))
	if f.Policy != worker.HPA {
		set("cooldown", textValue(formatTime(f.Cooldown)))
	}
	if f.Policy == worker.KEDA || f.Policy == worker.HPA {
		out = *out.with("scale_up", out.at, rulesValue(&f.Up)).with("scale_down", out.at, rulesValue(&f.Down))
	}
	set("boot", textValue("0s"))
	set("grace", textValue(formatTime(f.Grace)))
	set("victim", textValue(strategies.VictimName(f)))
	return autoscaleKeys().fill(&out) // in the order of the format
}

// saidOf are the defaults of what a fleet follows.
func saidOf(f *worker.Fleet, t *worker.Trigger) (all []field) {
	if f.Counts(t) || t.Measure == worker.PublishRate || t.Measure == worker.ConsumptionTime {
		all = append(all, field{key: "counts", val: textValue(strategies.CountsName(t))})
	}
	if f.Policy == worker.KEDA {
		all = append(all, field{key: "measure", val: textValue(strategies.MeasureName(t))},
			field{key: "activation", val: &value{kind: number, text: strconv.FormatFloat(t.Activation, 'f', -1, 64)}})
	}
	return all
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
