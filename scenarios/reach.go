package scenarios

import (
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// reaches finds the tasks that no worker can do for want of a way: an error where no strategy has one, a warning where
// some worker that may get the task has none.
func (d *decoder) reaches(s *Scenario) {
	if len(d.found) > 0 {
		return // layouts are complete only in a file without errors
	}
	for c := range s.Classes {
		class := &s.Classes[c]
		for i := range class.Work {
			if p := &class.Work[i]; p.Kind == workloads.Call {
				service := &s.Services[p.Service]
				path := join(join(join("tasks", class.Name), "work"), i)
				at := d.root.get("tasks").get(class.Name).get("work").items[i].get("io").at
				d.way(s, c, at, join(path, "io"), "the service "+service.Name, func(zone string) bool {
					_, ok := s.Zones.Call(zone, service)
					return ok
				})
			}
		}
		d.hauls(s, c)
		if class.Zone != "" {
			at := d.root.get("tasks").get(class.Name).get("zone").at
			d.way(s, c, at, join(join("tasks", class.Name), "zone"), "the zone "+class.Zone, func(zone string) bool {
				_, ok := s.Zones.RoundTrip(zone, class.Zone)
				return ok
			})
		}
	}
	d.offers(s)
}

// way judges one thing that a class needs.
func (d *decoder) way(s *Scenario, class int, at position, path, what string, open func(zone string) bool) {
	someone := false
	var barred []string
	for i := range s.Layouts {
		l := &s.Layouts[i]
		var names []string
		for w := range l.Workers {
			if !takes(l, w, l.ClassQueue[class]) {
				continue
			}
			switch name := l.Groups[l.Group[w]]; {
			case open(zoneOf(s, l, w)):
				someone = true
			case !slices.Contains(names, name):
				names = append(names, name)
			}
		}
		for _, n := range names {
			barred = append(barred, l.Name+"."+n)
		}
	}
	switch {
	case !someone:
		d.errorf(at, path, "no worker of any strategy reaches %s: want a way in zones, and one of its zones in from", what)
	case barred != nil:
		d.warnf(at, path, "%s cannot be reached by %s, which may get the task: such attempts fail", what, units.And(barred))
	}
}

// standsStill refuses what would go round for ever in one instant, so that the clock never goes on: closed clients whose
// tasks take no time from one to the next, and tasks that crash each time and are delivered again.
func (d *decoder) standsStill(s *Scenario) {
	if len(d.found) > 0 {
		return
	}
	for i := range s.Classes {
		c := &s.Classes[i]
		task := d.root.get("tasks").get(c.Name)
		path := join("tasks", c.Name)
		closed, ok := c.Arrivals.Process.(workloads.Closed)
		asks := ok && closed.Think.Mean() == 0
		for k := range s.Layouts {
			l := &s.Layouts[k]
			queue := l.ClassQueue[i]
			switch {
			case asks && (dropped(c, l, queue) || runsAtOnce(c, l, queue, false)):
				d.errorf(task.get("arrivals").get("closed").get("think").at, join(path, "arrivals.closed.think"), "0s: nothing takes time from one task to the next in the strategy %q: want more", l.Name)
			case asks && c.Arrivals.Batch != nil && c.Arrivals.Batch.Mean() < rarest:
				d.errorf(task.get("arrivals").get("closed").get("think").at, join(path, "arrivals.closed.think"), "0s: nearly every batch is empty, and nothing takes time from one to the next: want more, or larger batches")
			case c.Failures.Crash.P == 1 && l.Queues[queue].DeliveryLimit < 0 && runsAtOnce(c, l, queue, true):
				d.errorf(task.at, path, "crashes each time and is delivered again, and nothing takes time from one crash to the next in the strategy %q: want some work, or a delivery_limit", l.Name)
			default:
				continue
			}
			break // once is enough
		}
	}
}

// rarest is the mean size of batches below which clients that do not think would ask for ever.
const rarest = 1e-3

// dropped says whether tasks of a class may be over, without ever running, in the instant in which they are published.
func dropped(c *workloads.Class, l *strategies.Layout, queue int) bool {
	return l.Broker.Publish == 0 && (c.Expires != nil && c.Expires.Mean() == 0 || l.Queues[queue].MaxLength == 0)
}

// runsAtOnce says whether tasks of a class take no time from being published to their end; crashing, to being back in
// their queue.
func runsAtOnce(c *workloads.Class, l *strategies.Layout, queue int, crashing bool) bool {
	if !crashing && (l.Broker.Publish > 0 || c.Countdown != nil && c.Countdown.Mean() > 0) {
		return false
	}
	for i := range c.Work {
		if p := &c.Work[i]; p.Kind == workloads.Transfer || p.Demand.Mean() > 0 {
			return false
		}
	}
	for w := range l.Workers {
		cfg := &l.Workers[w]
		o := &cfg.Overheads
		again := c.AcksLate.Or(cfg.AcksLate) && c.RejectOnWorkerLost.Or(cfg.RejectOnWorkerLost) && o.Notice+o.Respawn == 0
		if takes(l, w, queue) && o.Fetch+o.Start+o.Finish == 0 && (!crashing || again) {
			return true
		}
	}
	return false
}

func takes(l *strategies.Layout, w, queue int) bool {
	return slices.Contains(l.Workers[w].Queues, queue) || slices.Contains(l.Workers[w].Overflow, queue)
}

// zoneOf returns the zone of a worker's machine.
func zoneOf(s *Scenario, l *strategies.Layout, w int) string {
	if l.Node[w] < 0 {
		return ""
	}
	return s.Machines[l.Nodes[l.Node[w]]].Zone
}
