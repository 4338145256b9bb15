package report

import (
	"fmt"
	"maps"
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

// worstBehind says in a sentence how many wait in the worst five minutes, and behind whom most; empty where hardly
// anything does, or where the run is no longer than that.
func worstBehind(c *experiment.Class) string {
	w := c.BlockedWorst
	if w == nil || w.Waiting < 0.1 || w.Seconds < 240 {
		return ""
	}
	most, part := "", 0.0
	for _, name := range slices.Sorted(maps.Keys(w.By)) {
		if w.By[name] > part {
			most, part = name, w.By[name]
		}
	}
	words := "behind " + most
	if i := slices.IndexFunc(nobody, func(n struct{ key, head string }) bool { return n.key == most }); i >= 0 {
		words = "for want of a worker or a message" // what no task held
	} else if most == c.Name {
		words = "behind others of its kind"
	}
	return fmt.Sprintf(" In its worst five minutes %s wait on average, %s of them %s.", units.Number(w.Waiting), units.Share(math.Round(100*part/w.Waiting)/100), words)
}

// every is all the slots that a task could have, in words.
func every(s *experiment.Strategy) string {
	if len(s.Workers) == 1 && s.Workers[0].Fleet == nil && s.Slots > 1 {
		return fmt.Sprintf("all %d slots", s.Slots)
	}
	return "every slot of that queue"
}

// nobody is what a wait is charged to where no task holds the slots.
var nobody = []struct{ key, head string }{
	{"(replaced)", "a child replaced"}, {"(idle)", "a slot free"}, {"(absent)", "no worker"}, {"(countdown)", "its countdown"}, {"(elsewhere)", "elsewhere"},
}

// blamed is the wait of a class: how much that is, in words, and the parts of it by class, and in brackets by what no task held.
type blamed struct {
	words string
	total float64
	by    map[string]float64
}

// blockers is the matrix of who waits behind whom: of the wait of each class, the part behind each.
func blockers(r *experiment.Result) *grid {
	g, unheld := matrix(r, "Who waits behind whom", "waits", func(c *experiment.Class) *blamed {
		b := c.Blocked
		if b == nil {
			return nil
		}
		all := maps.Clone(b.By)
		for i, x := range []float64{b.Replaced, b.Idle, b.Absent, b.Countdown, b.Elsewhere} {
			all[nobody[i].key] = x
		}
		return &blamed{units.Duration(b.Total), b.Total, all}
	})
	g.note("Of the mean wait for the first start, the part during which tasks of each class were in the slots waited for: those of all workers that take from the queue, or, once the task is reserved, those of its worker. Tasks that never started count until the end.")
	if unheld {
		g.note("Held by no task: a slot free (the message had not come to it, or it is kept for others), no worker (down, or not there yet), elsewhere (on its way, or held back by a rate limit).")
	}
	return g
}

// worstBlockers is the same in the worst five minutes.
func worstBlockers(r *experiment.Result) *grid {
	g, _ := matrix(r, "Who waits behind whom in the worst five minutes", "waiting", func(c *experiment.Class) *blamed {
		w := c.BlockedWorst
		if w == nil {
			return nil
		}
		return &blamed{units.Number(w.Waiting), w.Waiting, w.By}
	})
	g.note("Of each replication the five minutes in which most was waited for slots: the mean number of tasks that waited then, and the part of them behind each.")
	return g
}

// matrix has a row for each class that waits and a column for each that is waited for; it says whether any is for what no task held.
func matrix(r *experiment.Result, title, waits string, of func(*experiment.Class) *blamed) (*grid, bool) {
	const shown = 0.005
	some := map[string]bool{}
	for i := range r.Strategies {
		for j := range r.Strategies[i].Classes {
			b := of(&r.Strategies[i].Classes[j])
			if b == nil {
				continue
			}
			for name, x := range b.by {
				some[name] = some[name] || x >= shown*b.total
			}
		}
	}
	if len(r.Strategies) == 0 {
		return &grid{}, false
	}
	var keys []string
	head := []string{"class", waits}
	add := func(key, title string) {
		if some[key] {
			keys, head = append(keys, key), append(head, title)
		}
	}
	var classes []string // in the order of the scenario, after copies that stand for all
	for i := range r.Strategies[0].Classes {
		classes = append(classes, r.Strategies[0].Classes[i].Name)
	}
	for _, name := range slices.Sorted(maps.Keys(some)) {
		if !slices.Contains(classes, name) && !strings.HasPrefix(name, "(") {
			add(name, "behind "+name)
		}
	}
	for _, name := range classes {
		add(name, "behind "+name)
	}
	held := len(keys)
	for _, n := range nobody {
		add(n.key, n.head)
	}
	return byStrategy(r, title, 1, head, func(s *experiment.Strategy) (rows [][]string) {
		for j := range s.Classes {
			b := of(&s.Classes[j])
			if b == nil {
				continue
			}
			row := []string{s.Classes[j].Name, b.words}
			for _, key := range keys {
				row = append(row, units.Share(math.Round(1000*b.by[key]/b.total)/1000))
			}
			rows = append(rows, row)
		}
		return rows
	}), len(keys) > held
}

// slower is the least ratio of a response that is worth a word.
const slower = 1.05

// concession says which class pays for the recommended layout: the one whose p95 of response grows by the largest factor; or
// that none does, where all were compared. Empty where nothing can be said.
func concession(r *experiment.Result) string {
	if r.Verdict.Recommend == nil || *r.Verdict.Recommend == r.Verdict.Baseline {
		return ""
	}
	metric := workloads.Metric{Of: worker.Response, Stat: workloads.Percentile(95)}
	base, taken := strategyOf(r, r.Verdict.Baseline), strategyOf(r, *r.Verdict.Recommend)
	var worst *experiment.Comparison
	level := 0 // classes that are shown to end no later, or by less than is worth a word
	for i := range r.Comparisons {
		c := &r.Comparisons[i]
		if c.Strategy != *r.Verdict.Recommend || classOf(base, c.Class).Response == nil || classOf(taken, c.Class).Response == nil || c.Metric != metric || !c.Difference.Known() || !c.Ratio.Known() {
			continue
		}
		if c.Difference.Low != nil && *c.Difference.Low > 0 && c.Ratio.Value >= slower && (worst == nil || c.Ratio.Value > worst.Ratio.Value) {
			worst = c
		}
		if c.Ratio.High != nil && *c.Ratio.High < slower && slices.ContainsFunc(base.Classes, func(k experiment.Class) bool { return k.Name == c.Class }) {
			level++
		}
	}
	switch {
	case worst == nil && level == len(base.Classes):
		return fmt.Sprintf(" Nobody pays for %s: no task ends more than %s later (p95).", taken.Name, units.Share(slower-1))
	case worst == nil:
		return ""
	}
	of := func(s *experiment.Strategy) string { return value(metric, classOf(s, worst.Class).Response.P95) }
	return fmt.Sprintf(" With %s, %s ends after %s instead of %s (p95).", worst.Strategy, worst.Class, of(taken), of(base))
}
