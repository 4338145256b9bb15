package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

// capacity is a layout on the way to its least capacity.
type capacity struct {
	*planner
	name   string
	draft  *scenarios.Draft
	knobs  []knob
	seen   map[string]*experiment.Judged // glances, by sizes
	proofs []proof
	looked bool // a size has been judged
}

// fit is a layout of its least capacity.
type fit struct {
	name     string
	x        []int
	layout   *strategies.Layout
	sc       *scenarios.Scenario
	judged   *experiment.Judged
	less     *neighbour // nil where nothing can be less
	dearer   *neighbour // one that passes as well, and costs more; nil = none
	machines []Machines
	bought   int // machines beyond those of the file
	changes  int
	workers  int
	of       *capacity // whose sizes it is of, where it is only likely to pass; nil = it is shown
	written  bool      // in the file
	yaml     string    // of its workers
}

func key(x []int) string { return fmt.Sprint(x) }

// least finds the least capacity: one that is likely to pass where events are too few to show it, nil where none is.
func (c *capacity) least() (*fit, error) {
	x, err := c.approach(true)
	if x == nil || err != nil {
		return nil, err
	}
	f, err := c.settle(x)
	if err != nil {
		return nil, err
	}
	if f == nil && c.starved(x) {
		return c.likelyAt(x)
	}
	// What the file says may cost less than the least capacity, by less than glances can tell.
	today := c.written()
	if j := c.seen[key(today)]; j == nil || !j.Likely || j.Cost == nil || !(j.Cost.Value < c.seen[key(x)].Cost.Value) {
		return f, nil
	}
	j, err := c.prove(today)
	if err != nil || j.Verdict != "pass" || f != nil && !c.dearer(f.judged, j) {
		return f, err
	}
	return c.settle(today)
}

// likelyAt is the layout at a size that glances found.
func (c *capacity) likelyAt(x []int) (*fit, error) {
	f, err := c.fit(x, c.seen[key(x)])
	if f != nil {
		f.of = c
	}
	return f, err
}

// written are the sizes that the file says.
func (c *capacity) written() []int {
	x := make([]int, len(c.knobs))
	for i, k := range c.knobs {
		x[i] = min(max(k.start, k.from), k.to)
	}
	return x
}

// approach finds sizes none of which can be less, as far as glances tell; nil where none is likely to pass. Where it may buy, it then
// tries more machines: what the work takes on average says nothing of bursts.
func (c *capacity) approach(buy bool) ([]int, error) {
	x, err := c.near()
	if x != nil || err != nil || !buy || !c.widen() {
		return x, err
	}
	return c.near()
}

// widen lets the numbers of machines grow that a burst may take all of; false where there is none to buy.
func (c *capacity) widen() bool {
	sc, err := c.draft.Only(c.name)
	if err != nil || c.spent() {
		return false
	}
	was := c.knobs
	c.knobs = c.planner.knobs(c.draft, sc, true)
	return !slices.EqualFunc(was, c.knobs, func(a, b knob) bool { return a.to == b.to })
}

// near finds them among the sizes that vary: from what theory staffs and from what the file says, as the least capacity need not be the
// cheapest.
func (c *capacity) near() ([]int, error) {
	starts, err := c.reach()
	if err != nil {
		return nil, err
	}
	if len(starts) > 1 {
		if err := c.ahead(len(starts), func(q *planner, i int) error { return c.on(q).shrinkAll(slices.Clone(starts[i])) }); err != nil {
			return nil, err
		}
	}
	var best []int
	for _, x := range starts {
		if err := c.shrinkAll(x); err != nil {
			return nil, err
		}
		if best == nil || c.better(x, best) {
			best = x
		}
	}
	return best, nil
}

// shrinkAll makes all sizes as small as is likely to pass.
func (c *capacity) shrinkAll(x []int) error {
	for _, i := range c.bySize(x) {
		if err := c.shrink(x, i); err != nil {
			return err
		}
	}
	for i, k := range c.knobs {
		slots := slices.IndexFunc(c.knobs, func(of knob) bool { return of.worker == k.worker && of.sizes("concurrency") })
		if k.sizes("replicas") && slots >= 0 && c.bounds.Minimise != byChanges {
			if err := c.repack(x, slots, i); err != nil {
				return err
			}
		}
	}
	return nil
}

// better says that a size that was glanced at costs less than another, or as much with fewer machines more than there are, or fewer slots.
func (c *capacity) better(x, than []int) bool {
	a, b := c.seen[key(x)], c.seen[key(than)]
	if c.dearer(b, a) || c.dearer(a, b) {
		return c.dearer(b, a)
	}
	return cmp.Or(cmp.Compare(c.bought(x), c.bought(than)), cmp.Compare(c.slots(x), c.slots(than))) < 0
}

