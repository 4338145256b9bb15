package plan

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
)

// say writes the answer in sentences: what to run, for how much, what one slot less does, how sure that is, and the simplest
// layout that passes where it is another.
func (p *planner) say(r *Result, fits []*fit) {
	if len(fits) == 0 {
		r.Headline = "No layout was found that is shown to meet every target."
		r.Said = p.notes
		return
	}
	best := fits[0]
	r.Headline = fmt.Sprintf("Run %s with %s (%s)%s: it meets every target%s.", best.name, units.Plural(best.layout.Slots(), "slot", "slots"),
		Sizes(r.Answer.Workers), p.perMonth(best), best.judged.With)
	r.Said = append(r.Said, p.lessInWords(best))
	r.Said = append(r.Said, fmt.Sprintf("Shown with %s confidence, on %s of tasks that the search had not seen; %s against %s today.",
		units.Share(r.Answer.Confidence), units.Plural(best.judged.Replications, "replication", "replications"),
		units.Plural(best.layout.Slots(), "slot", "slots"), units.Plural(p.today.Slots(), "slot", "slots")))
	simplest := slices.MinFunc(fits, func(a, b *fit) int { return a.changes - b.changes })
	if simplest != best && simplest.changes < best.changes {
		r.Said = append(r.Said, fmt.Sprintf("The smallest change that passes is %s with %s%s%s.", simplest.name,
			units.Plural(simplest.layout.Slots(), "slot", "slots"), p.perMonth(simplest), simplest.judged.With))
	}
	r.Said = append(r.Said, p.notes...)
	if p.short {
		r.Said = append(r.Said, "The plan ended at its bound of simulated events: what is open may be decided by a run, and there may be better layouts.")
	}
}

func (p *planner) perMonth(f *fit) string {
	c := f.judged.Cost
	if c == nil {
		return ""
	}
	return strings.TrimRight(fmt.Sprintf(" for %s %s", units.Number(c.Value), p.sc.Currency), " ") + " a month"
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

// lessInWords says what one slot less does.
func (p *planner) lessInWords(f *fit) string {
	switch f.lessIs {
	case "fail":
		var missed []string
		grows := false
		for _, proof := range p.proofs {
			if proof.strategy != f.name || proof.slots >= f.layout.Slots() {
				continue
			}
			grows = grows || proof.judged.Grows()
			for _, t := range proof.judged.Targets {
				if t.Verdict == "fail" && t.Value.Known() {
					missed = append(missed, fmt.Sprintf("%s %s is then %s against a target of %s", t.Class, t.Metric.Words(), t.Metric.Show(t.Value.Value), t.Metric.Show(t.Target)))
				}
			}
		}
		s := fmt.Sprintf("With less, such as %s, it misses", units.Plural(f.less, "slot", "slots"))
		switch {
		case missed != nil:
		case grows:
			return s + " them: a queue grows without end."
		default:
			return s + " them, by how much is not known."
		}
		return s + ": " + missed[len(missed)-1] + "."
	case "undecided":
		return fmt.Sprintf("Whether %s would do, too, is open.", units.Plural(f.less, "slot", "slots"))
	}
	if f.dearer {
		return fmt.Sprintf("It passes with %s as well, and then costs more.", units.Plural(f.less, "slot", "slots"))
	}
	return "Nothing can be less."
}
