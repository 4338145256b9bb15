package experiment

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"example.com/simrun/stats"
	"example.com/simrun/workloads"
)

// Headroom is the load factor up to which a layout meets every target, on the same random numbers.
type Headroom struct {
	Factor    float64  // largest that meets them; 0 = none that was tried
	Low, High *float64 // interval; nil where the search ended at a limit, or nothing is random
	Tried     float64  // largest factor that was simulated
	AtLimit   bool     // the search ended at its upper limit: the layout still passed there
	Leaks     bool     // no load lasts: the layout loses slots, and nothing was searched
	Breaks    *Break   // what fails first beyond it; nil where nothing was seen to fail
}

// MarshalJSON writes factor, interval and what was tried.
func (h Headroom) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Factor float64  `json:"factor"`
		Low    *float64 `json:"low"`
		High   *float64 `json:"high"`
		Tried  float64  `json:"tried"`
		Leaks  bool     `json:"leaks,omitempty"`
		Breaks *Break   `json:"breaks,omitempty"`
	}{h.Factor, h.Low, h.High, h.Tried, h.Leaks, h.Breaks})
}

// String is "1.4x", with as many digits as are known.
func (h Headroom) String() string { return digits(h.Factor, h.Low, h.High) + "x" }

// Interval is "1.38x to 1.43x"; empty where there is none.
func (h Headroom) Interval() string {
	if h.Low == nil {
		return ""
	}
	return fmt.Sprintf("%sx to %sx", digits(*h.Low, h.Low, h.High), digits(*h.High, h.Low, h.High))
}

// Sentence says up to which load a layout passes.
func (h Headroom) Sentence() string {
	switch {
	case h.Leaks:
		return "lasts at no load, as it loses slots for good"
	case h.Factor == 0:
		return fmt.Sprintf("passes at no load that was tried, down to %sx", digits(headroomFloor, nil, nil))
	case h.Factor < 1:
		return "would pass at " + h.Load()
	case h.AtLimit:
		return "still passes at " + h.Load()
	}
	return "passes up to " + h.Load()
}

// Load is it with its interval, or that it is the highest that was tried.
func (h Headroom) Load() string {
	switch {
	case h.AtLimit:
		return h.String() + " the load, the highest tried"
	case h.Low != nil:
		return fmt.Sprintf("%s the load (%s)", h.String(), h.Interval())
	}
	return h.String() + " the load"
}

// digits writes a number, or an end of its interval, with the decimals that the interval leaves open: one digit of half its
// width, two where that begins with 1; at most four digits in all, and one at least of the lower end.
func digits(x float64, low, high *float64) string {
	if low == nil || !(*high > *low) {
		return fmt.Sprintf("%.3g", x)
	}
	half := (*high - *low) / 2
	order := func(x float64) int { return int(math.Floor(math.Log10(x))) }
	decimals := -order(half)
	if half < 2*math.Pow10(-decimals) {
		decimals++
	}
	decimals = max(0, min(decimals, 3-order(*high)))
	if *low > 0 {
		decimals = max(decimals, -order(*low))
	}
	return fmt.Sprintf("%.*f", decimals, x)
}

const (
	headroomLimit   = 8.0   // largest factor tried
	headroomFloor   = 0.125 // smallest
	headroomProbe   = 5e4   // tasks of a probe while the limit is being bracketed, at least
	headroomBracket = 1.15  // ratio of a bracket in which the limit is looked for by interpolation
	headroomStep    = 1.14  // by which a step goes beyond an end, for the bracket to become as narrow as that
	headroomPoints  = 5     // probes there, at most,
	headroomLook    = 2e5   // with so many tasks each, at least
	headroomApart   = 0.015 // relative distance of two of them, at least
	headroomNear    = 0.04  // relative distance of the limit from one of them within which a line is as good as the curve
	headroomFar     = 0.25  // of a load from the line that it says something of
	headroomHalf    = 0.012 // relative half-width that the nearest of them is to reach with as many more as it takes,
	headroomTasks   = 4e5   // but not more tasks than this
	headroomSlack   = 0.4   // of a slope, for which its lever is given as many
)

