package experiment

import (
	"fmt"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/sim"
)

// Killed is what the kernel took from the tasks of a class for want of memory, mean per replication.
type Killed struct {
	Attempts float64 `json:"attempts"` // running when their process was killed
	Lost     float64 `json:"lost"`     // tasks acked before: nobody has them any more
	Again    float64 `json:"again"`    // messages that went back to the broker, those not yet started among them
	Wasted   float64 `json:"wasted"`   // seconds that the attempts had run
}

// MemoryCourse is what workers and machines held over the observed window of one replication: in each step the most of
// any instance, in bytes.
type MemoryCourse struct {
	Step              des.Time
	Workers, Machines []MemoryLine
}

// MemoryLine is the course of one worker or of one kind of machine.
type MemoryLine struct {
	Name  string
	Limit float64 // bytes; 0 = none
	Most  []float64
}

// memorySample is what one replication says of memory and disks.
type memorySample struct {
	kept    bool      // of memory
	workers []float64 // bytes at most
	nodes   []float64
	killed  []float64
	disks   []float64 // of each node: mean requests being worked on
}

func newMemorySample(r *sim.Result) (s memorySample) {
	for i := range r.Nodes {
		s.disks = append(s.disks, r.Nodes[i].Disk)
	}
	if r.Memory == nil {
		return s
	}
	s.kept = true
	for i := range r.Memory.Workers {
		s.workers = append(s.workers, float64(r.Memory.Workers[i].Most))
		s.killed = append(s.killed, float64(r.Workers[i].Killed))
	}
	for i := range r.Memory.Nodes {
		s.nodes = append(s.nodes, float64(r.Memory.Nodes[i].Most))
	}
	return s
}

// remembers says whether memory was accounted for in layout l.
func (e *engine) remembers(l int) bool { return e.samples[l][0].memory.kept }

// memoryOf fills in what a worker held, the most of any of its replicas, and how often the kernel killed.
func (e *engine) memoryOf(l int, members []int, w *Worker) {
	if !e.remembers(l) {
		return
	}
	most := e.largest(l, func(s *sample) float64 {
		x := 0.0
		for _, i := range members {
			x = max(x, s.memory.workers[i])
		}
		return x
	})
	killed := e.over(l, func(s *sample) float64 {
		n := 0.0
		for _, i := range members {
			n += s.memory.killed[i]
		}
		return n
	})
	w.MemoryMax, w.Killed = &most, &killed.Value
	if limit := e.sc.Layouts[l].Container(members[0]).Memory; limit > 0 {
		w.MemoryLimit = new(float64(limit))
	}
}

// resources fills in what a kind of machine held, the most of any of its nodes, and how busy its disks were
// as long as they were there.
func (e *engine) resources(l, kind int, m *Machine) {
	nodes := e.sc.Layouts[l].Nodes
	if n := e.sc.Machines[kind].Disk; n > 0 {
		m.DiskUtilization = e.over(l, func(s *sample) float64 {
			sum, there := 0.0, 0.0
			for i, k := range nodes {
				if k == kind {
					sum += s.memory.disks[i]
					there += s.paid[i]
				}
			}
			return sum / (there * float64(n))
		})
	}
	if !e.remembers(l) {
		return
	}
	most := e.largest(l, func(s *sample) float64 {
		x := 0.0
		for i, k := range nodes {
			if k == kind {
				x = max(x, s.memory.nodes[i])
			}
		}
		return x
	})
	m.MemoryMax = &most
	if limit := e.sc.Machines[kind].Memory; limit > 0 {
		m.MemoryLimit = new(float64(limit))
	}
}

// killed is what memory took from a class, or with the last from all tasks; nil where there was no limit to exceed.
func (e *engine) killed(l, c int) *Killed {
	if !e.remembers(l) {
		return nil
	}
	k := &e.pools[l].classes[c].Killed
	n := float64(len(e.samples[l]))
	return &Killed{float64(k.Attempts) / n, float64(k.Lost) / n, float64(k.Again) / n, k.Wasted.Seconds() / n}
}

// memoryCourse is that of the first replication of layout l; nil where memory was not accounted for.
func (e *engine) memoryCourse(l int) *MemoryCourse {
	m := e.footprints[l]
	if m == nil {
		return nil
	}
	layout := &e.sc.Layouts[l]
	c := &MemoryCourse{Step: (e.horizon + steps - 1) / steps}
	for g, name := range layout.Groups {
		line := MemoryLine{Name: name}
		for i := range layout.Workers {
			if layout.Group[i] == g {
				line.add(&m.Workers[i])
			}
		}
		c.Workers = append(c.Workers, line)
	}
	for kind := range e.sc.Machines {
		line := MemoryLine{Name: e.sc.Machines[kind].Name}
		for i, k := range layout.Nodes {
			if k == kind {
				line.add(&m.Nodes[i])
			}
		}
		if line.Most != nil {
			c.Machines = append(c.Machines, line)
		}
	}
	return c
}

func (l *MemoryLine) add(f *sim.Footprint) {
	l.Limit = float64(f.Limit)
	if l.Most == nil {
		l.Most = make([]float64, len(f.Course))
	}
	for i, bytes := range f.Course {
		l.Most[i] = max(l.Most[i], float64(bytes))
	}
}

// tooOften is how many kills there may be for each task until they are worth a word: one for ten.
const tooOften = 0.1

// againAndAgain warns of a layout that loses nothing because it runs again what the kernel killed.
func againAndAgain(s *Strategy) []string {
	var said []string
	for i := range s.Classes {
		c := &s.Classes[i]
		if k := c.Killed; k != nil && k.Again > k.Lost && k.Attempts > tooOften*c.Published {
			said = append(said, fmt.Sprintf("%s runs tasks again that the kernel killed: %s kills for %s tasks of %s.", s.Name, units.Count(k.Attempts), units.Count(c.Published), c.Name))
		}
	}
	return said
}
