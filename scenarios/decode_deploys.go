package scenarios

import (
	"time"

	"example.com/simrun/des"
	"example.com/simrun/system"
)

const (
	// The grace of Kubernetes (terminationGracePeriodSeconds); docker's own is 10 s.
	defaultGrace = 30 * time.Second
	// From the start of celery's process to ready: 0.26 s (solo) to 0.45 s (prefork with 4 children, gevent), measured on
	// 5.2.6 with an empty application. What a real one imports comes on top.
	defaultBoot = 450 * time.Millisecond
	// Of one fault: each has its own rows in the report.
	mostDeploys = 100
)

// onlyOfDeploys refuses the keys that other faults have no use for.
func (d *decoder) onlyOfDeploys(v *value, path string) {
	for _, k := range []string{"every", "grace", "boot"} {
		if f := v.field(k); f != nil {
			d.errorf(f.at, join(path, k), "only with deploy")
		}
	}
}

// deploys makes a fault of each deploy that begins in the observed time.
func (d *decoder) deploys(v *value, path string, s *Scenario) {
	for _, k := range []string{"for", "mode", "factor", "chance"} {
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
	f := system.Fault{Name: "deploy", Of: system.OfDeploy, At: d.time(first), Grace: defaultGrace, Boot: defaultBoot, Factor: 1}
	if g := v.get("grace"); g != nil {
		f.Grace = d.time(g)
	}
	if b := v.get("boot"); b != nil {
		f.Boot = d.time(b)
	}
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
			f.For = max(1, des.Time(most)*(f.Grace+f.Boot))
		}
	}
}
