package experiment

import "example.com/simrun/des"

// Timeline is the course of one replication, in equal steps of observed time, and how far others are from it.
type Timeline struct {
	Step   des.Time
	Queues [][]float64 // [queue][step]: mean number of tasks that wait, in the broker or reserved by a worker
	Busy   [][]float64 // [worker name][step]: mean number of slots held

	// Of several replications, the first among them: of each step the most that waited in it.
	Runs  int
	Peaks []Peaks // [queue]

	// Where the replicas of some layout follow the load:
	Replicas [][]float64 // [worker name][step]: mean number that run
	Cost     []float64   // [step]: price of the machines for an hour; nil without prices
	Arrivals []float64   // [step]: tasks per second
}

// Peaks are the most tasks that waited in each step.
type Peaks struct {
	First []float64 // of the first replication
	Least []float64 // of the replication in which it was least
	Mean  []float64 // over the replications
	Worst []float64 // of the replication in which it was most
}

// timeline is the course of a layout.
func (s *scope) timeline(layout int) *Timeline {
	l := s.first(layout)
	t := &Timeline{Step: l.step}
	for i := range l.queues {
		t.Queues = append(t.Queues, l.queues[i].means(l.step))
	}
	for i := range l.busy {
		t.Busy = append(t.Busy, l.busy[i].means(l.step))
	}
	if len(l.e.sc.Layouts[l.layout].Fleets) > 0 || l.e.scaled() {
		l.scale(t)
	}
	for _, other := range s.layouts[layout] {
		if other != nil {
			t.Runs++
		}
	}
	for q := range l.queues {
		t.Peaks = append(t.Peaks, s.peaks(layout, q, t.Runs))
	}
	return t
}

// peaks are those of one queue over the replications that were heard.
func (s *scope) peaks(layout, queue, runs int) Peaks {
	p := Peaks{make([]float64, steps), make([]float64, steps), make([]float64, steps), make([]float64, steps)}
	for r, l := range s.layouts[layout][:runs] {
		c := &l.queues[queue]
		c.add(l.step*steps, l.step, 0)
		for i, n := range c.most {
			x := float64(n)
			if r == 0 {
				p.First[i], p.Least[i] = x, x
			}
			p.Least[i], p.Worst[i] = min(p.Least[i], x), max(p.Worst[i], x)
			p.Mean[i] += x / float64(runs)
		}
	}
	return p
}
