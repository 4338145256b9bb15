package imports

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

// Computing says how much of what the tasks of a class ask for is CPU time: all of it, or so many seconds a task.
type Computing struct {
	Class string
	CPU   float64 // s; +Inf = they do nothing but compute
}

// event is something that happens on a machine in the log.
type event struct {
	at   float64
	kind eventKind
	stay *stay
	host *host
	to   *labourer
	cpu  float64
}

type eventKind int

// Of events at one moment, ends come first: the core is free for the next.
const (
	ends eventKind = iota
	works
	starts
)

// ask tells what the attempts of a log asked for from what they took in the layout that was seen.
func ask(l *logs.Log, sc *scenarios.Scenario, computes []Computing) {
	lay := &sc.Layouts[0]
	a := &asking{log: l, layout: lay, computes: computes, of: newFinder(lay, sc)}
	a.lay(sc)
	a.gather()
	for i := range a.crowds {
		a.crowds[i].walk(a.events[i])
	}
	for at, s := range a.stays {
		at.Asked = s.asked(at, a.wake[at])
	}
}

// asking is one log on its way through the machines.
type asking struct {
	log      *logs.Log
	layout   *strategies.Layout
	computes []Computing
	of       *finder

	crowds           []*crowd // of each node; the last has cores without limit
	events           [][]event
	hosts            []*host     // of each worker
	loops            []*labourer // of each worker: its consumer
	broker, producer *labourer
	stays            map[*logs.Attempt]*stay
	wake             map[*logs.Attempt]float64
}

// lay sets up the machines of the layout.
func (a *asking) lay(sc *scenarios.Scenario) {
	for _, kind := range a.layout.Nodes {
		m := &sc.Machines[kind]
		a.crowds = append(a.crowds, &crowd{cores: m.Cores * m.Efficiency, speed: m.Speed})
	}
	a.crowds = append(a.crowds, &crowd{cores: math.Inf(1), speed: 1})
	a.events = make([][]event, len(a.crowds))
	thread := func(node int) *labourer {
		l := &labourer{}
		c := a.crowds[a.place(node)]
		c.threads = append(c.threads, l)
		return l
	}
	for w := range a.layout.Workers {
		h := &host{pool: a.layout.Workers[w].Pool}
		c := a.crowds[a.node(w)]
		c.hosts = append(c.hosts, h)
		a.hosts = append(a.hosts, h)
		a.loops = append(a.loops, thread(a.layout.Node[w]))
	}
	a.broker, a.producer = thread(a.layout.BrokerNode), thread(a.layout.ProducerNode)
	a.stays = map[*logs.Attempt]*stay{}
	a.wake = map[*logs.Attempt]float64{}
}

// place is the index of a node among the crowds.
func (a *asking) place(node int) int {
	if node < 0 {
		return len(a.crowds) - 1
	}
	return node
}

func (a *asking) node(w int) int { return a.place(a.layout.Node[w]) }

// gather makes events of the log.
func (a *asking) gather() {
	b := &a.layout.Broker
	for i := range a.log.Tasks {
		t := &a.log.Tasks[i]
		a.work(a.layout.ProducerNode, a.producer, t.Arrived, b.PublishCPU.Seconds())
		a.work(a.layout.BrokerNode, a.broker, t.Arrived, b.ServeCPU.Seconds())
		for k := range t.Attempts {
			a.attempt(t, &t.Attempts[k], k == 0)
		}
	}
	for _, events := range a.events {
		slices.SortStableFunc(events, func(x, y event) int {
			return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.kind, y.kind))
		})
	}
}

func (a *asking) work(node int, l *labourer, at, cpu float64) {
	if !math.IsNaN(at) {
		n := a.place(node)
		a.events[n] = append(a.events[n], event{at: at, kind: works, to: l, cpu: cpu})
	}
}

