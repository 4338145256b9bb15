package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// mostProofs is how many sizes of a layout are decided at most.
const mostProofs = 12

// settle goes up until a size is shown to pass, and then down as long as one with less is.
func (c *capacity) settle(x []int) (*fit, error) {
	if err := c.proveAhead(x); err != nil {
		return nil, err
	}
	x, j, err := c.climb(x)
	if j == nil || err != nil {
		return nil, err
	}
	var less, dearer *neighbour
	for i := 0; i < len(c.knobs); i++ {
		if x[i] <= c.knobs[i].from {
			continue
		}
		y := slices.Clone(x)
		y[i]--
		tried, err := c.prove(y)
		if err != nil {
			return nil, err
		}
		one := c.neighbour(y, i, tried)
		switch {
		case tried.Verdict == "pass" && c.dearer(tried, j):
			dearer = one
		case tried.Verdict == "pass" && len(c.proofs) < 2*mostProofs:
			x, j, less, dearer = y, tried, nil, nil
			i = -1 // from the first again
		case one != nil && (less == nil || one.before(less)):
			less = one
		}
	}
	f, err := c.fit(x, j)
	if f != nil {
		f.less, f.dearer = less, dearer
	}
	return f, err
}

// neighbour is a size with one slot or one machine less than one that passes.
type neighbour struct {
	OneLess
	judged *experiment.Judged
}

// neighbour is the size that turning a knob down came to; nil where there is no such layout.
func (c *capacity) neighbour(x []int, turned int, j *experiment.Judged) *neighbour {
	sc, err := c.scenario(x)
	if err != nil {
		return nil
	}
	if glance := c.seen[key(x)]; j.Replications == 0 && j.Verdict == "undecided" && glance != nil { // no proof could be bought
		j = &experiment.Judged{Verdict: j.Verdict, Likely: glance.Likely, Why: glance.Why}
	}
	n := &neighbour{OneLess{Slots: sc.Layouts[0].Slots(), Verdict: j.Verdict}, j}
	if k := &c.knobs[turned]; k.machine != "" {
		n.Machine = &Machines{k.machine, x[turned], k.bound}
	}
	if j.Verdict == "pass" { // left for want of proofs
		n.Verdict = "undecided"
	}
	return n
}

// before says which of two neighbours is told: one that is open, then one that nearly passes, then the one with more slots.
func (n *neighbour) before(other *neighbour) bool {
	rank := []string{"fail", "marginal", "undecided"}
	return cmp.Or(cmp.Compare(slices.Index(rank, n.Verdict), slices.Index(rank, other.Verdict)), cmp.Compare(n.Slots, other.Slots)) > 0
}

// climb adds slots one by one until a size is shown to pass; nil where it does not get there, or where what is open is far from its target
// and takes more events instead. A slot that helps nothing is
// given to another worker instead: more of those that share memory or cores may do harm.
func (c *capacity) climb(x []int) ([]int, *experiment.Judged, error) {
	j, err := c.prove(x)
	var vain []int // knobs that were turned up for nothing
	for n := 0; err == nil && j.Verdict != "pass"; n++ {
		i := c.next(x, j, vain)
		if i < 0 || n == mostProofs || c.spent() || c.starved(x) && j.Strained < nearly {
			return nil, nil, nil
		}
		y := slices.Clone(x)
		y[i]++
		var more *experiment.Judged
		if more, err = c.prove(y); err != nil {
			break
		}
		if more.Verdict == "pass" || more.Strained < j.Strained {
			x, j, vain = y, more, nil
		} else {
			vain = append(vain, i)
		}
	}
	return x, j, err
}

// nearly is the part of its target from which on a figure is so near to it that a slot more may decide what is open.
const nearly = 0.9

// starved says that a size that was to be proved is open for want of events.
func (c *capacity) starved(x []int) bool {
	i := c.proofOf(x)
	return i < 0 || c.proofs[i].bound
}

// proofOf is the place of the proof of a size; -1 where there is none.
func (c *capacity) proofOf(x []int) int {
	return slices.IndexFunc(c.proofs, func(p proof) bool { return slices.Equal(p.x, x) })
}

// next is the knob to turn up: of a worker that takes the class whose target is worst missed, or else of any; -1 if all were
// turned in vain.
func (c *capacity) next(x []int, j *experiment.Judged, vain []int) int {
	sc, err := c.scenario(x)
	if err != nil {
		return -1
	}
	l := &sc.Layouts[0]
	class := slices.IndexFunc(sc.Classes, func(w workloads.Class) bool { return w.Name == j.Class })
	other := -1
	for i, k := range c.knobs {
		if x[i] >= k.to || slices.Contains(vain, i) {
			continue
		}
		if w := workerOf(l, k.worker); w >= 0 && class >= 0 && slices.Contains(l.Workers[w].Queues, l.ClassQueue[class]) {
			return i
		}
		if other < 0 {
			other = i
		}
	}
	return other
}

func (c *capacity) fit(x []int, j *experiment.Judged) (*fit, error) {
	sc, err := c.scenario(x)
	if err != nil {
		return nil, err
	}
	l := &sc.Layouts[0]
	f := &fit{name: c.name, x: x, layout: l, sc: sc, judged: j}
	f.changes, f.workers = strategies.Simplicity(c.today, l, sc.Classes)
	f.machines, f.bought = c.machines(x), c.bought(x)
	for i, k := range c.knobs {
		if k.machine != "" && x[i] != k.start {
			f.changes++
		}
	}
	d, err := sized(c.draft, c.knobs, x)
	if err != nil {
		return nil, err
	}
	if d, err = c.lined(d, l); err != nil {
		return nil, err
	}
	f.yaml = d.YAML(c.name)
	for _, m := range f.machines {
		f.yaml = fmt.Sprintf("# with %s: %d\n", strings.Trim("machines."+m.Name+".count."+m.Bound, "."), m.Count) + f.yaml
	}
	return f, nil
}

// lined gives the workers that are written as command lines the lines that start them as they are now.
func (c *capacity) lined(d *scenarios.Draft, l *strategies.Layout) (*scenarios.Draft, error) {
	for g, name := range l.Groups {
		path := []string{"strategies", c.name, "workers", name, "command"}
		if d.Get(path...) == "" {
			continue
		}
		var err error
		if d, err = d.Set(strconv.Quote(strategies.Commands(c.today, l)[g]), path...); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// sizes are those of the workers, in words.
func (c *capacity) sizes(x []int) (all []string) {
	for i, k := range c.knobs {
		switch {
		case k.machine != "":
		case i > 0 && k.sizes("replicas") && k.worker == c.knobs[i-1].worker:
			all[len(all)-1] = fmt.Sprintf("%d x %s", x[i], all[len(all)-1])
		default:
			all = append(all, strconv.Itoa(x[i]))
		}
	}
	return all
}

// machines are the numbers of those that workers share, as far as these vary.
func (c *capacity) machines(x []int) (all []Machines) {
	for i, k := range c.knobs {
		if k.machine != "" {
			all = append(all, Machines{k.machine, x[i], k.bound})
		}
	}
	return all
}
