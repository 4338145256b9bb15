package recordings

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"example.com/simrun/internal/logs"
)

// ImportOptions say what to make of a log.
type ImportOptions struct {
	Base   string // of the names of files that the scenario needs
	Replay bool   // these tasks again: arrivals and demands task by task, not as laws
	Fitted bool   // demands by the best fitting law; false = the sample itself
	Part   bool   // what tasks asked for is known of a part of them: the others only say when they came, and how they ended
	Today  Today
}

// Imported is a scenario made of a log.
type Imported struct {
	Scenario string
	Files    []File // that the scenario names, relative to it
	Classes  []ImportedClass
	Workers  []ImportedWorker
	Span     float64 // of the log, s
	Warnings []string
}

// File is one file beside the scenario.
type File struct {
	Name    string
	Content []byte
}

// ImportedClass is what the log says of one class.
type ImportedClass struct {
	Name, Queue string
	Tasks       int
	Arrivals    Arriving
	Runs        []float64 // demands of attempts that ended by themselves, sorted, s
	CPUs, IOs   []float64 // their parts, each sorted
	Fits        []Fit     // the best by AIC first; none where there is too little to fit
	Attempts    int
	Errors      int // attempts that failed
	Timeouts    int // attempts ended by the hard limit
	Lost        int // attempts whose process died
	Hung        int // attempts that started and never ended, though others did long before

	arrivals          []float64
	tasks             []*logs.Task
	donors            donors
	priority          *int    // that all tasks have
	mixed             bool    // its tasks have priorities of their own
	limit             float64 // largest, s; 0 = none seen
	mostRetries       int
	delays            [][]float64 // of the first retry, the second, ...
	countdowns, dates []float64   // countdown and expires, where asked for
	memories          []float64   // most that the processes of its attempts had held by then, bytes
}

// ImportedWorker is a worker that ran tasks.
type ImportedWorker struct {
	Name   string
	Queues []string
	Most   int // tasks it was seen to run at once: its concurrency is at least that
}

// defaultQueue is Celery's.
const defaultQueue = "celery"

// Import makes a scenario of a log. It is given what was seen and nothing more: targets, machines and what the workers
// were configured to do are left to whoever knows them.
func Import(l *logs.Log, o ImportOptions) *Imported {
	m := &Imported{Span: l.Span, Warnings: slices.Clone(l.Warnings)}
	if l.Sums != nil {
		m.gatherSums(l)
	} else {
		m.gather(l, o.Part)
	}
	m.sendSomewhere(&o.Today)
	m.findWorkers(l)
	last, arrivals := shortest, 0 // arrival of any class: what comes after it is the end of the work, not a lull
	for i := range m.Classes {
		if a := m.Classes[i].arrivals; len(a) > 0 {
			last = max(last, a[len(a)-1])
			arrivals += len(a)
		}
	}
	if last < atOnce || arrivals < few { // of how often they come, the log tells no more than how long it is
		last = max(last, l.Span)
	}
	for i := range m.Classes {
		c := &m.Classes[i]
		if l.Sums == nil {
			c.Arrivals = arriving(c.arrivals, last, max(last, l.Span))
		}
		c.Fits = Laws(c.Runs)
		m.doubt(c, o)
	}
	m.write(l, o)
	return m
}

func (m *Imported) warn(format string, args ...any) {
	m.Warnings = append(m.Warnings, fmt.Sprintf(format, args...))
}

