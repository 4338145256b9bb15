package capacity

import "example.com/simrun/workloads"

// Leak is the slots that a worker loses one after the other, until it is started again: tasks hang in them, and no time limit ends
// these.
type Leak struct {
	Worker    string  // replicas together
	Slots     int     // that there are to lose
	PerSecond float64 // slots, as long as there are enough
	Classes   []int   // whose tasks hang
}

// Lasts is how long the slots do on average, in seconds, as long as tasks find one.
func (k *Leak) Lasts() float64 { return float64(k.Slots) / k.PerSecond }

// Leaks are those of a layout. Of a queue that several workers take, each gets its part by slots.
func Leaks(l *Layout, classes []workloads.Class) []Leak {
	var leaks []Leak
	for _, w := range l.written() {
		cfg := &l.Workers[w]
		found := Leak{Worker: l.Names[w], Slots: cfg.Concurrency * l.replicas(w)}
		for i, q := range l.ClassQueue {
			if n := hanging(classes, i) * l.part(q, w); n > 0 && !cfg.Ends(&classes[i].Class) {
				found.PerSecond += n
				found.Classes = append(found.Classes, i)
			}
		}
		if found.PerSecond > 0 {
			leaks = append(leaks, found)
		}
	}
	return leaks
}

// hanging is how many tasks of a class hang in a second, by chance or as they did when they were recorded, and without its retries.
func hanging(classes []workloads.Class, i int) float64 {
	share := classes[i].Failures.Hang.P
	if t, ok := classes[i].Arrivals.Process.(workloads.Trace); ok {
		share += t.Hanging()
	}
	if share == 0 {
		return 0
	}
	return rateOf(classes, i) * share
}
