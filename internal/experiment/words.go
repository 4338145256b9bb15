package experiment

import (
	"fmt"
	"strings"

	"example.com/simrun/internal/units"
)

// headline answers "does what we run today pass?" in one sentence.
func (e *engine) headline(r *Result, baseline string) string {
	base := &r.Strategies[e.sc.Baseline]
	targets := 0
	for i := range base.Classes {
		targets += len(base.Classes[i].SLO)
	}
	switch {
	case !allHold(r.Checks):
		return "No verdict: a check failed, so none of these figures should be trusted."
	case len(base.Breaches) > 0:
		s := fmt.Sprintf("No: what runs today (%s) runs %s without clearance", base.Name, describeBreaches(base))
		if missed := misses(base); len(missed) > 0 {
			s += ", and misses " + describe(&missed[0])
		}
		return s + "."
	case targets == 0:
		s := "No targets are set, so there is nothing to pass or fail"
		if stuck := stuck(base); stuck != "" {
			s = fmt.Sprintf("%s under what runs today (%s); no targets are set", stuck, base.Name)
		}
		if r.Verdict.Best != nil && len(r.Verdict.tied) == 0 {
			s += fmt.Sprintf("; %s has the least mean response", *r.Verdict.Best)
		}
		return s + "."
	case baseline == pass:
		s := e.despite(base) + fmt.Sprintf(" what runs today (%s) meets %s%s", base.Name, all(targets), livesWith(base))
		if h, ok := r.Verdict.Headroom[base.Name]; ok && h.Factor > 1 {
			s += ", and still would at " + h.Load()
		}
		return s + "."
	case baseline == marginal:
		return fmt.Sprintf("Undecided: what runs today (%s) meets %s, but %s.", base.Name, all(targets), e.whyMarginal(base))
	case baseline == undecided:
		return fmt.Sprintf("Undecided: whether what runs today (%s) meets %s cannot be told from %s%s.",
			base.Name, all(targets), units.Plural(base.Replications, "replication", "replications"), e.whyUndecided(r))
	}
	missed := misses(base)
	if len(missed) == 0 {
		return fmt.Sprintf("No: what runs today (%s) meets %s, but %s.", base.Name, all(targets), describeGrowth(base))
	}
	s := fmt.Sprintf("No: what runs today (%s) misses ", base.Name)
	if stuck := stuck(base); stuck != "" {
		s = fmt.Sprintf("No: %s under what runs today (%s), which misses ", stuck, base.Name)
	}
	if len(missed) == targets && targets > 1 {
		s += "every target; the worst is "
	} else if len(missed) > 1 {
		s += fmt.Sprintf("%d of %d targets; the worst is ", len(missed), targets)
	}
	return s + describe(&missed[0]) + "."
}

// muchStuck is the share of a class that never ends from which on it is the first thing to say.
const muchStuck = 0.05

// stuck says how much of which class never ended, of the one of which most did not; empty where little is left.
func stuck(s *Strategy) string {
	worst, name := muchStuck, ""
	for i := range s.Classes {
		c := &s.Classes[i]
		if left := c.Unstarted + c.Unfinished + c.Retrying - c.Cut; c.Published > c.Cut && left/(c.Published-c.Cut) > worst {
			worst, name = left/(c.Published-c.Cut), c.Name
		}
	}
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%s of %s never end", units.Share(worst), name)
}

// despite begins the sentence of a layout that meets its targets: "Yes:", unless it does so although tasks never end, slots are lost,
// workers would not recover from a burst, or die.
func (e *engine) despite(s *Strategy) string {
	if stuck := stuck(s); stuck != "" {
		return fmt.Sprintf("With care: %s, though", stuck)
	}
	if s.Leaky {
		return fmt.Sprintf("With care: %s, though", s.Leaks[0].often())
	}
	if len(s.Stalls) > 0 {
		return fmt.Sprintf("With care: %s, though", fallsBehind(&s.Stalls[0]))
	}
	lost := 0.0
	for i := range s.Workers {
		lost += s.Workers[i].lost
	}
	if lost > 0 {
		return fmt.Sprintf("With care: whole workers die, %s in each run on average, though", units.Number(lost))
	}
	return "Yes:"
}

