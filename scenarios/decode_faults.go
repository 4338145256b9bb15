package scenarios

import (
	"fmt"
	"slices"
	"strconv"

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
	d.bind(faultKeys(), v, path, &f)
	if at := v.get("at"); at != nil && f.At >= s.Run.Duration && s.Run.Duration > 0 {
		d.errorf(at.at, join(path, "at"), "%s: want less than run.duration, which is %s", formatTime(f.At), formatTime(s.Run.Duration))
	}
	name := v.get(part)
	switch part {
	case "service":
		f.Of = system.OfService
		if d.known(name, join(path, part), "service", d.root.get("services").keys()) != "" {
			f.Target = slices.IndexFunc(s.Services, func(x system.Service) bool { return x.Name == name.text })
		}
	case "machine":
		f.Of = system.OfMachine
		if d.known(name, join(path, part), "machine", d.root.get("machines").keys()) != "" {
			f.Target = slices.IndexFunc(s.Machines, func(m system.Machine) bool { return m.Name == name.text })
		}
		if m := d.producers(s); m != nil && m.Name == d.text(name) {
			d.errorf(name.at, join(path, part), "%q: the producers stand there, so that nothing would be published meanwhile, which is not modelled: want another machine for producers, or none", m.Name)
		}
	case "compromise":
		f.Of = system.OfClass
		if d.known(name, join(path, part), "task", d.root.get("tasks").keys()) != "" {
			f.Target = slices.IndexFunc(s.Classes, func(c workloads.Class) bool { return c.Name == name.text })
		}
	case "zone":
		f.Of = system.OfZone
		f.Zone = d.zone(name, join(path, part))
		if m := d.producers(s); m != nil && f.Zone != "" && m.Zone == f.Zone {
			d.errorf(name.at, join(path, part), "%q: the machine of the producers, %q, stands there, so that nothing would be published meanwhile, which is not modelled: want another machine for producers, or none", f.Zone, m.Name)
		}
	}
	if part == "broker" {
		f.Of = system.OfBroker
	}
	mode := d.faultMode(v, path, part)
	switch mode {
	case "hang":
		f.Mode = system.Hang
	case "slow":
		f.Mode = system.Slow
		f.Factor = d.factor(v)
	}
	f.Name = fmt.Sprintf("%s %s", d.text(name), mode)
	switch part {
	case "compromise":
		f.Name = d.text(name) + " compromised"
	case "broker":
		f.Name = "broker down"
	case "machine", "zone":
		f.Name = fmt.Sprintf("%s %s down", part, d.text(name))
	}
	s.Faults = append(s.Faults, f)
}

// producers is the kind of machine that what publishes the tasks shares; nil = none.
func (d *decoder) producers(s *Scenario) *system.Machine {
	name := d.text(d.root.get("producers").get("machine"))
	if i := slices.IndexFunc(s.Machines, func(m system.Machine) bool { return m.Name == name }); i >= 0 {
		return &s.Machines[i]
	}
	return nil
}

// faultMode is the mode of a fault of this part, "" where it has none.
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
			d.errorf(m.val.at, join(path, "mode"), "%q: a %s can be %s", mode, part, oneOf(modes))
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
