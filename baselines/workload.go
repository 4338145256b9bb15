package baselines

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Class is a kind of task.
type Class int

// Classes. People wait for short tasks; nobody waits for long ones.
const (
	Short Class = iota
	Long
	classes
)

// Task is one task of a workload.
type Task struct {
	Due   time.Duration // from the start
	Class Class
	Sleep time.Duration // what its body does
	Hangs bool          // instead of that, its body never ends by itself
}

// Workload is a list of tasks by due.
type Workload struct {
	Tasks []Task
	Limit time.Duration // after which a task should be given up; 0 = none. Few can do it.
}

// span is how long tasks arrive.
const span = 2 * time.Second

// poisson adds tasks of one class, with exponential gaps and sleeps.
func (w *Workload) poisson(r *rand.Rand, c Class, perSecond float64, mean time.Duration) {
	for at := 0.0; ; {
		at += r.ExpFloat64() / perSecond
		due := time.Duration(at * float64(time.Second))
		if due >= span {
			break
		}
		w.Tasks = append(w.Tasks, Task{due, c, time.Duration(r.ExpFloat64() * float64(mean)), false})
	}
	slices.SortStableFunc(w.Tasks, func(a, b Task) int { return int(a.Due - b.Due) })
}

// Mixed are short tasks that share slots with long ones: of 8 slots they keep 5 busy on average.
func Mixed(seed uint64) Workload {
	r := rand.New(rand.NewPCG(seed, 1))
	var w Workload
	w.poisson(r, Short, 100, 5*time.Millisecond)
	w.poisson(r, Long, 18, 250*time.Millisecond)
	return w
}

// Hanging are short tasks beside long ones of which 1 in 5 hangs, some 10 in all, with a limit of a second.
func Hanging(seed uint64) Workload {
	r := rand.New(rand.NewPCG(seed, 2))
	w := Workload{Limit: time.Second}
	w.poisson(r, Short, 100, 5*time.Millisecond)
	w.poisson(r, Long, 25, 20*time.Millisecond)
	long := 0
	for i := range w.Tasks {
		if t := &w.Tasks[i]; t.Class == Long {
			long++
			t.Hangs = long%5 == 0
		}
	}
	return w
}

// Burst are n tasks that do nothing, all due at once.
func Burst(n int) Workload { return Workload{Tasks: make([]Task, n)} }
