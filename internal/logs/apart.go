package logs

import (
	"math"
	"slices"

	"example.com/simrun/scenarios"
)

// tellApart makes attempts of tasks that started more than once, of which the table has the first start and the last end
// only. Where what is left between them, less the usual run time for each attempt, is about as long for all tasks of a
// class, it is the countdown of a retry. It returns how many tasks it leaves as they are: their process may have died.
func (l *Log) tellApart(rows []scenarios.ObservedTask) (left int) {
	byClass := map[string][]int{} // rows that started more than once
	usual := map[string][]float64{}
	var names []string
	for i := range rows {
		r := &rows[i]
		switch {
		case math.IsNaN(r.Started) || math.IsNaN(r.Ended):
		case r.Attempts == 1 && r.Outcome == OK:
			usual[r.Class] = append(usual[r.Class], r.Ended-r.Started)
		case r.Attempts > 1 && (r.Outcome == OK || r.Outcome == "failed"):
			if byClass[r.Class] == nil {
				names = append(names, r.Class)
			}
			byClass[r.Class] = append(byClass[r.Class], i)
		case r.Attempts > 1:
			left++
		}
	}
	for _, name := range names {
		if len(usual[name]) == 0 || !l.retriesOf(rows, byClass[name], median(usual[name])) {
			left += len(byClass[name])
		}
	}
	return left
}

// retriesOf finds the countdowns of a class whose attempts run for so long, the first one first, and makes its attempts. It
// says whether there are any.
func (l *Log) retriesOf(rows []scenarios.ObservedTask, of []int, run float64) bool {
	var delays []float64
	for n := 2; ; n++ {
		var found []float64
		more := false
		for _, i := range of {
			more = more || rows[i].Attempts > n
			if rows[i].Attempts == n {
				rest := rows[i].Ended - rows[i].Started - float64(n)*run
				for _, d := range delays {
					rest -= d
				}
				found = append(found, rest)
			}
		}
		switch {
		case len(found) > 0:
			slices.Sort(found)
			delay := found[len(found)/2]
			if n == 2 && !(delay > 0 && found[len(found)/4] > delay/2 && found[len(found)*3/4] < 1.5*delay) {
				return false
			}
			delays = append(delays, max(0, delay))
		case n == 2:
			return false
		case more:
			delays = append(delays, delays[len(delays)-1])
		}
		if !more {
			break
		}
	}
	for _, i := range of {
		l.Tasks[i].Attempts = attemptsOf(&rows[i], delays, run)
	}
	return true
}

// attemptsOf are the attempts of one task, each but the last as long as usual.
func attemptsOf(r *scenarios.ObservedTask, delays []float64, run float64) (all []Attempt) {
	at := r.Started
	for k := range r.Attempts {
		a := Attempt{Worker: r.Worker, Started: at, Ended: at + run, Runtime: run, CPU: r.CPU / float64(r.Attempts)}
		if k == r.Attempts-1 {
			a.Started, a.Ended = min(at, r.Ended), r.Ended
			a.Runtime = a.Ended - a.Started
		} else {
			at += run + delays[k]
		}
		all = append(all, a)
	}
	return all
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
