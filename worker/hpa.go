package worker

import (
	"math"
	"slices"

	"example.com/simrun/des"
)

// Rules bound how an HPA changes the number of replicas in one direction (autoscaling/v2, HPAScalingRules).
type Rules struct {
	Window   des.Time // in which its looks must agree
	Select   Select
	Policies []Rate
}

// Rate is how much may change within a time: replicas, or percent of those at its beginning.
type Rate struct {
	Percent bool
	Value   int
	Per     des.Time
}

// Select says which of several rates holds.
type Select uint8

// Selections: the rate that allows the most, the least, or no change at all.
const (
	Most Select = iota
	Least
	Disabled
)

// change is a step that the HPA has made. Those of KEDA are not the HPA's, and count in no rate.
type change struct {
	at des.Time
	by int
}

// reconcile is one look of the HPA (horizontal.go, reconcileAutoscaler): what the metric asks for, then the safest within
// the windows, then what the rates allow.
func (s *System) reconcile(f *fleet) {
	if len(f.advice) == 0 { // horizontal.go, recordInitialRecommendation
		f.advice = append(f.advice, wish{s.now, f.asked})
	}
	if f.asked == 0 {
		return // with no replica the HPA rests: the step from 0 is KEDA's
	}
	want, known := s.desired(f)
	if !known {
		return
	}
	to := f.rated(f.stabilised(want, s.now), s.now)
	if to != f.asked {
		f.changes = append(f.changes, change{s.now, to - f.asked})
		f.asked = to
	}
}

// desired is the largest number of replicas that a metric asks for. Where one is missing nothing is removed (horizontal.go,
// computeReplicasForMetrics; kubernetes.io, Horizontal Pod Autoscaling, Algorithm details).
func (s *System) desired(f *fleet) (want int, known bool) {
	missing := false
	for i := range f.follows {
		n, there := s.proposed(f, &f.follows[i])
		switch {
		case !there:
			missing = true
		case !known || n > want:
			want, known = n, true
		}
	}
	return want, known && !(missing && want < f.asked)
}

// proposed is the number of replicas that one metric asks for, if it is there.
func (s *System) proposed(f *fleet, t *Trigger) (int, bool) {
	if !t.Share {
		// An external metric with a target of AverageValue (replica_calculator.go, GetExternalPerPodMetricReplicas).
		metric, _ := s.measured(f, t)
		replicas := metric / t.Target
		if near(replicas / float64(f.asked)) {
			return f.asked, true
		}
		return ceil(replicas), true
	}
	slots := float64(f.up) * float64(s.workers[f.cfg.Workers[0]].cfg.Concurrency)
	held, elapsed := s.heldSince(f), (s.now - f.looked).Seconds()
	f.looked = s.now
	if slots == 0 || elapsed <= 0 {
		return 0, false // no pod that is ready has a metric
	}
	return balanced(held/(slots*elapsed)/t.Target, f.up, f.asked), true
}

// balanced is the number of replicas that brings a metric to its target: ratio times those that are ready. Pods that are
// not ready count as idle when more are wanted, and as absent when fewer are (replica_calculator.go,
// calcPlainMetricReplicas).
func balanced(ratio float64, ready, current int) int {
	want := ceil(ratio * float64(ready))
	if current > ready && ratio > 1 {
		if ratio *= float64(ready) / float64(current); ratio < 1 || want < current {
			return current
		}
	}
	if near(ratio) {
		return current
	}
	return want
}

// stabilised takes the safest of what the looks within the windows wanted, this one among them: to grow the least, to
// shrink the most.
func (f *fleet) stabilised(want int, now des.Time) int {
	up, down := want, want
	for _, w := range f.advice {
		if w.at > now-f.cfg.Up.Window {
			up = min(up, w.replicas)
		}
		if w.at > now-f.cfg.Down.Window {
			down = max(down, w.replicas)
		}
	}
	f.advice = slices.DeleteFunc(f.advice, func(w wish) bool { return w.at <= now-max(f.cfg.Up.Window, f.cfg.Down.Window) })
	f.advice = append(f.advice, wish{now, want})
	return min(max(f.asked, up), down)
}

// rated is what the rates let it become, and its bounds: at least one, since the step to 0 is KEDA's.
func (f *fleet) rated(want int, now des.Time) int {
	f.forget(now)
	switch {
	case want > f.asked:
		return min(want, len(f.cfg.Workers), max(f.asked, f.reach(&f.cfg.Up, 1, now)))
	case want < f.asked:
		return max(want, f.cfg.Min, 1, min(f.asked, f.reach(&f.cfg.Down, -1, now)))
	}
	return max(want, f.cfg.Min)
}

// reach is how far the rates of one direction let it go: from what there was at the beginning of the time of each.
func (f *fleet) reach(r *Rules, direction int, now des.Time) int {
	if r.Select == Disabled {
		return f.asked
	}
	reach := f.asked
	for i, p := range r.Policies {
		start := f.asked
		for _, c := range f.changes {
			if c.at > now-p.Per {
				start -= c.by
			}
		}
		to := start + direction*p.Value
		if p.Percent {
			to = percent(start, direction*p.Value)
		}
		if i == 0 || (r.Select == Most) == (direction*to > direction*reach) {
			reach = to
		}
	}
	return reach
}

// percent is a number of replicas changed by so many percent, rounded away from it, so that any rate allows a step
// (horizontal.go, calculateScaleUpLimitWithScalingRules).
func percent(start, by int) int {
	x := float64(start) * (1 + float64(by)/100)
	if by > 0 {
		return int(math.Ceil(x))
	}
	return int(x)
}

// forget drops changes that are within no rate any more.
func (f *fleet) forget(now des.Time) {
	var longest des.Time
	for _, r := range []*Rules{&f.cfg.Up, &f.cfg.Down} {
		for _, p := range r.Policies {
			longest = max(longest, p.Per)
		}
	}
	old := 0
	for old < len(f.changes) && f.changes[old].at <= now-longest {
		old++
	}
	f.changes = f.changes[:copy(f.changes, f.changes[old:])]
}
