package worker

import (
	"math"
	"slices"

	"example.com/simrun/des"
)

// tolerance is how far a figure may be off its target without a change: the default of Kubernetes'
// HorizontalPodAutoscaler (--horizontal-pod-autoscaler-tolerance).
const tolerance = 0.1

// firstLook says when a fleet is looked at first.
func (s *System) firstLook(i int32) {
	f := &s.fleets[i]
	at := func(period des.Time) des.Time {
		if f.cfg.First > 0 {
			return f.cfg.First
		}
		return des.Time(s.boots.Float64() * float64(period))
	}
	switch {
	case f.cfg.Poll == 0:
		s.prompt = append(s.prompt, i)
		return
	case f.cfg.Policy == KEDA:
		f.poll, f.sync = at(f.cfg.Poll), at(f.cfg.Sync)
	case f.cfg.Policy == HPA:
		f.poll, f.sync = des.Never, at(f.cfg.Poll)
	default:
		f.poll, f.sync = at(f.cfg.Poll), des.Never
	}
	s.inspectAt(i, min(f.poll, f.sync))
}

// inspectAt has a fleet looked at, unless it will be before.
func (s *System) inspectAt(i int32, at des.Time) {
	if f := &s.fleets[i]; at < f.next {
		f.next = at
		s.host.Schedule(des.Event{At: at, Kind: kindPoll, Arg: i})
	}
}

// inspect looks at a fleet: replicas that are missing are started at once, those that are too many go when no look
// within the cooldown has wanted them (HorizontalPodAutoscaler: stabilizationWindowSeconds).
func (s *System) inspect(i int32) {
	f := &s.fleets[i]
	if f.next != s.now {
		return // it has been looked at meanwhile
	}
	f.next = des.Never
	if f.cfg.Policy == KEDA || f.cfg.Policy == HPA {
		s.control(i)
		return
	}
	if f.cfg.Poll > 0 {
		s.inspectAt(i, s.now+f.cfg.Poll)
	}
	want := min(max(s.recommended(f), f.cfg.Min), len(f.cfg.Workers))
	f.looked = s.now
	most := f.remember(s.now, want)
	if f.cfg.Poll == 0 && most > want { // nothing needs to change until the cooldown is over
		s.inspectAt(i, f.wanted[0].at+f.cfg.Cooldown+1)
	}
	have := f.up + f.coming
	s.hire(i, want-have)
	for range have - most {
		s.dismiss(i)
	}
}

// hire starts so many replicas more, as far as there are any, there is room for them, and the limit lets them.
func (s *System) hire(i int32, n int) {
	f := &s.fleets[i]
	for range n {
		if at := f.allowed(s.now); at > s.now {
			if f.cfg.Poll == 0 { // else the next look tries again
				s.inspectAt(i, at)
			}
			return
		}
		if !s.order(i) {
			return
		}
		if f.cfg.Limit.Replicas > 0 {
			f.orders = append(f.orders, s.now)
		}
	}
}

// allowed is when the limit lets the next replica be ordered.
func (f *fleet) allowed(now des.Time) des.Time {
	limit := &f.cfg.Limit
	old := 0
	for old < len(f.orders) && f.orders[old] <= now-limit.Per {
		old++
	}
	f.orders = f.orders[:copy(f.orders, f.orders[old:])]
	if limit.Replicas == 0 || len(f.orders) < limit.Replicas {
		return now
	}
	return f.orders[0] + limit.Per
}

// remember notes what a look wanted, and returns the most that any within the cooldown did. Who looks after every change
// has wanted what the look before did until this instant.
func (f *fleet) remember(now des.Time, want int) int {
	n := len(f.wanted)
	if n > 0 && f.cfg.Poll == 0 {
		f.wanted[n-1].at = now - 1
	}
	for n > 0 && f.wanted[n-1].replicas <= want {
		n--
	}
	f.wanted = append(f.wanted[:n], wish{now, want})
	old := 0
	for f.wanted[old].at < now-f.cfg.Cooldown {
		old++
	}
	if old > 0 {
		f.wanted = f.wanted[:copy(f.wanted, f.wanted[old:])]
	}
	return f.wanted[0].replicas
}

