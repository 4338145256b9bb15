package scenarios

import (
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
	if f.Policy == worker.QueueLength {
		set("counts", textValue(strategies.CountsName(f)))
	}
	set("poll", textValue(formatTime(f.Poll)))
	set("cooldown", textValue(formatTime(f.Cooldown)))
	set("boot", textValue("0s"))
	set("grace", textValue(formatTime(f.Grace)))
	set("victim", textValue(strategies.VictimName(f)))
	return autoscaleKeys().fill(&out) // in the order of the format
}
