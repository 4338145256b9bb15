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

// heard is the number of replications whose course is written down: enough to see how far one is from another.
const heard = 10

// peaks are those of one replication, after its means are taken.
func (c *course) peaks() Peaks {
	p := Peaks{make([]float64, steps), make([]float64, steps), make([]float64, steps), make([]float64, steps)}
	for i, n := range c.most {
		x := float64(n)
		p.First[i], p.Least[i], p.Mean[i], p.Worst[i] = x, x, x, x
	}
	return p
}

// add takes in the peaks of another replication.
func (t *Timeline) add(other *Timeline) {
	t.Runs++
	for q := range t.Peaks {
		p := &t.Peaks[q]
		for i, x := range other.Peaks[q].First {
			p.Least[i], p.Worst[i] = min(p.Least[i], x), max(p.Worst[i], x)
			p.Mean[i] += (x - p.Mean[i]) / float64(t.Runs)
		}
	}
}
