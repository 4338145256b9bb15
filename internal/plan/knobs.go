package plan

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// knob is one size of a layout that may be varied.
type knob struct {
	worker   string   // whose it is; "" = of none
	machine  string   // of whose kind it is the number; "" = of none
	bound    string   // of that number: "min" or "max" where machines come and go
	path     []string // of its value in the file
	from, to int
	start    int
	least    int // with which a search starts at the least: that many workers, or machines, it takes
}

// sizes says that it is such a number of a worker: concurrency, or replicas.
func (k *knob) sizes(what string) bool { return k.worker != "" && k.path[len(k.path)-1] == what }

// mostSlots is how large a size is tried where nothing bounds it: so many times what it is today, or what is offered.
const mostSlots = 16

// knobs are the sizes of a layout: those that the file names, or of each worker its concurrency, or the bound of its scaling, or its replicas where
// each brings its own machine or has one slot; and the number of machines of a kind that workers share, where there are several and they have a price, or
// the work takes more: with more, also where only a burst may.
func (p *planner) knobs(d *scenarios.Draft, sc *scenarios.Scenario, more bool) []knob {
	l := &sc.Layouts[0]
	var all []knob
	if p.bounds.Vary != nil {
		for _, v := range p.bounds.Vary {
			if v.Path[0] == "strategies" && len(v.Path) > 1 && v.Path[1] != l.Name {
				continue
			}
			k := knob{path: v.Path, from: v.From, to: v.To, start: whole(d.Get(v.Path...))}
			if len(v.Path) > 4 && v.Path[0] == "strategies" && v.Path[2] == "workers" {
				k.worker = v.Path[3]
			}
			if v.Path[0] == "machines" && len(v.Path) > 2 && v.Path[2] == "count" {
				k.machine, k.bound = v.Path[1], strings.Join(v.Path[3:], "")
				if least := p.kind(k.machine).Count; k.bound == "max" {
					k.from = max(k.from, min(least+1, k.to)) // where both are the same no machine comes or goes
				}
			}
			all = append(all, k)
		}
		return all
	}
	for _, name := range d.Keys("strategies", l.Name, "workers") {
		if slices.Contains(p.bounds.Keep, name) {
			continue
		}
		w := workerOf(l, name)
		under := func(keys ...string) []string { return append([]string{"strategies", l.Name, "workers", name}, keys...) }
		k := knob{worker: name, from: 1, start: l.Workers[w].Concurrency}
		switch {
		case d.Get(under("autoscale", "max")...) != "":
			k.path = under("autoscale", "max")
			k.from = max(1, whole(d.Get(under("autoscale", "min")...)))
			k.start = whole(d.Get(k.path...))
		case l.OwnsMachine(w), l.Workers[w].Pool == worker.Solo: // of one slot
			k.path = under("replicas")
			k.start = whole(d.Get(k.path...))
		default:
			k.path = under("concurrency")
			k.start = whole(d.Get(k.path...))
		}
		k.to = max(mostSlots*k.start, 64)
		if k.path[len(k.path)-1] == "concurrency" {
			k.to = max(k.to, 2*int(offered(sc, w)))
		}
		all = append(all, k)
		if k.path[len(k.path)-1] != "concurrency" {
			continue
		}
		n := whole(d.Get(under("replicas")...))
		least := max(l.LeastWorkers(sc.Classes, sc.Machines, sc.Outside(), w), p.crowded(sc, l.Node[w], more))
		if n > 1 || least >= crowding*float64(n) {
			all = append(all, knob{worker: name, path: under("replicas"), from: 1, to: mostSlots * max(n, int(least)+1), start: n, least: int(least) + 1})
		}
	}
	if !p.may(scenarios.TryMachines) {
		return all
	}
	for i := range p.sc.Machines {
		m := &p.sc.Machines[i]
		if m.Most > 0 || !shares(l, i) {
			continue
		}
		k := knob{machine: m.Name, path: []string{"machines", m.Name, "count"}, from: 1, to: m.Count, start: m.Count}
		if least := p.moreMachines(sc, i, more); least > 0 {
			k.to, k.least = mostMachines*(int(least)+1), int(least)+1
			all = append(all, k)
		} else if m.Count > 1 && m.Price > 0 {
			all = append(all, k)
		}
	}
	return all
}

// mostMachines is how many times as many machines are tried as the work takes.
const mostMachines = 4

// crowding is the part of the time that cores, a loop or the one thread of a worker are busy from which on waits for them may be what a
// target is missed by.
const crowding = 0.7

// worked is the part of the time that cores are busy on average below which no burst makes them what is waited for.
const worked = 0.05

// moreMachines is how many machines of a kind the work takes where more than there are may be tried; 0 elsewhere.
func (p *planner) moreMachines(sc *scenarios.Scenario, kind int, more bool) float64 {
	if !p.may(scenarios.TryMachines) || p.sc.Machines[kind].Most > 0 || p.priceless(kind) {
		return 0
	}
	return p.lacking(sc, &sc.Layouts[0], kind, more)
}

