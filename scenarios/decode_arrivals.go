package scenarios

import (
	"strings"

	"example.com/simrun/workloads"
)

// arrivals says when the tasks of a class are published. Names are those of all tasks.
func (d *decoder) arrivals(f *field, path, class string, names []string) workloads.Arrivals {
	var a workloads.Arrivals
	if f == nil {
		return a
	}
	v := f.val
	path = join(path, "arrivals")
	d.bind("tasks.arrivals", v, path, &a)
	for _, form := range v.fields {
		if p := d.process(v, form, join(path, form.key), class, names); p != nil {
			a.Process = p
			return a
		}
	}
	return a
}

func (d *decoder) process(v *value, f field, path, class string, names []string) workloads.Process {
	if d.broken(f.val) {
		return nil
	}
	switch f.key {
	case "poisson":
		return workloads.Poisson{PerSecond: d.number(f.val, rates())}
	case "every":
		return workloads.Every{Period: d.time(f.val)}
	case "cron":
		c, err := workloads.ParseCron(f.val.text)
		if err != nil {
			d.errorf(f.val.at, path, "%s", strings.TrimPrefix(err.Error(), "cron: "))
			return nil
		}
		return c
	case "renewal":
		gap := d.law(f.val, path, durations())
		if gap == nil {
			return nil
		}
		if gap.Mean() == 0 {
			d.errorf(f.val.at, path, "gaps of mean 0s: want more")
			return nil
		}
		return workloads.Renewal{Gap: gap}
	case "mmpp":
		return d.mmpp(f.val, path)
	case "stages":
		return d.stages(f.val, path)
	case "trace":
		if t, ok := d.trace(f.val, path, class); ok {
			return t
		}
	case "closed":
		var c workloads.Closed
		if d.bind("tasks.arrivals.closed", f.val, path, &c); c.Think == nil {
			return nil
		}
		return c
	case "after", "after_all":
		return d.after(v, f, path, names)
	}
	return nil
}

func (d *decoder) mmpp(v *value, path string) workloads.Process {
	var p workloads.MMPP
	d.bind("tasks.arrivals.mmpp", v, path, &p)
	if len(p.Rates) != len(p.Hold) {
		d.errorf(v.get("hold").at, join(path, "hold"), "a list of %d: want %d, one for each rate", len(p.Hold), len(p.Rates))
		return nil
	}
	if p.Rate() == 0 {
		d.errorf(v.get("rates").at, join(path, "rates"), "all are 0/s: want at least one above")
		return nil
	}
	return p
}

// stages makes a plan. A ramp begins at the end of the stage before it: for the first one that is the last, since the
// plan repeats.
func (d *decoder) stages(v *value, path string) workloads.Process {
	p := workloads.Stages{Steps: make([]workloads.Stage, len(v.items))}
	for i, item := range v.items {
		s := &p.Steps[i]
		d.bind("tasks.arrivals.stages", item, path, s)
		if r := item.get("rate"); r != nil {
			s.From = d.number(r, rates())
			s.To = s.From
		} else {
			s.To = d.number(item.get("ramp_to"), rates())
		}
	}
	for i, item := range v.items {
		if item.get("rate") == nil {
			p.Steps[i].From = p.Steps[(i+len(v.items)-1)%len(v.items)].To
		}
	}
	if !d.together(v, path, longest, parts(v, "for")...) {
		return nil
	}
	if p.Rate() == 0 {
		d.errorf(v.at, path, "all rates are 0/s: want at least one above")
		return nil
	}
	return p
}

func (d *decoder) after(v *value, f field, path string, names []string) workloads.Process {
	for i, n := range names {
		if n == f.val.text {
			if f.key == "after_all" {
				return workloads.After{Class: i, Chance: 1, All: true}
			}
			return workloads.After{Class: i, Chance: d.number(v.get("chance"), shares())}
		}
	}
	d.errorf(f.val.at, path, "%s", unknown("task", f.val.text, names))
	return nil
}
