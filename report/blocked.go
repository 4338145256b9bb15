package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// blame is one share of the wait of a class, and what to call it.
type blame struct {
	name    string // of a class, else ""
	words   string
	seconds float64
}

// blames are the shares of the wait of a class, the largest first; classes of equal shares by name.
func blames(c *experiment.Class) []blame {
	b := c.Blocked
	all := []blame{
		{"", "while a child was being replaced", b.Replaced},
		{"", "while a slot was free that could not have it", b.Idle},
		{"", "while no worker was there", b.Absent},
		{"", "for its own countdown", b.Countdown},
		{"", "on its way or held back by a rate limit", b.Elsewhere},
	}
	for name, seconds := range b.By {
		words := "behind " + name
		if name == c.Name {
			words = "behind others of its kind"
		}
		all = append(all, blame{name, words, seconds})
	}
	slices.SortFunc(all, func(a, b blame) int {
		if a.seconds != b.seconds {
			return int(math.Copysign(1, b.seconds-a.seconds))
		}
		return strings.Compare(a.name+a.words, b.name+b.words)
	})
	return all
}

// notable is the least part of a wait that is worth a word.
const notable = 0.2

// waitsBehind says in words whom a class waits for: "87 % of that behind backup, which holds all 8 slots 4 % of the time, up to
// 6 s at a stretch".
func waitsBehind(s *experiment.Strategy, c *experiment.Class) string {
	var said []string
	for i, p := range blames(c) {
		share := p.seconds / c.Blocked.Total
		if i > 0 && share < notable || share == 0 {
			break
		}
		text := units.Share(math.Round(100*share)/100) + " "
		if i == 0 {
			text += "of that "
		}
		text += p.words
		if full, ok := c.Spells[p.name]; ok && full.Share >= 0.005 {
			text += fmt.Sprintf(", which holds %s %s of the time, up to %s at a stretch", every(s), units.Share(full.Share), units.Duration(full.Longest))
		}
		said = append(said, text)
	}
	return strings.Join(said, "; ")
}

// every is all the slots that a task could have, in words.
func every(s *experiment.Strategy) string {
	if len(s.Workers) == 1 && s.Workers[0].Fleet == nil && s.Slots > 1 {
		return fmt.Sprintf("all %d slots", s.Slots)
	}
	return "every slot of that queue"
}

// blockers is the matrix of who waits behind whom: of the wait of each class, the part behind each.
func blockers(r *experiment.Result) *grid {
	var classes []string
	nobody := []struct {
		head string
		of   func(*experiment.Blocked) float64
	}{
		{"a child replaced", func(b *experiment.Blocked) float64 { return b.Replaced }},
		{"a slot free", func(b *experiment.Blocked) float64 { return b.Idle }},
		{"no worker", func(b *experiment.Blocked) float64 { return b.Absent }},
		{"its countdown", func(b *experiment.Blocked) float64 { return b.Countdown }},
		{"elsewhere", func(b *experiment.Blocked) float64 { return b.Elsewhere }},
	}
	used := make([]bool, len(nobody))
	all := func(visit func(*experiment.Class, *experiment.Blocked)) {
		for i := range r.Strategies {
			for j := range r.Strategies[i].Classes {
				if c := &r.Strategies[i].Classes[j]; c.Blocked != nil {
					visit(c, c.Blocked)
				}
			}
		}
	}
	const shown = 0.005
	all(func(c *experiment.Class, b *experiment.Blocked) {
		for i := range nobody {
			used[i] = used[i] || nobody[i].of(b) >= shown*b.Total
		}
	})
	if len(r.Strategies) == 0 {
		return &grid{}
	}
	order := map[string]int{} // that of the scenario
	for i := range r.Strategies[0].Classes {
		order[r.Strategies[0].Classes[i].Name] = i + 1
	}
	all(func(_ *experiment.Class, b *experiment.Blocked) {
		for name, seconds := range b.By {
			if seconds >= shown*b.Total && !slices.Contains(classes, name) {
				classes = append(classes, name)
			}
		}
	})
	slices.SortFunc(classes, func(a, b string) int { return cmp.Or(cmp.Compare(order[a], order[b]), cmp.Compare(a, b)) })
	head := []string{"class", "waits"}
	for _, name := range classes {
		head = append(head, "behind "+name)
	}
	for i := range nobody {
		if used[i] {
			head = append(head, nobody[i].head)
		}
	}
	g := byStrategy(r, "Who waits behind whom", 1, head, func(s *experiment.Strategy) (rows [][]string) {
		for j := range s.Classes {
			c := &s.Classes[j]
			b := c.Blocked
			if b == nil {
				continue
			}
			row := []string{c.Name, units.Duration(b.Total)}
			share := func(v float64) { row = append(row, units.Share(math.Round(1000*v/b.Total)/1000)) }
			for _, name := range classes {
				share(b.By[name])
			}
			for i := range nobody {
				if used[i] {
					share(nobody[i].of(b))
				}
			}
			rows = append(rows, row)
		}
		return rows
	})
	g.note("Of the mean wait for the first start, the part during which tasks of each class were in the slots waited for: those of all workers that take from the queue, or, once the task is reserved, those of its worker. Tasks that never started count until the end.")
	if slices.Contains(used, true) {
		g.note("Held by no task: a slot free (the message had not come to it, or it is kept for others), no worker (down, or not there yet), elsewhere (on its way, or held back by a rate limit).")
	}
	return g
}

// slower is the least ratio of a response that is worth a word.
const slower = 1.05

// concession says which class pays for the recommended layout: the one whose p95 of response grows by the largest factor.
// Empty where none is shown to.
func concession(r *experiment.Result) string {
	if r.Verdict.Recommend == nil || *r.Verdict.Recommend == r.Verdict.Baseline {
		return ""
	}
	metric := workloads.Metric{Of: worker.Response, Stat: workloads.Percentile(95)}
	base, taken := strategyOf(r, r.Verdict.Baseline), strategyOf(r, *r.Verdict.Recommend)
	var worst *experiment.Comparison
	for i := range r.Comparisons {
		c := &r.Comparisons[i]
		if c.Strategy != *r.Verdict.Recommend || classOf(base, c.Class).Response == nil || classOf(taken, c.Class).Response == nil || c.Metric != metric || !c.Difference.Known() || !c.Ratio.Known() {
			continue
		}
		if c.Difference.Low != nil && *c.Difference.Low > 0 && c.Ratio.Value >= slower && (worst == nil || c.Ratio.Value > worst.Ratio.Value) {
			worst = c
		}
	}
	if worst == nil {
		return ""
	}
	of := func(s *experiment.Strategy) string { return value(metric, classOf(s, worst.Class).Response.P95) }
	return fmt.Sprintf(" With %s, %s ends after %s instead of %s (p95).", worst.Strategy, worst.Class, of(taken), of(base))
}
