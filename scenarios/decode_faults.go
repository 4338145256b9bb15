package scenarios

import (
	"fmt"
	"slices"
	"strconv"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// TaskFault is a fault that strikes attempts of a class by chance. It is part of the class's failures.
type TaskFault struct {
	Name  string // in words: "report: hang, 0.1%"
	Class int
}

// faults makes what is planned to break, and adds what breaks by chance to the failures of its tasks.
func (d *decoder) faults(v *value, s *Scenario) {
	if v == nil || v.kind != list {
		return
	}
	for i, item := range v.items {
		path := join("faults", i)
		if item.kind != table {
			continue
		}
		for _, k := range []string{"service", "machine", "zone", "broker", "deploy", "task", "compromise"} {
			if f := item.field(k); f != nil {
				switch k {
				case "task":
					d.taskFault(item, path, s)
				case "deploy":
					d.deploys(item, path, s)
				default:
					d.planned(item, path, k, s)
				}
				break
			}
		}
	}
}

// planned makes a fault that has a time.
func (d *decoder) planned(v *value, path, part string, s *Scenario) {
	for _, k := range []string{"at", "for"} {
		if v.get(k) == nil {
			d.errorf(v.at, path, "%s is missing: want a duration", k)
		}
	}
	f := system.Fault{Factor: 1}
	d.bind("faults", v, path, &f)
	if at := v.get("at"); at != nil && f.At >= s.Run.Duration && s.Run.Duration > 0 {
		d.errorf(at.at, join(path, "at"), "%s: want less than run.duration, which is %s", formatTime(f.At), formatTime(s.Run.Duration))
	}
	d.strikes(&f, v.get(part), join(path, part), part, s)
	name, mode := d.text(v.get(part)), d.faultMode(v, path, part)
	switch mode {
	case "hang":
		f.Mode = system.Hang
	case "slow":
		f.Mode = system.Slow
		f.Factor = d.factor(v)
	}
	switch part {
	case "service":
		f.Name = name + " " + mode
	case "compromise":
		f.Name = name + " compromised"
	case "broker":
		f.Name = "broker down"
	default:
		f.Name = part + " " + name + " down"
	}
	s.Faults = append(s.Faults, f)
}

// strikes says what a fault strikes. Where the producers stand, nothing may fail.
func (d *decoder) strikes(f *system.Fault, name *value, path, part string, s *Scenario) {
	f.Of = map[string]system.Part{
		"service": system.OfService, "machine": system.OfMachine, "zone": system.OfZone, "broker": system.OfBroker, "compromise": system.OfClass,
	}[part]
	noun := part
	switch part {
	case "broker":
		return
	case "compromise":
		noun = "task"
	}
	names := d.root.get(noun + "s").keys()
	if d.bad[name.at] || d.known(name, path, noun, names) == "" {
		return
	}
	if part == "zone" {
		f.Zone = name.text
	} else {
		f.Target = slices.Index(names, name.text)
	}
	const unmodelled = "so that nothing would be published meanwhile, which is not modelled: want another machine for producers, or none"
	switch m := d.producers(s); {
	case m == nil:
	case part == "machine" && m.Name == name.text:
		d.errorf(name.at, path, "%q: the producers stand there, %s", m.Name, unmodelled)
	case part == "zone" && m.Zone == name.text:
		d.errorf(name.at, path, "%q: the machine of the producers, %q, stands there, %s", m.Zone, m.Name, unmodelled)
	}
}

// producers returns the kind of machine that what publishes the tasks shares; nil = none.
func (d *decoder) producers(s *Scenario) *system.Machine {
	name := d.text(d.root.get("producers").get("machine"))
	if i := slices.IndexFunc(s.Machines, func(m system.Machine) bool { return m.Name == name }); i >= 0 {
		return &s.Machines[i]
	}
	return nil
}

// faultMode returns the mode of a fault of this part, "" where it has none.
func (d *decoder) faultMode(v *value, path, part string) string {
	modes := map[string][]string{"service": {"down", "hang", "slow"}, "task": {"error", "hang", "crash", "slow"}}[part]
	mode := ""
	if len(modes) > 0 {
		mode = modes[0]
	}
	if m := v.field("mode"); m != nil && !d.bad[m.val.at] {
		switch mode = d.text(m.val); {
		case part == "compromise":
			d.errorf(m.at, join(path, "mode"), "only with service or task: a compromised task does its work as ever")
		case modes == nil:
			d.errorf(m.at, join(path, "mode"), "only with service or task: a %s is down", part)
		case !slices.Contains(modes, mode):
			d.errorf(m.val.at, join(path, "mode"), "%q: a %s can be %s", mode, part, units.Alternatives(modes))
		}
	}
	if f := v.field("factor"); f != nil && mode != "slow" {
		d.errorf(f.at, join(path, "factor"), "only with mode: slow")
	}
	return mode
}

// taskFault adds a chance to the failures of a task. Both may strike the same attempt, each by itself.
func (d *decoder) taskFault(v *value, path string, s *Scenario) {
	for _, k := range []string{"at", "for"} {
		if f := v.field(k); f != nil {
			d.errorf(f.at, join(path, k), "only with service, machine, zone, broker, deploy or compromise: a task goes wrong by chance, in the whole run")
		}
	}
	if v.get("chance") == nil {
		d.errorf(v.at, path, "chance is missing: want a share such as 0.1%%")
	}
	mode := d.faultMode(v, path, "task")
	task := v.get("task")
	if d.bad[task.at] || d.known(task, join(path, "task"), "task", d.root.get("tasks").keys()) == "" {
		return
	}
	class := slices.IndexFunc(s.Classes, func(c workloads.Class) bool { return c.Name == task.text })
	if class < 0 {
		return
	}
	f := &s.Classes[class].Failures
	p := d.number(v.get("chance"), shares())
	to := map[string]*workloads.Chance{"error": &f.Error, "hang": &f.Hang, "crash": &f.Crash, "slow": &f.Slow}[mode]
	if to == nil {
		return
	}
	given := "tasks." + task.text + ".failures." + mode
	if to.PerTask && p > 0 {
		d.errorf(task.at, join(path, "task"), "%s is drawn per task already: want one of the two", given)
		return
	}
	if mode == "slow" {
		factor := d.factor(v)
		if to.P > 0 && f.SlowFactor != factor {
			d.errorf(task.at, join(path, "factor"), "%v: %s has another factor, %v", factor, given, f.SlowFactor)
		}
		f.SlowFactor = factor
	}
	to.P += p - to.P*p
	if p > 0 {
		share := strconv.FormatFloat(100*p, 'g', 6, 64)
		s.TaskFaults = append(s.TaskFaults, TaskFault{Name: fmt.Sprintf("%s: %s, %s%%", task.text, mode, share), Class: class})
	}
}
