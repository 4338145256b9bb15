package scenarios

import (
	"example.com/simrun/des"
	"example.com/simrun/system"
)

// Of one fault: each has its own rows in the report.
const mostDeploys = 100

// deploys makes a fault of each deploy that begins in the observed time.
func (d *decoder) deploys(v *value, path string, s *Scenario) {
	for _, k := range []string{"for", "mode", "factor"} {
		if f := v.field(k); f != nil {
			d.errorf(f.at, join(path, k), "not with deploy")
		}
	}
	first, every := v.get("at"), v.get("every")
	if first == nil {
		first = every
	}
	if first == nil {
		d.errorf(v.at, path, "at and every are missing: want one of them, or both")
		return
	}
	f := system.Fault{Name: "deploy", Of: system.OfDeploy, Factor: 1}
	d.bind("faults", v, path, &f)
	f.At, f.For = d.time(first), 0
	period := d.time(every)
	switch {
	case d.bad[first.at] || every != nil && d.bad[every.at] || s.Run.Duration == 0:
	case f.At >= s.Run.Duration:
		key := "at"
		if v.get("at") == nil {
			key = "every"
		}
		d.errorf(first.at, join(path, key), "%s: want less than run.duration, which is %s", formatTime(f.At), formatTime(s.Run.Duration))
	case every != nil && (s.Run.Duration-f.At-1)/period >= mostDeploys:
		d.errorf(every.at, join(path, "every"), "%s: want at most %d deploys in run.duration, which is %s", formatTime(period), mostDeploys, formatTime(s.Run.Duration))
	default:
		for ; f.At < s.Run.Duration; f.At += period {
			s.Faults = append(s.Faults, f)
			if every == nil {
				break
			}
		}
	}
}

// lengthsOfDeploys says how long each deploy may take: as long as it does under the strategy with most replicas if each
// of them needs all its grace. One length for all, so that they can be compared.
func (d *decoder) lengthsOfDeploys(s *Scenario) {
	most := 1
	for i := range s.Layouts {
		replicas := make([]int, len(s.Layouts[i].Groups))
		for _, g := range s.Layouts[i].Group {
			replicas[g]++
			most = max(most, replicas[g])
		}
	}
	for i := range s.Faults {
		if f := &s.Faults[i]; f.Of == system.OfDeploy {
			f.For = max(1, des.Time(most)*min(f.Grace+f.Boot, des.Longest/des.Time(most)))
		}
	}
}