// bought is how many machines a size takes beyond those of the file; 0 where slots are all that counts.
func (c *capacity) bought(x []int) (n int) {
	for i, k := range c.knobs {
		if k.machine != "" && c.bounds.Minimise != bySlots {
			n += max(0, x[i]-k.start)
		}
	}
	return n
}

// dearer says that one costs more than another by enough to matter, where it is money that counts.
func (c *capacity) dearer(a, b *experiment.Judged) bool {
	return c.bounds.Minimise != bySlots && c.bounds.Minimise != byChanges && a.Cost != nil && b.Cost != nil && a.Cost.Value > b.Cost.Value*(1+alikeCost)
}

func (c *capacity) slots(x []int) int {
	sc, err := c.scenario(x)
	if err != nil {
		return math.MaxInt
	}
	return sc.Layouts[0].Slots()
}

// staff are the sizes that the theory of one pool staffs.
func (c *capacity) staff() ([]int, error) {
	sc, err := c.draft.Only(c.name)
	if err != nil {
		return nil, err
	}
	x := c.written()
	for i, k := range c.knobs {
		if k.worker != "" && k.path[len(k.path)-1] == "concurrency" {
			x[i] = min(max(staffed(sc, workerOf(&sc.Layouts[0], k.worker)), k.from), k.to)
		}
		x[i] = max(x[i], k.least)
	}
	return x, nil
}

// reach finds sizes that are likely to pass: as the theory of one pool staffs them and as the file says, or else more.
func (c *capacity) reach() (starts [][]int, err error) {
	today := c.written()
	staff, err := c.staff()
	if err != nil {
		return nil, err
	}
	if err := c.glanceAhead([][]int{staff, today}); err != nil {
		return nil, err
	}
	for _, try := range [][]int{staff, today} {
		j, err := c.glance(try)
		if err != nil {
			return nil, err
		}
		if j.Likely && (starts == nil || !slices.Equal(try, starts[0])) {
			starts = append(starts, slices.Clone(try))
		}
	}
	if starts != nil {
		return starts, nil
	}
	grown := c.grown(staff)
	if err := c.glanceAhead(grown); err != nil {
		return nil, err
	}
	least, vain := math.Inf(1), 0
	for _, y := range grown {
		j, err := c.glance(y)
		if err != nil || j.Likely {
			return [][]int{y}, err
		}
		if j.Strained < 0.9*least {
			least, vain = j.Strained, 0
		} else if !math.IsInf(j.Strained, 1) {
			vain++
		}
		if vain == mostVain {
			break
		}
	}
	return nil, nil
}

// mostVain is how many sizes are tried that come no nearer to a target than one with less: cores, or a service, are the limit.
const mostVain = 2

// grown are ever larger sizes, from what theory staffs.
func (c *capacity) grown(staff []int) (all [][]int) {
	for _, factor := range []float64{1.25, 1.5, 2, 3, 4, 8} {
		y := make([]int, len(staff))
		for i, k := range c.knobs {
			y[i] = min(k.to, max(staff[i]+1, int(math.Ceil(factor*float64(staff[i])))))
		}
		all = append(all, y)
	}
	return all
}

// bySize are the knobs, the largest first, after the numbers of machines, which cost money.
func (c *capacity) bySize(x []int) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if m, n := c.knobs[a].machine != "", c.knobs[b].machine != ""; m != n {
			return map[bool]int{true: -1, false: 1}[m]
		}
		return x[b] - x[a]
	})
	return order
}

// shrink makes one size as small as is likely to pass beside the others: in doubling steps down from one that is, then by
// bisection.
func (c *capacity) shrink(x []int, i int) error {
	cost := c.seen[key(x)]
	passes := func(n int) (bool, error) {
		y := slices.Clone(x)
		y[i] = n
		j, err := c.glance(y)
		if err != nil {
			return false, err
		}
		return j.Likely && !c.dearer(j, cost), nil
	}
	high, low := x[i], c.knobs[i].from-1
	if err := c.shrinkAhead(x, i, low, high, false); err != nil {
		return err
	}
	for step := 1; high-step > low; step *= 2 {
		ok, err := passes(high - step)
		if err != nil {
			return err
		}
		if !ok {
			low = high - step
			break
		}
		high -= step
	}
	for n := 0; high-low > 1; n++ {
		if n%stepsAhead == 0 {
			if err := c.shrinkAhead(x, i, low, high, true); err != nil {
				return err
			}
		}
		mid := (high + low) / 2
		ok, err := passes(mid)
		if err != nil {
			return err
		}
		if ok {
			high = mid
		} else {
			low = mid
		}
	}
	x[i] = high
	return nil
}
