package compare

import (
	"math"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/stats"
	"example.com/simrun/workloads"
)

// claimed is the probability with which any difference at all is claimed between runs that do not differ.
const claimed = 0.05

// Comparison is how two runs differ.
type Comparison struct {
	Changes []Change  `json:"changes"`
	Means   []Mean    `json:"geometric_means"`
	Targets []Target  `json:"targets"` // whose verdict changed
	Endings []Ending  `json:"endings"` // whose tasks all end in one run only
	Only    []Missing `json:"only"`    // strategies and classes that only one run has
	Paired  bool      `json:"paired"`  // every figure, on the same tasks
	Common  bool      `json:"-"`       // some class under some layout is in both runs
}

// Change is one figure in both runs, in seconds.
type Change struct {
	Strategy   string           `json:"strategy"`
	Class      string           `json:"class"`
	Metric     workloads.Metric `json:"metric"`
	Old        float64          `json:"old"`
	New        float64          `json:"new"`
	Difference Interval         `json:"difference"`
	P          *float64         `json:"p"`     // adjusted for the number of changes; nil where nothing varies enough to tell
	Shown      bool             `json:"shown"` // the difference is not just chance
}

// Interval is a difference with its interval at 95 % confidence, not adjusted; without bounds where they are unknown.
type Interval struct {
	Value float64  `json:"value"`
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}

// Mean is the geometric mean over all figures of a metric of the ratio new to old.
type Mean struct {
	Strategy string           `json:"strategy"`
	Metric   workloads.Metric `json:"metric"`
	Ratio    float64          `json:"ratio"`
	Of       int              `json:"of"`
}

// Target is a target whose verdict changed.
type Target struct {
	Strategy string           `json:"strategy"`
	Class    string           `json:"class"`
	Metric   workloads.Metric `json:"metric"`
	Old      string           `json:"old"`
	New      string           `json:"new"`
}

// Ending is a class with figures in one run only: in the other its queue grows without end, or many of its tasks never end.
type Ending struct {
	Strategy string `json:"strategy"`
	Class    string `json:"class"`
	Old      string `json:"old,omitempty"` // as experiment.Part has it; empty = all end
	New      string `json:"new,omitempty"`
}

// Missing is what only one run has.
type Missing struct {
	Strategy string `json:"strategy"`
	Class    string `json:"class,omitempty"` // empty = the whole strategy
	In       string `json:"in"`              // "old" or "new"
}

type key struct {
	strategy, class string
	metric          workloads.Metric
}

// Runs compares an old run with a new one.
func Runs(old, new *experiment.Figures) *Comparison {
	c := &Comparison{Changes: []Change{}, Means: []Mean{}, Targets: []Target{}, Endings: []Ending{}}
	c.Only = append(only(old, new, "old"), only(new, old, "new")...)
	c.Paired = old.Scenario.Seed == new.Scenario.Seed
	c.endings(old, new)
	before := map[key]*experiment.Figure{}
	for i := range old.Figures {
		f := &old.Figures[i]
		before[key{f.Strategy, f.Class, f.Metric}] = f
	}
	var p []float64
	for i := range new.Figures {
		f := &new.Figures[i]
		was := before[key{f.Strategy, f.Class, f.Metric}]
		if was == nil {
			continue
		}
		paired := old.Scenario.Seed == new.Scenario.Seed && len(was.Rows) == len(f.Rows)
		c.Paired = c.Paired && paired
		d := difference(was, f, paired, old.Exact && new.Exact)
		c.Changes = append(c.Changes, Change{
			Strategy: f.Strategy, Class: f.Class, Metric: f.Metric, Old: was.Value, New: f.Value,
			Difference: interval(f.Value-was.Value, d.Interval),
		})
		p = append(p, d.P)
	}
	for i, adjusted := range stats.Holm(p) {
		if !math.IsNaN(adjusted) {
			c.Changes[i].P = &adjusted
			c.Changes[i].Shown = adjusted <= claimed
		}
	}
	c.means()
	c.targets(old, new)
	return c
}

// difference is new - old, of runs with the same tasks or not, and of such as have nothing random in them.
func difference(old, new *experiment.Figure, paired, exact bool) stats.Difference {
	switch {
	case exact:
		d := new.Value - old.Value
		p := 0.0
		if d == 0 {
			p = 1
		}
		return stats.Difference{Interval: stats.Interval{Value: d, Low: d, High: d}, P: p}
	case paired:
		return stats.PairedDifference(floats(new.Rows), floats(old.Rows), 1-claimed)
	}
	return stats.WelchDifference(floats(new.Rows), floats(old.Rows), 1-claimed)
}