// whyMarginal names the target that a layout meets by least.
func (e *engine) whyMarginal(s *Strategy) string {
	var class string
	var least *SLO
	for i := range s.Classes {
		for j := range s.Classes[i].SLO {
			if o := &s.Classes[i].SLO[j]; o.Verdict == marginal && (least == nil || o.Value.Value/o.Target > least.Value.Value/least.Target) {
				class, least = s.Classes[i].Name, o
			}
		}
	}
	return fmt.Sprintf("%s %s is %s, nearer to its target of %s than predictions of this kind were to reality (%s: %s)",
		class, least.Metric.Words(), least.Metric.Show(least.Value.Value), least.Metric.Show(least.Target), e.model.Preset, units.Share(e.model.P95))
}

// unseen names the targets that no task was there to meet or miss.
func unseen(s *Strategy) (of []string) {
	for i := range s.Classes {
		for j := range s.Classes[i].SLO {
			if o := &s.Classes[i].SLO[j]; o.unseen() {
				of = append(of, s.Classes[i].Name+" "+o.Metric.Words())
			}
		}
	}
	return of
}

// unseen says that nothing was there that could have met a target or missed it.
func (o *SLO) unseen() bool { return o.Verdict == undecided && o.Value == nil && o.Attained == nil }

// whyUndecided names the first target of the baseline that is open.
func (e *engine) whyUndecided(r *Result) string {
	for _, c := range r.Strategies[e.sc.Baseline].Classes {
		for _, o := range c.SLO {
			metric := o.Metric.Words()
			switch {
			case o.Verdict != undecided:
			case o.unseen():
				return fmt.Sprintf(": nothing was observed of %s %s", c.Name, metric)
			case o.Attained != nil && o.Attained.Low != nil && !(o.Value.Known() && o.Value.Low != nil):
				return fmt.Sprintf(": between %s and %s of %s meet the %s of %s", units.Share(*o.Attained.Low), units.Share(*o.Attained.High), c.Name, metric, o.Metric.Show(o.Target))
			case o.Value.Known() && o.Value.Low != nil:
				return fmt.Sprintf(": %s %s lies between %s and %s, its target is %s", c.Name, metric, o.Metric.Show(*o.Value.Low), o.Metric.Show(*o.Value.High), o.Metric.Show(o.Target))
			case o.Value.Known():
				return fmt.Sprintf(": %s %s is %s, its target %s", c.Name, metric, o.Metric.Show(o.Value.Value), o.Metric.Show(o.Target))
			}
		}
	}
	return ""
}

func all(targets int) string {
	if targets == 1 {
		return "its target"
	}
	return fmt.Sprintf("all %d targets", targets)
}

// describe says what is missed and by how much: notify wait p95: 3.2 s against a target of 200 ms.
func describe(m *miss) string {
	o := m.slo
	what := fmt.Sprintf("%s %s", m.class, o.Metric.Words())
	target := o.Metric.Show(o.Target)
	switch {
	case o.within > 0 && o.Attained != nil:
		return fmt.Sprintf("%s within %s in every %s: it held in %s of the runs", what, target, units.Duration(o.within.Seconds()), units.Share(o.Attained.Value))
	case o.by && o.Attained != nil:
		return fmt.Sprintf("%s: everything was done by then in %s of the runs", what, units.Share(o.Attained.Value))
	case o.Value == nil && o.Attained == nil:
		return fmt.Sprintf("%s (target %s): its queue grows without end", what, target)
	case o.over > 0 && o.Value.Known() && o.Value.Value > o.Target:
		return fmt.Sprintf("%s: %s at the most, against a target of %s, which %s went over", what, o.Metric.Show(o.Value.Value), target, units.Plural(o.over, "run", "runs"))
	case o.Value.Known() && o.Value.Value > o.Target:
		return fmt.Sprintf("%s: %s against a target of %s", what, o.Metric.Show(o.Value.Value), target)
	case o.Attained != nil:
		return fmt.Sprintf("%s (target %s): only %s of %s were within it", what, target, units.Share(o.Attained.Value), m.class)
	}
	return fmt.Sprintf("%s (target %s)", what, target)
}

