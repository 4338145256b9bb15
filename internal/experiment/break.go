package experiment

import (
	"fmt"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Break is what breaks first when the load grows, and through what: what is so where the search for headroom last saw a
// layout fail, just beyond its limit.
type Break struct {
	Load   float64           `json:"load"` // at which it was seen
	Class  string            `json:"class,omitempty"`
	Metric *workloads.Metric `json:"metric,omitempty"`
	// Behind has, of the wait of the class for its first start, the part behind each class, and in brackets what no task held.
	Behind map[string]float64 `json:"behind,omitempty"`
	// Through is the part of the response that takes too long: ByWait, ByRun or ByRetries.
	Through string `json:"through,omitempty"`
	Full    []Full `json:"full,omitempty"`  // the workers that take from its queue, and their machines
	Grows   string `json:"grows,omitempty"` // a queue that grows without end, so that no figure is known
	By      string `json:"short_of,omitempty"`
}

// Full is how much of something is in use.
type Full struct {
	Worker  string  `json:"worker,omitempty"`
	Machine string  `json:"machine,omitempty"`
	Share   float64 `json:"share"` // of its slots, or of its cores
}

// breaks says through what a layout fails at the last load at which it was seen to; nil where it never was. Where it was seen at
// none that was simulated, it is what the limit is reckoned from.
func (e *engine) breaks(s *search) *Break {
	x := s.high
	if x.at == 0 || s.leaks {
		return nil
	}
	if limit := s.limit(s.points); limit != nil && x.seen == nil {
		x = *limit.from
		x.class, x.target = limit.of.class, limit.of.target
	}
	b := &Break{Load: x.at}
	if x.seen == nil || x.target == nil {
		for q, load := range e.sc.Layouts[s.layout].Offered(e.sc.Classes, e.sc.Machines, e.sc.Outside(), x.at) {
			if load.Unstable {
				b.Grows, b.By = e.sc.Layouts[s.layout].Queues[q].Name, load.By
				return b
			}
		}
		if x.target == nil {
			return nil // a breach, which load has no part in
		}
	}
	b.Class, b.Metric = e.sc.Classes[x.class].Name, &x.target.Metric
	probe := e.probe(s.layout, x.seen.samples)
	c := &x.seen.pool.classes[x.class]
	b.Through = through(x.target.Metric, &c.Wait, &c.Run, x.target.Target(), c.Retried > 0)
	if blocked := &c.Blocked; blocked.Total > 0 {
		b.Behind = map[string]float64{}
		parts := map[string]float64{
			"(replaced)": blocked.Replaced / blocked.Total, "(idle)": blocked.Idle / blocked.Total, "(absent)": blocked.Absent / blocked.Total,
			"(countdown)": blocked.Countdown / blocked.Total, "(elsewhere)": blocked.Elsewhere / blocked.Total,
		}
		for k, h := range blocked.By {
			parts[e.sc.Classes[k].Name] = h.Seconds / blocked.Total
		}
		named(b.Behind, parts)
	}
	b.Full = probe.full(s.layout, x.class)
	return b
}

// Parts of a duration that is too long.
const (
	ByWait    = "wait" // for its first start
	ByRun     = "run"
	ByRetries = "retries"
)

// mostly is the part of a target that a run takes at least to be what the target is missed by, where the wait takes no more
// than the rest.
const mostly = 0.8

// through is the part by which a target is missed: the wait, unless without it the target would be missed, too, or nearly so.
// Empty where the target is a share: what is lost, say, is no matter of whom a task waits for.
func through(m workloads.Metric, wait, run *des.Histogram, target float64, retried bool) string {
	switch {
	case m.IsShare():
		return ""
	case m.Of == worker.Run:
		return ByRun
	case m.Of == worker.Wait || m.HasBy || run.Count() == 0 || wait.Count() == 0:
		return ByWait
	case m.Stat.Of(run) > target:
		return ByRun
	case m.Stat.Of(wait) > (1-mostly)*target:
		return ByWait
	case m.Stat.Of(run) >= mostly*target:
		return ByRun
	case retried:
		return ByRetries
	}
	return ByWait
}

// Through is the part by which a class misses a target, as in Break; empty where that is not known.
func (c *Class) Through(o *SLO) string {
	if c.Wait == nil || c.Run == nil {
		return ""
	}
	return through(o.Metric, c.Wait.Pooled, c.Run.Pooled, o.Target, c.Retried > 0)
}

// full is how much is in use of the workers that take a class, and of their machines.
func (e *engine) full(l, class int) (all []Full) {
	layout := &e.sc.Layouts[l]
	var groups, kinds []int
	for i := range layout.Workers {
		w := &layout.Workers[i]
		if q := layout.ClassQueue[class]; !slices.Contains(w.Queues, q) && !slices.Contains(w.Overflow, q) {
			continue
		}
		if g := layout.Group[i]; !slices.Contains(groups, g) {
			groups = append(groups, g)
		}
		if n := layout.Node[i]; n >= 0 && !slices.Contains(kinds, layout.Nodes[n]) {
			kinds = append(kinds, layout.Nodes[n])
		}
	}
	for _, g := range groups {
		if w := e.group(l, g); w.SlotUtilization.Known() {
			all = append(all, Full{Worker: w.Name, Share: w.SlotUtilization.Value})
		}
	}
	for _, kind := range kinds {
		if m := e.over(l, e.load(layout.Nodes, kind)); m.Known() {
			all = append(all, Full{Machine: e.sc.Machines[kind].Name, Share: m.Value})
		}
	}
	return all
}

// What says what breaks beyond a load: "notify wait p95 breaks".
func (b *Break) What() string {
	if b.Grows != "" {
		return fmt.Sprintf("queue %s grows without end, for want of %s", b.Grows, b.By)
	}
	return fmt.Sprintf("%s %s breaks", b.Class, b.Metric.Words())
}

// Sentence says it, and through what: "notify wait p95 breaks: 98 % of its wait is behind backup".
func (b *Break) Sentence() string {
	said := b.What()
	if b.Grows != "" {
		return said
	}
	switch most, share := largest(b.Behind); {
	case b.Metric.IsShare() || b.Metric.Of == worker.Run:
	case b.Through == ByRun:
		said += ": it runs for so long, and hardly waits"
	case b.Through == ByRetries:
		said += ": it is retried, and hardly waits for its first start"
	case most != "":
		said += fmt.Sprintf(": %s of its wait is %s", units.Share(math.Round(100*share)/100), behindIt(most, b.Class))
	}
	var full []string
	for _, f := range b.Full {
		share := units.Share(math.Round(100*f.Share) / 100)
		if f.Machine != "" {
			full = append(full, fmt.Sprintf("%s of the cores of %s", share, f.Machine))
		} else {
			full = append(full, fmt.Sprintf("%s of the slots of %s", share, f.Worker))
		}
	}
	if full != nil {
		said += "; in use are " + units.And(full)
	}
	return said
}

// largest is the largest of some parts; of equals the first by name.
func largest(parts map[string]float64) (name string, share float64) {
	for key, x := range parts {
		if x > share || x == share && key < name {
			name, share = key, x
		}
	}
	return name, share
}

// behindIt puts into words what a class waits for.
func behindIt(name, class string) string {
	switch name {
	case class:
		return "behind others of its kind"
	case "(replaced)":
		return "for a child that is replaced"
	case "(idle)":
		return "beside a slot that is free"
	case "(absent)":
		return "for a worker to be there"
	case "(countdown)":
		return "its own countdown"
	case "(elsewhere)":
		return "on its way or at a rate limit"
	}
	return "behind " + name
}