// gather puts the tasks into classes, in the order of their first arrivals.
func (m *Imported) gather(l *logs.Log, part bool) {
	index := map[string]int{}
	several := map[string]bool{}
	asked := map[string]bool{} // classes of which it is known of some
	for i := range l.Tasks {
		t := &l.Tasks[i]
		asked[t.Class] = asked[t.Class] || part && slices.ContainsFunc(t.Attempts, func(a logs.Attempt) bool { return a.Asked != nil })
	}
	for i := range l.Tasks {
		t := &l.Tasks[i]
		at, known := index[t.Class]
		if !known {
			at = len(m.Classes)
			index[t.Class] = at
			m.Classes = append(m.Classes, ImportedClass{Name: t.Class, Queue: t.Queue})
		}
		c := &m.Classes[at]
		if c.Queue == "" {
			c.Queue = t.Queue
		}
		if t.Queue != "" && t.Queue != c.Queue && !several[t.Class] {
			several[t.Class] = true
			m.warn("%s was sent to several queues: the scenario has it in %s only", t.Class, c.Queue)
		}
		c.add(t, asked[t.Class])
	}
	for i := range m.Classes {
		c := &m.Classes[i]
		slices.Sort(c.Runs)
		slices.Sort(c.CPUs)
		slices.Sort(c.IOs)
		c.findDonors(l)
	}
}

func (c *ImportedClass) add(t *logs.Task, asked bool) {
	switch same := c.priority == nil && t.Priority == nil || c.priority != nil && t.Priority != nil && *c.priority == *t.Priority; {
	case c.Tasks == 0:
		c.priority = t.Priority
	case !same:
		c.mixed = true
	}
	c.Tasks++
	c.tasks = append(c.tasks, t)
	c.arrivals = append(c.arrivals, t.Arrived)
	for i, a := range t.Attempts {
		if a.Memory > 0 {
			c.memories = append(c.memories, a.Memory)
		}
		last := i == len(t.Attempts)-1
		timeout := last && t.Outcome == "timeout"
		if !math.IsNaN(a.Ended) || a.Lost {
			c.Attempts++
			switch {
			case a.Lost:
				c.Lost++
			case timeout:
				c.Timeouts++
			case !last || t.Outcome == "failed" || t.Outcome == "retrying":
				c.Errors++
			}
		}
		if !math.IsNaN(a.Runtime) && !timeout && !(asked && a.Asked == nil) { // a run that was cut short says nothing of how long it takes
			d := a.Demand()
			c.Runs, c.CPUs, c.IOs = append(c.Runs, d.Total()), append(c.CPUs, d.CPU), append(c.IOs, d.IO)
		}
	}
	if t.Limit > c.limit {
		c.limit = t.Limit
	}
	c.mostRetries = max(c.mostRetries, t.Retried())
	for i, d := range t.Retries {
		for len(c.delays) <= i {
			c.delays = append(c.delays, nil)
		}
		c.delays[i] = append(c.delays[i], d)
	}
	if !math.IsNaN(t.Countdown) && t.Countdown > 0 {
		c.countdowns = append(c.countdowns, t.Countdown)
	}
	if !math.IsNaN(t.Expires) && t.Expires > 0 {
		c.dates = append(c.dates, t.Expires)
	}
}

// doubt warns of what the scenario of a class leaves out.
func (m *Imported) doubt(c *ImportedClass, o ImportOptions) {
	if c.Arrivals.Warning != "" && !o.Replay {
		m.warn("%s: %s", c.Name, c.Arrivals.Warning)
	}
	if r := c.serial(); r > 0 && !o.Replay {
		m.warn("%s: long runs come together (correlation of one with the next %.2f), which a law has not: waits will come out too short; --replay keeps their order", c.Name, r)
	}
	if len(c.Runs) == 0 {
		m.warn("%s: no attempt ended in the log: how long it runs is not known, 1 s is assumed", c.Name)
	} else if len(c.Runs) < 100 {
		m.warn("%s: %d run times: too few to know the 99th percentile", c.Name, len(c.Runs))
	}
	if n := len(c.dates); n > 0 && !c.mostHave(n) && !o.Replay {
		m.warn("%s: %d of %d tasks were sent with expires: left out", c.Name, n, c.Tasks)
	}
}

