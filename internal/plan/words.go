package plan

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
)

// say writes the answer in sentences: what to run, for how much, what one slot less does, how sure that is, and the simplest
// layout that passes where it is another.
func (p *planner) say(r *Result, fits []*fit) error {
	if len(fits) == 0 {
		r.Headline = "No layout was found that is shown to meet every target."
		r.Said = slices.Concat(p.likelyInWords(fits), p.notes, r.Searched.words(), p.warned(), p.bounded())
		return nil
	}
	best := fits[0]
	r.Headline = fmt.Sprintf("Run %s with %s (%s)%s%s: it meets every target%s.", best.name, units.Plural(best.layout.Slots(), "slot", "slots"),
		Sizes(r.Answer.Workers), OnMachines(r.Answer.Machines), p.perMonth(best), best.judged.With)
	slowed, compared, err := p.slowed(best)
	if err != nil {
		return err
	}
	r.Said = append(r.Said, p.lessInWords(best))
	if compared {
		r.Said = append(r.Said, pays(slowed))
	}
	shown := fmt.Sprintf("Shown with %s confidence, on %s of tasks that the search had not seen", units.Share(r.Answer.Confidence), units.Plural(best.judged.Replications, "replication", "replications"))
	if best.judged.Exact {
		shown = "Shown on the tasks as they were recorded, where nothing is random"
	}
	r.Said = append(r.Said, fmt.Sprintf("%s; %s against %s today.", shown, units.Plural(best.layout.Slots(), "slot", "slots"), units.Plural(p.today.Slots(), "slot", "slots")))
	simplest := slices.MinFunc(fits, func(a, b *fit) int { return a.changes - b.changes })
	if simplest != best && simplest.changes < best.changes {
		r.Said = append(r.Said, fmt.Sprintf("The smallest change that passes is %s with %s%s%s%s.", simplest.name,
			units.Plural(simplest.layout.Slots(), "slot", "slots"), OnMachines(simplest.machines), p.perMonth(simplest), simplest.judged.With))
	}
	if p.bounds.Minimise == byCost && p.objective(fits) != byCost {
		r.Said = append(r.Said, "Not every layout that passes has a price, so the answer has the fewest slots and not the least cost.")
	}
	r.Said = slices.Concat(r.Said, p.likelyInWords(fits), p.notes, r.Searched.words(), p.warned(), p.bounded())
	return nil
}

// bounded says that more events may have told more.
func (p *planner) bounded() []string {
	if !p.short {
		return nil
	}
	return []string{"The plan ended at its bound of simulated events: what is open may be decided by a run, and there may be better layouts."}
}

// likelyInWords names what there were too few events to show: the best, where nothing is shown to pass, and the layouts of the file.
func (p *planner) likelyInWords(fits []*fit) (said []string) {
	for i, f := range p.likely {
		if f.written || i == 0 && len(fits) == 0 {
			said = append(said, fmt.Sprintf("Likely to meet every target is %s with %s (%s)%s%s: too few events were left to show it.", f.name,
				units.Plural(f.layout.Slots(), "slot", "slots"), Sizes(p.workers(f.layout)), OnMachines(f.machines), p.perMonth(f)))
		}
	}
	return said
}

// warned says that the file has warnings, which a plan does not repeat.
func (p *planner) warned() []string {
	if n := len(p.sc.Warnings); n > 0 {
		return []string{fmt.Sprintf("The file has %s: simrun check has the details.", units.Plural(n, "warning", "warnings"))}
	}
	return nil
}

// pays says who ends later than today: those without a target first, as nothing bounds how much.
func pays(slowed []slowdown) string {
	const most = 3
	slices.SortStableFunc(slowed, func(a, b slowdown) int {
		switch {
		case a.Aimless == b.Aimless:
			return 0
		case a.Aimless:
			return -1
		}
		return 1
	})
	var said []string
	for i, s := range slowed {
		if i == most {
			said = append(said, fmt.Sprintf("%d more later than today", len(slowed)-most))
			break
		}
		text := fmt.Sprintf("%s ends after %s instead of %s", s.Class, units.Duration(s.Mean.Value), units.Duration(s.today))
		if s.Aimless {
			text += " and has no target"
		}
		said = append(said, text)
	}
	if said == nil {
		return fmt.Sprintf("Nobody pays for it: on average no task ends more than %s later than today.", units.Share(slower-1))
	}
	return "Who pays, on average: " + strings.Join(said, "; ") + "."
}

