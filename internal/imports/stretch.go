package imports

import (
	"math"
	"slices"

	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/units"
)

// mostReplayed is how many tasks of a log are simulated one by one: more take minutes and memory, and say nothing else.
const mostReplayed = 100_000

// stretch is the part of a log that is simulated task by task: all of a short one; of a long one so many tasks in a row, the
// busiest of those that begin while nearly nothing waits or runs. Its times are from its own start.
type stretch struct {
	*logs.Log
	whole *logs.Log
	first int // of the whole log
}

func stretchOf(l *logs.Log, most int) *stretch {
	if len(l.Tasks) <= most {
		return &stretch{Log: l, whole: l}
	}
	s := &stretch{Log: &logs.Log{Name: l.Name, Release: l.Release, Measured: l.Measured, Unsent: l.Unsent, Lossy: l.Lossy, Discarded: l.Discarded}, whole: l, first: calmest(l, most)}
	start := l.Tasks[s.first].Arrived
	for _, t := range l.Tasks[s.first : s.first+most] {
		t.Arrived -= start
		t.Received -= start
		t.Attempts = slices.Clone(t.Attempts)
		s.Span = max(s.Span, t.Arrived)
		for k := range t.Attempts {
			a := &t.Attempts[k]
			a.Started -= start
			a.Ended -= start
			if a.Ended > s.Span {
				s.Span = a.Ended
			}
		}
		s.Tasks = append(s.Tasks, t)
	}
	return s
}

// cut says whether it is a part only.
func (s *stretch) cut() bool { return s.Log != s.whole }

// giveBack tells the whole log what the tasks of the stretch asked for.
func (s *stretch) giveBack() {
	if !s.cut() {
		return
	}
	for i := range s.Tasks {
		for k := range s.Tasks[i].Attempts {
			s.whole.Tasks[s.first+i].Attempts[k].Asked = s.Tasks[i].Attempts[k].Asked
		}
	}
}

// words say which part it is.
func (s *stretch) words() string {
	return units.Count(float64(len(s.whole.Tasks))) + " tasks are too many to simulate one by one: the check, --replay and what tasks ask for take " +
		units.Count(float64(len(s.Tasks))) + " in a row, from " + units.Duration(s.whole.Tasks[s.first].Arrived) + " after the start, the busiest that begin with little in the system; rates and failures are those of the whole log"
}

// calmest is the first of the tasks of a stretch.
func calmest(l *logs.Log, most int) int {
	var ends []float64
	for i := range l.Tasks {
		if end := l.Tasks[i].Ended(); !math.IsNaN(end) {
			ends = append(ends, end)
		}
	}
	slices.Sort(ends)
	inside := make([]int, len(l.Tasks)-most+1) // tasks that came before and had not ended, or never do
	over := 0
	for i := range inside {
		for over < len(ends) && ends[over] <= l.Tasks[i].Arrived {
			over++
		}
		inside[i] = i - over
	}
	sorted := slices.Sorted(slices.Values(inside))
	calm := sorted[len(sorted)/20]
	best, shortest := 0, math.Inf(1)
	for i, n := range inside {
		if span := l.Tasks[i+most-1].Arrived - l.Tasks[i].Arrived; n <= calm && span < shortest {
			best, shortest = i, span
		}
	}
	return best
}
