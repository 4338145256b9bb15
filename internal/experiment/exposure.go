package experiment

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// Exposure says with whom the attempts of a class with a label shared a place: with tasks that lack the label. Shares
// are of attempts. It is counted, not proved: what could be read is not what was.
type Exposure struct {
	Attempts  float64   `json:"attempts"`          // mean per replication
	Uncleared *Estimate `json:"uncleared"`         // on a worker that is not cleared for the label
	Process   *Place    `json:"process"`           // operating-system processes
	Machine   *Place    `json:"machine,omitempty"` // absent where a worker has no machine
	Broker    bool      `json:"broker"`            // its messages can be read with the credentials of a worker that also runs tasks without the label
}

// Place is who shared processes, or machines.
type Place struct {
	Shared  *Estimate `json:"shared"`           // in one that at any time of its life ran a task without the label
	Beside  *Estimate `json:"beside"`           // while one ran there
	Overlap *Estimate `json:"overlap_per_hour"` // for how long: seconds of these attempts an hour
}

// Breach is a label of a class that some workers lack which may run it, where the scenario says who is cleared.
type Breach struct {
	Class   string   `json:"class"`
	Label   string   `json:"label"`
	Workers []string `json:"workers"`
}

// Compromise is what malicious code in the tasks of a class could have read, in tasks of other classes.
type Compromise struct {
	Fault   string  `json:"fault"`
	At      float64 `json:"at"` // seconds from the start of the observed time
	For     float64 `json:"for"`
	Classes []Reach `json:"classes"`
}

// Reach is what could have been read of one class: its tasks, mean per replication.
type Reach struct {
	Class   string    `json:"class"`
	Labels  []string  `json:"labels,omitempty"`
	Present *Estimate `json:"present"`           // published before the end of the fault and not done before its begin
	Process *Estimate `json:"process"`           // ran in a process that malicious code had run in
	Machine *Estimate `json:"machine,omitempty"` // ran on a machine with such a process; absent where a worker has no machine
	Broker  *Estimate `json:"broker"`            // lay in a queue that the credentials of such a process can read
}

// cleared says that the scenario states who may handle what: then running without clearance breaks a rule of its own.
func (e *engine) cleared() bool {
	return e.opts.Cleared || slices.ContainsFunc(e.sc.Layouts, func(l strategies.Layout) bool { return l.Clearance != nil })
}

// breaches are what a layout may run without clearance; none where the scenario names no clearance.
func (e *engine) breaches(l int) []Breach {
	if !e.cleared() {
		return nil
	}
	var all []Breach
	for _, b := range strategies.Breaches(&e.sc.Layouts[l], e.sc.Classes) {
		all = append(all, Breach{e.sc.Classes[b.Class].Name, b.Label, b.Workers})
	}
	return all
}

// placed says that every worker of a layout has a machine.
func (e *engine) placed(l int) bool { return !slices.Contains(e.sc.Layouts[l].Node, -1) }

// exposure is that of a class under a layout, by label; nil without labels.
func (e *engine) exposure(l, class int) map[string]*Exposure {
	var all map[string]*Exposure
	for i, row := range e.samples[l][0].exposure {
		if row.Class != class {
			continue
		}
		if all == nil {
			all = map[string]*Exposure{}
		}
		of := func(s *sample) *sim.Exposure { return &s.exposure[i] }
		x := &Exposure{
			Uncleared: e.partOf(l, of, func(x *sim.Exposure) int64 { return x.Uncleared }),
			Process:   e.place(l, of, func(x *sim.Exposure) *sim.Shared { return &x.Process }),
			Broker:    strategies.Readable(&e.sc.Layouts[l], e.sc.Classes, class, row.Label),
		}
		if n := e.over(l, func(s *sample) float64 { return float64(of(s).Attempts) }); n != nil {
			x.Attempts = n.Value
		}
		if e.placed(l) {
			x.Machine = e.place(l, of, func(x *sim.Exposure) *sim.Shared { return &x.Machine })
		}
		all[row.Label] = x
	}
	return all
}

// exposed counts what of a class is exposed in the sense of a target, and of how many: of its labels, that of which most is;
// of several compromises all.
func (s *sample) exposed(class int, share workloads.ShareOf) (bad, of float64) {
	if share == workloads.Readable {
		for i := range s.compromised {
			reach := 0.0
			for _, n := range s.compromised[i].Reach[class] {
				reach = max(reach, float64(n))
			}
			bad, of = bad+reach, of+float64(s.compromised[i].Present[class])
		}
		return bad, of
	}
	for i := range s.exposure {
		x := &s.exposure[i]
		if x.Class != class {
			continue
		}
		shared := x.Process.Attempts
		if share == workloads.OnMachine {
			shared = x.Machine.Attempts
		}
		bad, of = max(bad, float64(shared)), float64(x.Attempts)
	}
	return bad, of
}

