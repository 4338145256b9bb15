package scenarios

import (
	"fmt"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// assumptions returns the defaults that were filled in and matter, in sentences.
func (d *decoder) assumptions(s *Scenario) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if d.given.get("run").get("duration") == nil {
		note("One replication observes %s: run.duration is not given.", formatTime(s.Run.Duration))
	}
	if real := d.anyLayout(s, func(l *strategies.Layout) bool { return l.Broker.Kind != worker.Ideal }); real {
		if d.given.get("broker") == nil {
			note("The broker is redis: broker is not given.")
		}
		if d.given.get("celery") == nil {
			note("Celery %s is simulated: celery is not given.", s.Release)
		}
		d.releaseNotes(s, note)
	}
	d.workerNotes(s, note)
	for _, m := range s.Machines {
		if d.given.get("machines").get(m.Name).get("efficiency") == nil {
			note("Tasks can use all cores of machine %q: its efficiency is 1.", m.Name)
		}
	}
	d.taskNotes(s, note)
	return notes
}

// releaseNotes says which recorded release stands in for one that was not.
func (d *decoder) releaseNotes(s *Scenario, note func(string, ...any)) {
	var said []string
	for i := range s.Layouts {
		l := &s.Layouts[i]
		as, why := celery.BehavesAs(l.Release)
		if why != "" && l.Broker.Kind != worker.Ideal && !slices.Contains(said, l.Release) {
			said = append(said, l.Release)
			note("Celery %s takes its times and its loop from the recordings of %s: %s.", l.Release, as, why)
		}
	}
}

func (d *decoder) anyLayout(s *Scenario, is func(*strategies.Layout) bool) bool {
	for i := range s.Layouts {
		if is(&s.Layouts[i]) {
			return true
		}
	}
	return false
}

// workerNotes names the workers that run with Celery's defaults.
func (d *decoder) workerNotes(s *Scenario, note func(string, ...any)) {
	var prefetch, pool, everywhere []string
	for i, spec := range d.specs {
		l := &s.Layouts[i]
		for _, w := range spec.Workers {
			given := w
			if w.Command != "" {
				line, _, err := celery.ParseLine(w.Command, nil)
				if err != nil {
					continue // resolving has refused it
				}
				given.Fill(&line.Says)
				for _, said := range line.Assumed {
					note("%s.%s: %s.", spec.Name, w.Name, said)
				}
			}
			at := spec.Name + "." + w.Name
			if w.Source != "" {
				note("%s is the %s.", at, w.Source)
			}
			for k := range l.Workers {
				if l.Groups[l.Group[k]] != w.Name {
					continue
				}
				if given.PrefetchMultiplier == nil && !l.Workers[k].DisablePrefetch {
					prefetch = append(prefetch, at)
				}
				if given.Pool == "" {
					pool = append(pool, at)
				}
				if l.Node[k] < 0 {
					everywhere = append(everywhere, at)
				}
				break // its replicas are alike
			}
		}
	}
	of(note, "prefetch_multiplier is 4, Celery's default", prefetch)
	of(note, "The pool is prefork, Celery's default", pool)
	of(note, "Cores are without limit, as no machine is given", everywhere)
}

// taskNotes says what tasks are assumed not to do.
func (d *decoder) taskNotes(s *Scenario, note func(string, ...any)) {
	var idle, final, endless []string
	failing := len(s.Faults)+len(s.TaskFaults) > 0 || slices.ContainsFunc(s.Services, func(x system.Service) bool { return x.Errors > 0 })
	for i := range s.Classes {
		c := &s.Classes[i]
		given := d.given.get("tasks").get(c.Name)
		failing = failing || given.get("failures") != nil || given.get("arrivals").get("trace") != nil
		if len(c.Work) == 0 {
			idle = append(idle, c.Name)
		}
		if c.Failures.Error.P > 0 && given.get("retry") == nil {
			final = append(final, c.Name)
		}
		if c.Failures.Hang.P > 0 && c.HardLimit == 0 {
			endless = append(endless, c.Name)
		}
	}
	if !failing {
		note("No task fails, hangs or crashes.")
	}
	of(note, "Running takes no time, as no work is given", idle)
	of(note, "An error is final, as no retry is given", final)
	of(note, "A hung task has no hard time limit of its own", endless)
}

// of makes a note of those that it is about, if there are any.
func of(note func(string, ...any), what string, names []string) {
	if names != nil {
		note(what+": %s.", units.And(names))
	}
}