func (p *planner) perMonth(f *fit) string {
	c := f.judged.Cost
	if c == nil {
		return ""
	}
	return strings.TrimRight(fmt.Sprintf(" for %s %s", units.Number(c.Value), p.sc.Currency), " ") + " a month"
}

// tryWords say what a search tried.
var tryWords = map[string]string{
	"queues": "who takes which queues", scenarios.TryMachines: "machines", scenarios.TryPrefetch: "less prefetch", scenarios.TryThreads: "threads",
	scenarios.TryGevent: "gevent", scenarios.TryOrder: "the order of queues", scenarios.TryPriorities: "priorities of messages",
	scenarios.TryOverflow: "workers that help each other out", scenarios.TryMemory: "limits of memory",
}

// words say what was searched, and what the file keeps from being.
func (s *Searched) words() (said []string) {
	if s == nil {
		return nil
	}
	var parts, not []string
	for _, t := range s.Layouts {
		parts = append(parts, fmt.Sprintf("%s (%d)", tryWords[t.Try], t.N))
	}
	for _, t := range s.Untried {
		not = append(not, tryWords[t])
	}
	if parts == nil {
		said = append(said, "There was no layout to try that nobody wrote down.")
	} else {
		said = append(said, "Layouts that nobody wrote down were tried, by what they change: "+units.And(parts)+".")
	}
	if not != nil {
		said = append(said, "Not tried, as plan.vary says: "+units.And(not)+".")
	}
	return said
}

// words are "2 machines app", "at most 3 machines app".
func (m Machines) words() string {
	bound := map[string]string{"": "", "min": "at least ", "max": "at most "}[m.Bound]
	return bound + units.Plural(m.Count, "machine", "machines") + " " + m.Name
}

// words are "6 slots", "2 machines app".
func (o *OneLess) words() string {
	if o.Machine != nil {
		return o.Machine.words()
	}
	return units.Plural(o.Slots, "slot", "slots")
}

// OnMachines writes how many machines workers share, where that varied: " on 2 machines app".
func OnMachines(all []Machines) string {
	var parts []string
	for _, m := range all {
		parts = append(parts, m.words())
	}
	if parts == nil {
		return ""
	}
	return " on " + units.And(parts)
}

// Sizes writes the workers with their sizes: high 2, low 3 x 4.
func Sizes(workers []Worker) string {
	var parts []string
	for _, w := range workers {
		if w.Replicas == 1 {
			parts = append(parts, fmt.Sprintf("%s %d", w.Name, w.Concurrency))
		} else {
			parts = append(parts, fmt.Sprintf("%s %d x %d", w.Name, w.Replicas, w.Concurrency))
		}
	}
	return strings.Join(parts, ", ")
}

// lessInWords says what one slot less does, or one machine.
func (p *planner) lessInWords(f *fit) string {
	switch {
	case f.less == nil && f.dearer != nil:
		return fmt.Sprintf("It passes with %s as well, and then costs more.", f.dearer.words())
	case f.less == nil && (p.bounds.Vary != nil || p.bounds.Keep != nil):
		return "Nothing can be less within the bounds that the key plan of the file sets."
	case f.less == nil:
		return "Nothing can be less."
	}
	j := f.less.judged
	if f.less.Verdict == "undecided" {
		seems := ""
		if j.Why != "" && !j.Likely {
			seems = ", but it seems to miss " + j.Why
		}
		return fmt.Sprintf("Whether %s would do, too, is open%s.", f.less.words(), seems)
	}
	does := "it does not pass"
	switch {
	case j.Trap != "":
		does = j.Trap
	case j.Grows():
		does = "a queue grows without end"
	case j.Verdict == "marginal":
		does = "it is marginal: " + j.Why
	case j.Why != "":
		does = "it misses " + j.Why
	}
	return fmt.Sprintf("With less, such as %s, %s.", f.less.words(), does)
}