// attempt adds one attempt and what Celery does for it.
func (a *asking) attempt(t *logs.Task, at *logs.Attempt, first bool) {
	w := a.of.worker(t, at)
	node, o := a.node(w), &a.layout.Workers[w].Overheads
	received := at.Started
	if first && !math.IsNaN(t.Received) {
		received = t.Received
	}
	a.work(a.layout.Node[w], a.loops[w], received, o.Fetch.Seconds())
	a.work(a.layout.Node[w], a.loops[w], at.Started, o.Start.Seconds())
	s := &stay{from: at.Started, to: at.Ended, sated: math.NaN(), limit: a.limit(t.Class, at)}
	switch {
	case !math.IsNaN(at.Runtime): // as the child measured it, where it did
		s.to = min(s.to, at.Started+max(0, at.Runtime))
		a.stays[at], a.wake[at] = s, o.Wake.Seconds()
	case math.IsNaN(s.to) && at.Lost:
		s.to = s.from
	case math.IsNaN(s.to):
		s.to = a.log.Span
	}
	a.work(a.layout.Node[w], a.loops[w], at.Ended, (o.Finish + o.After).Seconds())
	if s.to > s.from {
		a.events[node] = append(a.events[node], event{at: s.from, kind: starts, stay: s, host: a.hosts[w]}, event{at: s.to, kind: ends, stay: s, host: a.hosts[w]})
	}
}

// limit is the CPU time that an attempt asks for: measured, or as somebody has said of its class.
func (a *asking) limit(class string, at *logs.Attempt) float64 {
	if a.log.Measured {
		return at.CPU
	}
	for _, c := range a.computes {
		if c.Class == class {
			return c.CPU
		}
	}
	return 0
}

// walk goes through what happened on the machine, in order.
func (c *crowd) walk(events []event) {
	for _, e := range events {
		c.advance(e.at)
		switch e.kind {
		case starts:
			e.host.enter(e.stay)
		case ends:
			e.host.leave(e.stay)
		case works:
			e.to.give(e.cpu)
		}
	}
}

// asked is what an attempt asked for: what it got of the cores, and what was left of its time, less what the end of a
// wait adds.
func (s *stay) asked(at *logs.Attempt, wake float64) *logs.Demand {
	d := &logs.Demand{CPU: s.got}
	run := max(0, at.Runtime)
	switch {
	case math.IsInf(s.limit, 1):
		return d
	case s.limit <= tiny:
		d.IO = run
	case !math.IsNaN(s.sated):
		d.IO = max(0, s.from+run-s.sated)
	}
	d.IO = max(0, d.IO-wake)
	return d
}

// finder finds the worker of a layout that an attempt ran in.
type finder struct {
	byName  map[string]int
	byQueue map[string]int
	byClass map[string]int
}

func newFinder(lay *strategies.Layout, sc *scenarios.Scenario) *finder {
	f := &finder{map[string]int{}, map[string]int{}, map[string]int{}}
	for w := len(lay.Workers) - 1; w >= 0; w-- {
		c := &lay.Workers[w]
		f.byName[node(c.Name)], f.byName[lay.Groups[lay.Group[w]]] = w, w
		for _, q := range c.Queues {
			f.byQueue[lay.Queues[q].Name] = w
			for i := range sc.Classes {
				if lay.ClassQueue[i] == q {
					f.byClass[sc.Classes[i].Name] = w
				}
			}
		}
	}
	return f
}

// node is the name of a worker without that of its machine.
func node(name string) string {
	before, _, _ := strings.Cut(name, "@")
	return before
}

func (f *finder) worker(t *logs.Task, a *logs.Attempt) int {
	for _, look := range []struct {
		in  map[string]int
		key string
	}{{f.byName, a.Worker}, {f.byName, node(a.Worker)}, {f.byQueue, t.Queue}, {f.byClass, t.Class}} {
		if w, known := look.in[look.key]; known {
			return w
		}
	}
	return 0
}