func (e *engine) place(l int, of func(*sample) *sim.Exposure, level func(*sim.Exposure) *sim.Shared) *Place {
	hours := e.horizon.Seconds() / 3600
	return &Place{
		Shared:  e.partOf(l, of, func(x *sim.Exposure) int64 { return level(x).Attempts }),
		Beside:  e.partOf(l, of, func(x *sim.Exposure) int64 { return level(x).Beside }),
		Overlap: e.over(l, func(s *sample) float64 { return level(of(s)).Overlap.Seconds() / hours }),
	}
}

// partOf is the share of the attempts of which something is counted; nil where there were none.
func (e *engine) partOf(l int, of func(*sample) *sim.Exposure, count func(*sim.Exposure) int64) *Estimate {
	counted, attempts := make([]float64, len(e.samples[l])), make([]float64, len(e.samples[l]))
	for i := range e.samples[l] {
		x := of(&e.samples[l][i])
		counted[i], attempts[i] = float64(count(x)), float64(x.Attempts)
	}
	return e.shareOf(l, counted, attempts)
}

// compromised is what every compromise could have read under a layout.
func (e *engine) compromised(l int) []Compromise {
	var all []Compromise
	for i, c := range e.samples[l][0].compromised {
		f := &e.sc.Faults[c.Fault]
		out := Compromise{Fault: f.Name, At: f.At.Seconds(), For: f.For.Seconds()}
		for k := range e.sc.Classes {
			if k == f.Target {
				continue
			}
			level := func(n int) *Estimate {
				return e.over(l, func(s *sample) float64 { return float64(s.compromised[i].Reach[k][n]) })
			}
			reach := Reach{
				Class: e.sc.Classes[k].Name, Labels: e.sc.Classes[k].Labels,
				Present: e.over(l, func(s *sample) float64 { return float64(s.compromised[i].Present[k]) }),
				Process: level(sim.ProcessLevel), Broker: level(sim.BrokerLevel),
			}
			if e.placed(l) {
				reach.Machine = level(sim.MachineLevel)
			}
			out.Classes = append(out.Classes, reach)
		}
		all = append(all, out)
	}
	return all
}

// Levels are the levels at which anything with a label is exposed: process, machine, broker.
func (s *Strategy) Levels() []string {
	var process, machine, broker bool
	for i := range s.Classes {
		for _, x := range s.Classes[i].Exposure {
			process = process || some(x.Process)
			machine = machine || some(x.Machine)
			broker = broker || x.Broker
		}
	}
	var levels []string
	for _, l := range []struct {
		name string
		is   bool
	}{{"processes", process}, {"machines", machine}, {"the broker", broker}} {
		if l.is {
			levels = append(levels, l.name)
		}
	}
	return levels
}

func some(p *Place) bool { return p != nil && p.Shared != nil && p.Shared.Value > 0 }

// sensitive says that some class has a label.
func (e *engine) sensitive() bool {
	for c := range e.sc.Classes {
		if len(e.sc.Classes[c].Labels) > 0 {
			return true
		}
	}
	return false
}

// describeBreaches says what a layout runs without clearance.
func describeBreaches(s *Strategy) string {
	parts := make([]string, len(s.Breaches))
	for i, b := range s.Breaches {
		parts[i] = fmt.Sprintf("%s (%s) on %s", b.Class, b.Label, strings.Join(b.Workers, ", "))
	}
	return strings.Join(parts, "; ")
}

// whatIsShared says of the layout that is recommended what it leaves exposed, and what it would cost to share less.
func (e *engine) whatIsShared(r *Result, states []string) []string {
	if !e.sensitive() || r.Verdict.Recommend == nil {
		return nil
	}
	at := slices.IndexFunc(r.Strategies, func(s Strategy) bool { return s.Name == *r.Verdict.Recommend })
	taken := &r.Strategies[at]
	if len(taken.Levels()) == 0 {
		return []string{taken.Name + ": tasks with labels share neither processes nor machines nor the broker's credentials with others, as far as this counts."}
	}
	said := fmt.Sprintf("%s: tasks with labels share %s with others.", taken.Name, listed(taken.Levels()))
	var less *Strategy
	for _, l := range e.choices() {
		s := &r.Strategies[l]
		if states[l] == pass && len(s.Levels()) < len(taken.Levels()) && (less == nil || len(s.Levels()) < len(less.Levels())) {
			less = s
		}
	}
	if less == nil {
		return []string{said}
	}
	shares := "nothing"
	if levels := less.Levels(); len(levels) > 0 {
		shares = listed(levels) + " only"
	}
	price := ""
	if less.Cost != nil && taken.Cost != nil {
		switch d := *less.Cost - *taken.Cost; {
		case d > 0:
			price = fmt.Sprintf(", for %s an hour more", r.Scenario.Money(d))
		case d < 0:
			price = fmt.Sprintf(", for %s an hour less", r.Scenario.Money(-d))
		default:
			price = ", at the same cost"
		}
	}
	return []string{fmt.Sprintf("%s %s shares %s%s.", said, less.Name, shares, price)}
}

// listed writes "a, b and c".
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