// headroom finds how much load each layout takes. Layouts without targets are left out.
func (e *engine) headroom() (map[string]Headroom, error) {
	found := map[string]Headroom{}
	if !e.targeted() {
		return found, nil
	}
	searches := e.searches(Input{Kind: Load})
	if err := e.limits("headroom", searches); err != nil {
		return nil, err
	}
	for _, s := range searches {
		h := s.headroom(e)
		h.Breaks = e.breaks(s)
		found[e.sc.Layouts[s.layout].Name] = h
	}
	return found, nil
}

// searches are those for the limit of an input, a layout each. They begin with what the file says, which has been run.
func (e *engine) searches(of Input) (all []*search) {
	for l := range e.sc.Layouts {
		s := &search{layout: l, input: of, at: 1, least: 1, wall: math.Inf(1), brim: math.Inf(1), leaks: e.leaky(l)}
		s.over = s.leaks
		s.take(e.excess(l, e.samples[l]), &probed{e.samples[l], &e.pools[l]})
		if of.Kind == Load {
			s.brim = e.brim(l)
			if e.steady() {
				s.wall = s.brim
			}
			if !math.IsInf(s.wall, 1) && (s.high.at == 0 || s.wall < s.high.at) {
				s.high = point{at: s.wall, excess: excess{sure: true}}
			}
		}
		all = append(all, s)
	}
	return all
}

// limits searches side by side: each round of probes fills the cores.
func (e *engine) limits(phase string, searches []*search) error {
	for {
		var cells []Cell
		var of []*search // by cell
		over := true
		for _, s := range searches {
			if !s.next(e) {
				continue
			}
			over = false
			s.probed = s.before()
			if !e.stableAtProbe(s) {
				continue
			}
			done := 0
			if s.probed != nil {
				done = len(s.probed.samples)
			}
			for r := done; r < s.runs(e); r++ {
				cells, of = append(cells, e.changed(s.layout, r, s.input, s.at)), append(of, s)
			}
		}
		if over {
			return nil
		}
		err := e.batch(phase, cells, func(i int, o *Outcome) {
			s := of[i]
			if s.probed == nil {
				s.probed = &probed{pool: &pool{}}
			}
			s.probed.samples = append(s.probed.samples, newSample(&o.Result, e.warmup+e.horizon, e.horizon))
			if s.input.Kind == Load { // who waits behind whom there
				s.probed.pool.add(&o.Result)
			}
		})
		if err != nil {
			return err
		}
		for _, s := range searches {
			if s.over {
				continue
			}
			if s.probed == nil { // not simulated
				s.take(excess{sure: true}, nil)
			} else {
				s.take(e.excess(s.layout, s.probed.samples), s.probed)
			}
		}
	}
}

// changed is a replication of a layout with an input at a factor.
func (e *engine) changed(layout, replication int, in Input, factor float64) Cell {
	if in.Kind == Load {
		return e.cell(layout, replication, factor)
	}
	c := e.cell(layout, replication, 1)
	c.Change = &Change{in, factor}
	return c
}

// tasks is the mean number of tasks of a replication of a layout.
func (e *engine) tasks(l int) float64 {
	return max(1, float64(e.pools[l].classes[len(e.sc.Classes)].Published)/float64(len(e.samples[l])))
}

func (e *engine) targeted() bool {
	for c := range e.sc.Classes {
		if len(e.sc.Classes[c].SLO) > 0 {
			return true
		}
	}
	return false
}

// brim is the least load at which a queue would grow without end; +Inf where that is beyond all that is tried.
func (e *engine) brim(layout int) float64 {
	low, high := headroomFloor, headroomLimit
	if e.stableAt(layout, high) {
		return math.Inf(1)
	}
	for high > low*(1+1e-6) {
		if at := math.Sqrt(low * high); e.stableAt(layout, at) {
			low = at
		} else {
			high = at
		}
	}
	return high
}

// stableAtProbe spares the simulation of what cannot be steady.
func (e *engine) stableAtProbe(s *search) bool {
	switch {
	case !e.steady():
		return true
	case s.input.Kind == Load:
		return e.stableAt(s.layout, s.at)
	}
	changed := *e
	changed.sc = (&Change{s.input, s.at}).apply(e.sc)
	return changed.stableAt(s.layout, 1)
}