// describeGrowth says which queues grow without end.
func describeGrowth(s *Strategy) string {
	parts := make([]string, len(s.Unstable))
	for i, u := range s.Unstable {
		parts[i] = fmt.Sprintf("the queue %s grows without end: %s", u.Queue, u.Short())
	}
	return strings.Join(parts, "; ")
}

// reasons says of every layout why it passes or not.
func (e *engine) reasons(r *Result, states []string) []string {
	var said []string
	for l := range r.Strategies {
		s := &r.Strategies[l]
		if len(s.Breaches) > 0 && l != e.sc.Baseline { // of the baseline the headline says so
			said = append(said, fmt.Sprintf("%s runs %s without clearance.", s.Name, describeBreaches(s)))
		}
		switch missed := misses(s); {
		case len(missed) == 0 && len(s.Breaches) > 0:
		case len(missed) == 0 && states[l] == fail:
			said = append(said, fmt.Sprintf("%s does not pass: %s.", s.Name, describeGrowth(s)))
		case states[l] == fail:
			said = append(said, fmt.Sprintf("%s misses %s.", s.Name, describe(&missed[0])))
		case states[l] == marginal && l == e.sc.Baseline: // the headline says so
		case states[l] == marginal:
			said = append(said, fmt.Sprintf("%s is marginal: %s.", s.Name, e.whyMarginal(s)))
		case states[l] == undecided:
			if of := unseen(s); of != nil {
				said = append(said, fmt.Sprintf("%s cannot be judged: nothing was observed of %s.", s.Name, units.And(of)))
			} else {
				said = append(said, fmt.Sprintf("%s is too close to a target to tell.", s.Name))
			}
		default:
			if h, ok := r.Verdict.Headroom[s.Name]; ok {
				said = append(said, fmt.Sprintf("%s %s.", s.Name, h.Sentence()))
			}
		}
		if s.Leaky {
			for i := range s.Leaks {
				said = append(said, fmt.Sprintf("%s does not last: %s.", s.Name, s.Leaks[i].Sentence()))
			}
		}
		if states[l] == pass || states[l] == marginal {
			said = append(said, againAndAgain(s)...)
		}
		if len(s.WhatIf) > 0 && l != e.sc.Baseline && !e.sc.Run.AllowWhatIf {
			said = append(said, fmt.Sprintf("%s is a what-if and not recommended: %s.", s.Name, strings.Join(s.WhatIf, "; ")))
		}
	}
	return append(said, e.budgets(r)...)
}

// budgets says which layouts have more or fewer slots than the baseline.
func (e *engine) budgets(r *Result) []string {
	base := &r.Strategies[e.sc.Baseline]
	var others []string
	for l := range r.Strategies {
		if s := &r.Strategies[l]; s.Slots != base.Slots {
			others = append(others, fmt.Sprintf("%s has %s%d", s.Name, upTo(s), s.Slots))
		}
	}
	if len(others) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("The budgets differ: %s has %s%s, %s.", base.Name, upTo(base), units.Plural(base.Slots, "slot", "slots"), strings.Join(others, ", "))}
}

// upTo stands before the slots of a layout whose replicas follow the load.
func upTo(s *Strategy) string {
	for i := range s.Workers {
		if s.Workers[i].Fleet != nil {
			return "up to "
		}
	}
	return ""
}

// Ran says how many replications there were, of each strategy: "20 replications", or "20 to 240 replications".
func (r *Result) Ran() string {
	most := units.Plural(r.Run.Replications, "replication", "replications")
	least := r.Run.Replications
	for i := range r.Strategies {
		least = min(least, r.Strategies[i].Replications)
	}
	if least == r.Run.Replications {
		return most
	}
	return fmt.Sprintf("%d to %s", least, most)
}