// recommended is the number of replicas that the policy wants now, whatever their bounds.
func (s *System) recommended(f *fleet) int {
	switch f.cfg.Policy {
	case QueueLength:
		// KEDA and an external metric with a target of averageValue: ceil(metric / target).
		return ceil(float64(s.backlog(f, &f.follows[0])) / f.cfg.Target)
	case Utilization:
		return f.proportional(s.utilization(f) / f.cfg.Target)
	case Latency:
		age := s.oldest(f).Seconds()
		if f.up+f.coming == 0 && age > 0 {
			return 1
		}
		return f.proportional(age / f.cfg.Target)
	case Schedule:
		return s.planned(f)
	}
	return 0
}

// proportional is ceil(current x ratio), and what there is while the ratio is near 1 (HorizontalPodAutoscaler). A
// replica that boots counts as idle.
func (f *fleet) proportional(ratio float64) int {
	have := f.up + f.coming
	if near(ratio) {
		return have
	}
	return ceil(float64(have) * ratio)
}

// near says that a ratio is no reason for a change. Its bounds are among those (replica_calculator.go, isWithin).
func near(ratio float64) bool { return 1-tolerance <= ratio && ratio <= 1+tolerance }

func ceil(x float64) int {
	return int(math.Ceil(min(x, 1e9) - 1e-9)) // 0.7 x 10 / 0.7 is 10
}

// queuesOf are the queues that a trigger asks.
func (s *System) queuesOf(f *fleet, t *Trigger) func(func(*queue) bool) {
	return func(yield func(*queue) bool) {
		for i, q := range s.workers[f.cfg.Workers[0]].cfg.Queues {
			if (t.Queues == nil || slices.Contains(t.Queues, i)) && !yield(&s.queues[q]) {
				return
			}
		}
	}
}

// backlog is the number of messages in the broker of which a trigger asks and, if asked for, of those that the replicas
// hold unacked. What runs with an early ack is in neither.
func (s *System) backlog(f *fleet, t *Trigger) int {
	n := 0
	for q := range s.queuesOf(f, t) {
		n += q.n
	}
	if t.Unacked {
		for _, w := range f.cfg.Workers {
			n += s.workers[w].unacked
		}
	}
	return n
}

// utilization is the share of the slots of all replicas that was held since the last look, those that boot among them.
func (s *System) utilization(f *fleet) float64 {
	held := s.heldSince(f)
	slots := float64(f.up+f.coming) * float64(s.workers[f.cfg.Workers[0]].cfg.Concurrency)
	elapsed := (s.now - f.looked).Seconds()
	if slots == 0 || elapsed <= 0 {
		return 0
	}
	return held / (slots * elapsed)
}

// heldSince is for how many slot-seconds replicas that are there held slots since it was last asked.
func (s *System) heldSince(f *fleet) float64 {
	held := 0.0
	for _, i := range f.cfg.Workers {
		w := &s.workers[i]
		total := w.busy.Integral(s.now)
		if w.replica.state == present {
			held += total - w.replica.counted
		}
		w.replica.counted = total
	}
	return held
}

// oldest is how long the oldest message that the fleet takes has been in the broker.
func (s *System) oldest(f *fleet) des.Time {
	first := s.now
	for _, q := range s.workers[f.cfg.Workers[0]].cfg.Queues {
		for l := range s.queues[q].levels {
			if head := s.queues[q].levels[l].head; head != none {
				first = min(first, s.tasks.at(head).published)
			}
		}
	}
	return s.now - first
}

// planned is the number of replicas that the plan has now.
func (s *System) planned(f *fleet) int {
	var cycle des.Time
	for _, p := range f.cfg.Plan {
		cycle += p.For
	}
	at := (s.origin + s.now) % cycle
	if at < 0 {
		at += cycle
	}
	for _, p := range f.cfg.Plan {
		if at < p.For {
			return p.Replicas
		}
		at -= p.For
	}
	return 0
}

func (s *System) inspectPrompt() {
	for _, f := range s.prompt {
		s.inspectAt(f, s.now)
	}
}

// changed has the fleets that do not wait for a time looked at after a change.
func (s *System) changed() {
	if s.prompt != nil {
		s.inspectPrompt()
	}
}