// serial returns the correlation of what a task asks for with what the next one does, by their logarithms; 0 where there
// are fewer than fifty, or where it may be chance: three standard errors, 1 / sqrt(n) each (Bartlett 1946).
func (c *ImportedClass) serial() float64 {
	var x []float64
	for _, t := range c.tasks {
		if n := len(t.Attempts); n > 0 && !math.IsNaN(t.Attempts[n-1].Runtime) && t.Outcome != "timeout" {
			x = append(x, math.Log(max(shortest, t.Attempts[n-1].Demand().Total())))
		}
	}
	n := len(x)
	if n < 50 {
		return 0
	}
	if r := stat.Correlation(x[:n-1], x[1:], nil); r > max(0.1, 3/math.Sqrt(float64(n))) {
		return r
	}
	return 0
}

// mostHave says whether so many tasks are as good as all.
func (c *ImportedClass) mostHave(n int) bool { return float64(n) >= 0.9*float64(c.Tasks) }

// findWorkers finds who ran tasks, how many at once, and of which queues.
func (m *Imported) findWorkers(l *logs.Log) {
	if l.Sums != nil {
		m.slotsOf(l.Sums)
		return
	}
	edges := map[string][]edge{}
	queues := map[string][]string{}
	var names []string
	for i := range m.Classes {
		c := &m.Classes[i]
		for _, t := range c.tasks {
			for _, a := range t.Attempts {
				end := a.Ended
				switch {
				case math.IsNaN(end) && a.Lost:
					end = a.Started
				case math.IsNaN(end):
					end = l.Span
				case math.IsNaN(a.Runtime) && !a.Lost: // several attempts as one: it was not running all the time
					end = a.Started
				}
				if !slices.Contains(names, a.Worker) {
					names = append(names, a.Worker)
				}
				if end > a.Started {
					edges[a.Worker] = append(edges[a.Worker], edge{a.Started, 1}, edge{end, -1})
				}
				q := t.Queue
				if q == "" {
					q = c.Queue
				}
				if !slices.Contains(queues[a.Worker], q) {
					queues[a.Worker] = append(queues[a.Worker], q)
				}
			}
		}
	}
	slices.Sort(names)
	for _, name := range names {
		slices.Sort(queues[name])
		m.Workers = append(m.Workers, ImportedWorker{Name: workerName(name), Queues: queues[name], Most: mostAtOnce(edges[name])})
	}
	m.adopt()
}

// edge is the start or the end of an attempt.
type edge struct {
	at    float64
	delta int
}

// mostAtOnce returns how many attempts ran at the same time; 1 at least.
func mostAtOnce(edges []edge) int {
	slices.SortFunc(edges, func(a, b edge) int { // at equal times ends first: the slot is free for the next
		return cmp.Or(cmp.Compare(a.at, b.at), a.delta-b.delta)
	})
	now, most := 0, 1
	for _, x := range edges {
		now += x.delta
		most = max(most, now)
	}
	return most
}

// adopt gives queues that nobody was seen to serve to the first worker, so that there is a scenario to start from.
func (m *Imported) adopt() {
	if len(m.Workers) == 0 {
		m.Workers = []ImportedWorker{{Name: "worker", Most: 1}}
		m.warn("no task started in the log: one worker with one slot is assumed")
	}
	for i := range m.Classes {
		q := m.Classes[i].Queue
		if !slices.ContainsFunc(m.Workers, func(w ImportedWorker) bool { return slices.Contains(w.Queues, q) }) {
			m.Workers[0].Queues = append(m.Workers[0].Queues, q)
			m.warn("no worker was seen to take tasks of %s: it is given to %s", q, m.Workers[0].Name)
		}
	}
}

// workerName makes a name that Celery's command line can have: celery@host is host.
func workerName(host string) string {
	if _, after, found := strings.Cut(host, "@"); found && strings.HasPrefix(host, "celery@") {
		host = after
	}
	if host == "" {
		return "worker"
	}
	return logs.Nameable(host)
}