func floats(rows []experiment.Digits) []float64 {
	out := make([]float64, len(rows))
	for i, x := range rows {
		out[i] = float64(x)
	}
	return out
}

func interval(value float64, iv stats.Interval) Interval {
	out := Interval{Value: value}
	if !math.IsNaN(iv.Low) && !math.IsNaN(iv.High) {
		out.Low, out.High = &iv.Low, &iv.High
	}
	return out
}

// means are over the figures that both runs have above 0.
func (c *Comparison) means() {
	type group struct {
		strategy string
		metric   workloads.Metric
	}
	at := map[group]int{}
	for i := range c.Changes {
		f := &c.Changes[i]
		if f.Old <= 0 || f.New <= 0 {
			continue
		}
		g := group{f.Strategy, f.Metric}
		if _, ok := at[g]; !ok {
			at[g] = len(c.Means)
			c.Means = append(c.Means, Mean{Strategy: f.Strategy, Metric: f.Metric})
		}
		m := &c.Means[at[g]]
		m.Ratio += math.Log(f.New / f.Old)
		m.Of++
	}
	for i := range c.Means {
		c.Means[i].Ratio = math.Exp(c.Means[i].Ratio / float64(c.Means[i].Of))
	}
}

func (c *Comparison) targets(old, new *experiment.Figures) {
	was := map[key]string{}
	for _, t := range old.Targets {
		was[key{t.Strategy, t.Class, t.Metric}] = t.Verdict
	}
	for _, t := range new.Targets {
		if before, ok := was[key{t.Strategy, t.Class, t.Metric}]; ok && before != t.Verdict {
			c.Targets = append(c.Targets, Target{t.Strategy, t.Class, t.Metric, before, t.Verdict})
		}
	}
}

// endings finds the classes of both runs.
func (c *Comparison) endings(old, new *experiment.Figures) {
	told := func(f *experiment.Figures, p *experiment.Part) bool { // files of before say nothing of such without figures
		return p.Without != "" || slices.ContainsFunc(f.Figures, func(f experiment.Figure) bool { return f.Strategy == p.Strategy && f.Class == p.Class })
	}
	for _, is := range new.Parts {
		i := slices.IndexFunc(old.Parts, func(p experiment.Part) bool { return p.Strategy == is.Strategy && p.Class == is.Class })
		if i < 0 {
			continue
		}
		c.Common = true
		if was := old.Parts[i]; was.Without != is.Without && told(old, &was) && told(new, &is) {
			c.Endings = append(c.Endings, Ending{is.Strategy, is.Class, was.Without, is.Without})
		}
	}
}

// only lists what one run has and the other does not.
func only(one, other *experiment.Figures, name string) []Missing {
	type pair struct{ strategy, class string }
	there := map[pair]bool{}
	for _, t := range other.Parts {
		there[pair{t.Strategy, ""}] = true
		there[pair{t.Strategy, t.Class}] = true
	}
	missing := []Missing{}
	said := map[pair]bool{}
	for _, t := range one.Parts {
		m := Missing{Strategy: t.Strategy, In: name}
		if there[pair{t.Strategy, ""}] {
			m.Class = t.Class
		}
		if p := (pair{m.Strategy, m.Class}); !there[p] && !said[p] {
			said[p] = true
			missing = append(missing, m)
		}
	}
	return missing
}

// rank orders verdicts, the best highest.
var rank = map[string]int{"pass": 3, "marginal": 2, "undecided": 1, "fail": 0}

// Worse says that something surely got worse: a figure, all of which are better the smaller they are, a verdict, or that tasks
// no longer end.
func (c *Comparison) Worse() bool {
	for i := range c.Changes {
		if c.Changes[i].Shown && c.Changes[i].Difference.Value > 0 {
			return true
		}
	}
	return slices.ContainsFunc(c.Targets, func(t Target) bool { return rank[t.New] < rank[t.Old] }) ||
		slices.ContainsFunc(c.Endings, func(e Ending) bool { return e.Old == "" })
}

// Shown counts the figures whose change is shown.
func (c *Comparison) Shown() (n int) {
	for i := range c.Changes {
		if c.Changes[i].Shown {
			n++
		}
	}
	return n
}
