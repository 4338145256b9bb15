package experiment

import (
	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// duration is one of the durations that are measured of every task.
type duration int

const (
	wait duration = iota
	waitAll
	waitPerAttempt
	response
	run
	slowdown
	durations
)

// histogramOf is where a class keeps a duration.
func histogramOf(c *worker.ClassTally, d duration) *des.Histogram {
	return [...]*des.Histogram{&c.Wait, &c.WaitAll, &c.WaitPerAttempt, &c.Response, &c.Run, &c.Slowdown}[d]
}

var average = workloads.Stat{Kind: workloads.Mean}

func quantile(p float64) workloads.Stat { return workloads.Stat{Kind: workloads.Quantile, P: p} }

// sample is what one replication of one layout says. Figures are NaN where nothing was observed.
type sample struct {
	classes     []classSample // of each class; the last is over all tasks
	queues      []float64     // mean length
	longest     []float64     // largest length
	busy        []float64     // of each worker: mean slots held
	kept        []float64     // of each worker: mean messages reserved
	restart     []float64
	memory      memorySample
	fleets      []fleetSample
	nodes       []float64         // share of the cores in use
	paid        []float64         // of each node: share of the time that it was paid for
	course      [][]worker.Moment // of each class, where faults are watched
	waiting     []int32           // tasks at the end of each step, likewise
	exposure    []sim.Exposure    // of each class with labels, and each of them
	compromised []sim.Compromised // of each fault that compromises a class

	sent   []float64 // of each link: GiB in an hour
	little little
}

// classSample is what one replication says of one class, or of all tasks.
type classSample struct {
	published, retried, duplicated float64
	byOutcome                      [worker.Outcomes]float64
	cut                            float64 // of those not ended: cut off by nothing but the end of the run
	throughput                     float64
	of                             [durations]des.Distribution
	forfeited                      des.Distribution // waits of tasks that started and were lost
	within                         []worker.Share   // of each target on a duration
	slices                         [][]worker.Share // likewise, of those that are to hold in every slice
}

func newSample(r *sim.Result, end, span des.Time) sample {
	var s sample
	s.waiting = r.Waiting
	s.memory = newMemorySample(r)
	s.exposure, s.compromised = r.Exposure, r.Compromised
	var all worker.ClassTally
	for i := range r.Classes {
		c := &r.Classes[i]
		s.classes = append(s.classes, newClassSample(c, span))
		s.course = append(s.course, c.Course)
		all.Merge(c)
		s.little.add(c, end)
	}
	total := newClassSample(&all, span)
	s.classes = append(s.classes, total)
	for i := range r.Queues {
		s.queues = append(s.queues, r.Queues[i].Length.Mean(end))
		s.longest = append(s.longest, float64(r.Queues[i].Length.Most()))
	}
	for i := range r.Workers {
		w := &r.Workers[i]
		s.busy = append(s.busy, w.Busy.Mean(end))
		s.kept = append(s.kept, w.Reserved.Mean(end))
		s.restart = append(s.restart, float64(w.Restarts))
	}
	for _, n := range r.Sent {
		s.sent = append(s.sent, float64(n)/(1<<30)/span.Hours())
	}
	s.fleets = newFleetSamples(r.Fleets, end)
	for _, n := range r.Nodes {
		s.nodes = append(s.nodes, n.Busy/n.Cores)
		s.paid = append(s.paid, n.Paid)
	}
	return s
}

func newClassSample(c *worker.ClassTally, span des.Time) classSample {
	s := classSample{
		published: float64(c.Published), retried: float64(c.Retried), duplicated: float64(c.Duplicated), cut: float64(c.Cut),
		forfeited: c.Forfeited.Distribution(), within: c.Within, slices: c.Slices,
	}
	for o, n := range c.ByOutcome {
		s.byOutcome[o] = float64(n)
	}
	s.throughput = s.byOutcome[worker.OK] / span.Seconds()
	for d := range durations {
		s.of[d] = histogramOf(c, d).Distribution()
	}
	return s
}

// pool is all replications of one layout together.
type pool struct {
	classes []worker.ClassTally // the last is over all tasks
	stretch []sim.Stretch       // the same
	tolls   [][]worker.Toll     // of each planned fault and class
}

func (p *pool) add(r *sim.Result) {
	if p.classes == nil {
		p.classes = make([]worker.ClassTally, len(r.Classes)+1)
	}
	p.addStretch(r)
	p.addTolls(r)
	all := &p.classes[len(r.Classes)]
	for i := range r.Classes {
		c := &r.Classes[i]
		p.classes[i].Merge(c)
		all.Merge(c)
		if p.classes[i].Within == nil {
			p.classes[i].Within = make([]worker.Share, len(c.Within))
		}
		for t := range c.Within {
			p.classes[i].Within[t].Merge(c.Within[t])
		}
	}
}