// lacking is how many machines of a kind the work of a layout takes where those that there are may be too few; 0 elsewhere. With more
// that is so wherever its work takes cores at all: a burst may take all that there are.
func (p *planner) lacking(sc *scenarios.Scenario, l *strategies.Layout, kind int, more bool) float64 {
	least, count := l.LeastMachines(sc.Classes, sc.Machines, sc.Outside(), kind), float64(p.sc.Machines[kind].Count)
	switch {
	case least >= crowding*count:
		return least
	case more && least >= worked*count:
		return count
	}
	return 0
}

// priceless says that a kind of machines has no price where something else has: those that there are may be used, but what more of them
// would cost nobody knows, and nothing it is not.
func (p *planner) priceless(kind int) bool {
	return p.sc.Machines[kind].Price == 0 &&
		(slices.ContainsFunc(p.sc.Machines, func(m system.Machine) bool { return m.Price > 0 }) ||
			slices.ContainsFunc(p.sc.Zones.Links(), func(r system.Route) bool { return r.Egress > 0 }))
}

// alike says that two kinds of machines both have a price, or neither: of others nobody knows which is dearer.
func (p *planner) alike(a, b int) bool {
	return (p.sc.Machines[a].Price > 0) == (p.sc.Machines[b].Price > 0)
}

// unbought says of which machines no more were tried, as they have no price; vain are the layouts no size of which passes.
func (p *planner) unbought(vain []*strategies.Layout) string {
	var names []string
	for i := range p.sc.Machines {
		takes := func(l *strategies.Layout, more bool) bool { return shares(l, i) && p.lacking(p.sc, l, i, more) > 0 }
		if p.sc.Machines[i].Most == 0 && p.priceless(i) &&
			(slices.ContainsFunc(p.sc.Layouts, func(l strategies.Layout) bool { return takes(&l, false) }) ||
				slices.ContainsFunc(vain, func(l *strategies.Layout) bool { return takes(l, true) })) {
			names = append(names, p.sc.Machines[i].Name)
		}
	}
	if names == nil || p.bounds.Vary != nil || !p.may(scenarios.TryMachines) {
		return ""
	}
	return fmt.Sprintf("More machines %s were not tried, as these have no price and something else has: nobody knows what they would cost.", units.And(names))
}

// crowded is moreMachines of the machine of a node. A worker works on one of them, so that it takes as many workers.
func (p *planner) crowded(sc *scenarios.Scenario, node int, more bool) float64 {
	if node < 0 {
		return 0
	}
	return p.moreMachines(sc, sc.Layouts[0].Nodes[node], more)
}

// comeAndGo says of which machines the number was not varied, because they come with the replicas: whose number is.
func (p *planner) comeAndGo() (said string) {
	var names []string
	for i := range p.sc.Machines {
		m := &p.sc.Machines[i]
		uses := func(l strategies.Layout) bool { return shares(&l, i) }
		if m.Most > 0 && m.Price > 0 && slices.ContainsFunc(p.sc.Layouts, uses) {
			names = append(names, m.Name)
		}
	}
	if names == nil || p.bounds.Vary != nil || !p.may(scenarios.TryMachines) {
		return ""
	}
	return fmt.Sprintf("The bounds of machines %s were not varied, as these come and go with the replicas: a range for machines.%s.count.max or .min in plan.vary does that.", units.And(names), names[0])
}

// kind is a kind of machine, by its name.
func (p *planner) kind(name string) *system.Machine {
	return &p.sc.Machines[slices.IndexFunc(p.sc.Machines, func(m system.Machine) bool { return m.Name == name })]
}

// shares says whether workers of a layout share machines of a kind.
func shares(l *strategies.Layout, kind int) bool {
	for w, n := range l.Node {
		if n >= 0 && l.Nodes[n] == kind && !l.OwnsMachine(w) {
			return true
		}
	}
	return false
}

func whole(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 1
	}
	return n
}

// workerOf is the first instance of a worker, by its name in the file.
func workerOf(l *strategies.Layout, name string) int {
	return slices.IndexFunc(l.Group, func(g int) bool { return l.Groups[g] == name })
}

// offered are the slots that the tasks of the queues of a worker would keep busy, shared with what else takes them by
// slots.
func offered(sc *scenarios.Scenario, w int) float64 {
	l := &sc.Layouts[0]
	loads := l.Offered(sc.Classes, sc.Machines, sc.Outside(), 1)
	sum := 0.0
	for _, q := range l.Workers[w].Queues {
		if loads[q].Capacity > 0 && !math.IsInf(loads[q].Offered, 0) && !math.IsNaN(loads[q].Offered) {
			sum += loads[q].Offered * float64(l.Workers[w].Concurrency) / loads[q].Capacity
		}
	}
	return sum
}

// staffed is the size from which a search starts: what is offered and its square root more (Halfin and Whitt, Oper. Res. 29
// (1981) 567).
func staffed(sc *scenarios.Scenario, w int) int {
	load := offered(sc, w)
	return max(1, int(math.Ceil(load+math.Sqrt(load))))
}

// sized is the draft with every knob at its size.
func sized(d *scenarios.Draft, knobs []knob, x []int) (*scenarios.Draft, error) {
	for i, k := range knobs {
		var err error
		if d, err = d.Set(strconv.Itoa(x[i]), k.path...); err != nil {
			return nil, fmt.Errorf("plan: %w", err)
		}
	}
	return d, nil
}