// excess is how a layout does against its targets at some load.
type excess struct {
	passes bool
	sure   bool // it fails whatever the excesses say: nothing is steady, or a target is missed as a whole
	level  stats.Level
	missed []missed
	class  int            // of the target that is missed most,
	target *workloads.SLO // that one; nil = none
}

// missed is by how much each replication misses a target: the mean is below 0 where it is met.
type missed struct {
	class   int
	target  *workloads.SLO
	rows    []float64
	allowed float64 // the part of the tasks that may miss a quantile; 1 where rows are relative
	sure    bool    // whether it is met
}

// part is the mean of what the first n replications miss, against what may be: 1 at the limit.
func (m *missed) part(n int) float64 { return 1 + mean(m.rows[:n])/m.allowed }

// of is what there is of a target; nil = nothing says by how much it is missed: nothing is steady, or all is met.
func (x *excess) of(target *workloads.SLO) *missed {
	for i := range x.missed {
		if x.missed[i].target == target {
			return &x.missed[i]
		}
	}
	return nil
}

// probe is the engine with other samples of one layout.
func (e *engine) probe(l int, samples []sample) *engine {
	probe := *e
	probe.withheld = make([]map[int]bool, len(e.samples))
	probe.samples = make([][]sample, len(e.samples))
	probe.samples[l] = samples
	probe.evidence = slices.Clone(e.evidence)
	probe.look(l, len(samples))
	return &probe
}

// excess judges the samples of a layout at some load.
func (e *engine) excess(l int, samples []sample) excess {
	if l < len(e.withheld) && &samples[0] == &e.samples[l][0] && len(e.withheld[l]) > 0 {
		return excess{sure: true} // a queue grows without end
	}
	probe := e.probe(l, samples)
	x := excess{passes: true, level: probe.evidence[l].level}
	most := math.Inf(-1) // excess, in units of its spread
	worse := func(by float64, class int, target *workloads.SLO) {
		x.passes = x.passes && by <= 0
		if by > most {
			most, x.class, x.target = by, class, target
		}
	}
	for c := range e.sc.Classes {
		probe.targets(c, func(o *workloads.SLO, target int) {
			j := probe.judge(l, c, o, target)
			var rows []float64
			if j.Value != nil || j.Attained != nil {
				rows = probe.missing(l, c, o, target, &j)
			}
			if rows == nil {
				if j.Verdict == fail {
					x.sure = true
					worse(math.Inf(1), c, o)
				}
				return
			}
			scale := 0.0
			for _, r := range rows {
				scale += r * r / float64(len(rows))
			}
			worse(mean(rows)/math.Sqrt(max(scale, math.SmallestNonzeroFloat64)), c, o)
			m := missed{c, o, rows, 1, side(j.decisive, j.decides) != undecided}
			if o.Share == workloads.NoShare && o.Stat.Kind == workloads.Quantile {
				m.allowed = 1 - o.Stat.P
			}
			x.missed = append(x.missed, m)
		})
	}
	return x
}

// surely is pass or fail where a target is met or missed for certain, and undecided elsewhere. Where none is given, all of them
// are met, or one is missed.
func (x *excess) surely(target *workloads.SLO) string {
	if x.sure {
		return fail
	}
	met := target != nil || x.passes
	for i := range x.missed {
		m := &x.missed[i]
		if target != nil && m.target != target {
			continue
		}
		if m.sure && mean(m.rows) > 0 {
			return fail
		}
		met = met && m.sure
	}
	if met {
		return pass
	}
	return undecided
}

// missing is by how much each replication misses a target, in units of what it bounds; nil for what is met or missed as
// a whole.
func (e *engine) missing(l, c int, o *workloads.SLO, target int, j *judged) []float64 {
	switch {
	case o.Slice > 0 || o.HasBy || j.decides == 0 || o.Share == workloads.NoShare && o.Stat.Kind == workloads.Max:
		return nil
	case o.Share == workloads.NoShare && o.Stat.Kind == workloads.Quantile:
		met, of := e.met(l, c, target)
		rows := linear(j.decisive.Value, met, of)
		for i := range rows {
			rows[i] = o.Stat.P - rows[i]
		}
		return rows
	}
	rows := make([]float64, len(j.row))
	for i, x := range j.row {
		rows[i] = (x - j.Target) / j.Target
	}
	if j.Verdict == fail && j.known {
		return nil
	}
	return rows
}
