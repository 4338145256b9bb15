package fidelity

import (
	"math"
	"slices"
)

// task is what is compared of one task, predicted or observed, in seconds from the start; NaN = did not happen.
type task struct {
	id, class           string
	outcome             string
	due, started, ended float64
	attempts            int
}

// sample is one run, predicted or observed.
type sample struct {
	waits, responses map[string][]float64      // by class, sorted; responses of tasks that ended ok
	done             map[string]int            // by class: ended ok while tasks were published
	outcomes         map[string]map[string]int // by class and outcome
	repeated         map[string]int            // by class: started more than once
	tasks            []task
}

func newSample(tasks []task, duration float64) *sample {
	s := &sample{
		waits: map[string][]float64{}, responses: map[string][]float64{}, done: map[string]int{},
		outcomes: map[string]map[string]int{}, repeated: map[string]int{}, tasks: tasks,
	}
	for i := range tasks {
		t := &tasks[i]
		if !math.IsNaN(t.started) {
			s.waits[t.class] = append(s.waits[t.class], t.started-t.due)
		}
		if t.outcome == ok {
			s.responses[t.class] = append(s.responses[t.class], t.ended-t.due)
			if t.ended <= duration {
				s.done[t.class]++
			}
		}
		if s.outcomes[t.class] == nil {
			s.outcomes[t.class] = map[string]int{}
		}
		s.outcomes[t.class][t.outcome]++
		if t.attempts > 1 {
			s.repeated[t.class]++
		}
	}
	for _, m := range []map[string][]float64{s.waits, s.responses} {
		for class := range m {
			slices.Sort(m[class])
		}
	}
	return s
}

// ok is the outcome of a task that succeeded.
const ok = "ok"

// count is the number of tasks of a class with an outcome; [Repeated] counts those that started more than once.
func (s *sample) count(class, outcome string) float64 {
	if outcome == Repeated {
		return float64(s.repeated[class])
	}
	return float64(s.outcomes[class][outcome])
}

// statistic is one statistic of sorted values, quantiles by linear interpolation between order statistics (numpy's
// default, type 7 of Hyndman and Fan); NaN of none.
func statistic(stat string, sorted []float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	p, quantile := quantiles[stat]
	if !quantile {
		sum := 0.0
		for _, x := range sorted {
			sum += x
		}
		return sum / float64(len(sorted))
	}
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((h-float64(i))*(sorted[i+1]-sorted[i]))
}

var quantiles = map[string]float64{"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
