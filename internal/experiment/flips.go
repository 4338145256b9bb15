package experiment

import (
	"cmp"
	"math"
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/workloads"
)

// Flips says how near the answer is to another one: flip.json.
type Flips struct {
	Flips   []Flip  `json:"flips"`   // the nearest first
	Firm    []Firm  `json:"firm"`    // what flips nothing
	Tornado []Swing `json:"tornado"` // the widest first
}

// Flip is the nearest value of an input, the others as in the file, at which the answer is another one.
type Flip struct {
	Input  string   `json:"input"`
	Of     string   `json:"of"` // verdict: of what runs today; recommendation
	At     float64  `json:"at"` // in the unit
	Low    *float64 `json:"low"`
	High   *float64 `json:"high"` // nil where nothing is random, or the system ceases to be steady there
	From   string   `json:"from"` // pass or fail; the name of a layout, or none
	To     string   `json:"to"`
	Now    float64  `json:"now"`
	Unit   string   `json:"unit"` // x: times what the file says; /s; s; "": a share
	Factor float64  `json:"factor"`
}

// Firm is an input that flips nothing within the factors tried.
type Firm struct {
	Input string  `json:"input"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Swing is what a tenth less and a tenth more of an input changes of the figure that decides, on the same tasks.
type Swing struct {
	Input    string           `json:"input"`
	Low      float64          `json:"low"`  // change at a tenth less; seconds, or a share
	High     float64          `json:"high"` // at a tenth more
	Strategy string           `json:"strategy"`
	Class    string           `json:"class"`
	Metric   workloads.Metric `json:"metric"`
	Value    float64          `json:"value"` // as the file has it
}

// none is recommended.
const none = "none"

// flips finds what changes the answer.
func (e *engine) flips(r *Result, names []string) (*Flips, error) {
	inputs, err := ParseInputs(e.sc, names)
	if err != nil {
		return nil, err
	}
	f := &Flips{Flips: []Flip{}, Firm: []Firm{}, Tornado: []Swing{}}
	if !e.targeted() || r.Verdict.Status == noVerdict && !allHold(r.Checks) {
		return f, nil
	}
	var all []*search
	for _, in := range inputs {
		all = append(all, e.searches(in)...)
	}
	if err := e.limits("flips", all); err != nil {
		return nil, err
	}
	for i, in := range inputs {
		of := all[i*len(e.sc.Layouts) : (i+1)*len(e.sc.Layouts)]
		found := e.flipsOf(r, in, of)
		f.Flips = append(f.Flips, found...)
		if len(found) == 0 {
			tried := Firm{Input: inputName(e.sc, in), Low: 1, High: 1}
			for _, s := range of {
				tried.Low, tried.High = min(tried.Low, s.least), max(tried.High, s.tried)
			}
			f.Firm = append(f.Firm, tried)
		}
	}
	far := func(x Flip) float64 { return math.Abs(math.Log(x.Factor)) }
	slices.SortStableFunc(f.Flips, func(a, b Flip) int { return cmp.Compare(far(a), far(b)) })
	if f.Tornado, err = e.tornado(r, inputs); err != nil {
		return nil, err
	}
	return f, nil
}

// edge is where a layout begins or ends to pass, as its input grows.
type edge struct {
	layout int
	Headroom
}

// flipsOf are the flips of one input: of today's verdict, and of the recommendation on both sides.
func (e *engine) flipsOf(r *Result, in Input, of []*search) (found []Flip) {
	states := make([]string, len(e.sc.Layouts))
	var edges []edge
	for l, s := range of {
		states[l] = state(&r.Strategies[l])
		if len(r.Strategies[l].Breaches) > 0 {
			states[l] = fail
		} else if h := s.headroom(e); h.Factor > 0 && !h.AtLimit {
			edges = append(edges, edge{l, h})
		}
	}
	flip := func(at edge, of, from, to string) {
		now, unit := present(e.sc, in)
		x := Flip{Input: inputName(e.sc, in), Of: of, At: now * at.Factor, From: from, To: to, Now: now, Unit: unit, Factor: at.Factor}
		if at.Low != nil {
			x.Low, x.High = new(now**at.Low), new(now**at.High)
		}
		found = append(found, x)
	}
	// Below its edge a layout passes, above it does not; what is decided now stays so on this side.
	at := func(x float64) string {
		there := slices.Clone(states)
		for _, d := range edges {
			switch {
			case x > 1 && states[d.layout] == pass && d.Factor < x, x < 1 && states[d.layout] != pass && d.Factor < x:
				there[d.layout] = fail
			case x < 1 && states[d.layout] != pass && d.Factor >= x:
				there[d.layout] = pass
			}
		}
		if taken := recommended(e.passing(there)); taken != nil {
			return e.sc.Layouts[taken.layout].Name
		}
		return none
	}
	slices.SortStableFunc(edges, func(a, b edge) int { return cmp.Compare(a.Factor, b.Factor) })
	base := e.sc.Baseline
	for _, d := range edges {
		switch {
		case d.layout == base && states[base] == pass && d.Factor > 1:
			flip(d, "verdict", pass, fail)
		case d.layout == base && states[base] == fail && d.Factor < 1:
			flip(d, "verdict", fail, pass)
		}
	}
	now := at(1)
	for _, d := range edges { // the nearest above
		if to := at(d.Factor * (1 + 1e-9)); d.Factor > 1 && to != now {
			flip(d, "recommendation", now, to)
			break
		}
	}
	for _, d := range slices.Backward(edges) { // and below
		if to := at(d.Factor * (1 - 1e-9)); d.Factor < 1 && to != now {
			flip(d, "recommendation", now, to)
			break
		}
	}
	return found
}

// tenth is by how much the inputs of a tornado swing.
const tenth = 0.1

// tornado swings each input by a tenth, and looks at the figure that decides: that of the recommended layout, or of today's,
// which uses up most of its target.
func (e *engine) tornado(r *Result, inputs []Input) ([]Swing, error) {
	l := e.sc.Baseline
	if r.Verdict.Recommend != nil {
		l = slices.IndexFunc(r.Strategies, func(s Strategy) bool { return s.Name == *r.Verdict.Recommend })
	}
	class, target := -1, -1
	most := math.Inf(-1)
	for c := range r.Strategies[l].Classes {
		for t, o := range r.Strategies[l].Classes[c].SLO {
			if o.Value.Known() && o.Target > 0 && o.Value.Value/o.Target > most {
				most, class, target = o.Value.Value/o.Target, c, t
			}
		}
	}
	swings := []Swing{}
	if class < 0 {
		return swings, nil
	}
	aim := &e.sc.Classes[class].SLO[target]
	n := min(len(e.samples[l]), e.looks[0], e.runsOf(l, headroomLook, leastLook))
	sides := [2]float64{1 - tenth, 1 + tenth}
	var cells []Cell
	for _, in := range inputs {
		for _, factor := range sides {
			for i := range n {
				cells = append(cells, e.changed(l, i, in, factor))
			}
		}
	}
	samples := make([]sample, 0, len(cells))
	err := e.batch("tornado", cells, func(_ int, o *Outcome) {
		samples = append(samples, newSample(&o.Result, e.warmup+e.horizon, e.horizon))
	})
	if err != nil {
		return nil, err
	}
	figure := func(of []sample) float64 {
		probe := e.probe(l, of)
		value := math.NaN()
		probe.targets(class, func(o *workloads.SLO, t int) {
			if o == aim {
				if j := probe.judge(l, class, o, t); j.Value.Known() {
					value = j.Value.Value
				}
			}
		})
		return value
	}
	now := figure(e.samples[l][:n])
	for i, in := range inputs {
		s := Swing{
			Input: inputName(e.sc, in), Strategy: e.sc.Layouts[l].Name, Class: e.sc.Classes[class].Name, Metric: aim.Metric,
			Value: now, Low: figure(samples[2*i*n:(2*i+1)*n]) - now, High: figure(samples[(2*i+1)*n:(2*i+2)*n]) - now,
		}
		if !math.IsNaN(s.Low) && !math.IsNaN(s.High) {
			swings = append(swings, s)
		}
	}
	width := func(s Swing) float64 { return max(math.Abs(s.Low), math.Abs(s.High)) }
	slices.SortStableFunc(swings, func(a, b Swing) int { return cmp.Compare(width(b), width(a)) })
	return swings, nil
}

// Sentence says what flips, and where.
func (f *Flip) Sentence() string {
	at := f.Show(f.At)
	if f.Low != nil {
		at += " (" + f.Show(*f.Low) + " to " + f.Show(*f.High) + ")"
	}
	direction := "rises to "
	if f.Factor < 1 {
		direction = "falls to "
	}
	return "If " + f.Input + " " + direction + at + ", " + f.Outcome() + "."
}

// Outcome is what is so beyond a flip.
func (f *Flip) Outcome() string {
	switch {
	case f.Of == "verdict" && f.To == fail:
		return "what runs today no longer passes"
	case f.Of == "verdict":
		return "what runs today passes"
	case f.To == none:
		return "nothing here passes any more"
	case f.From == none:
		return f.To + " passes"
	}
	return f.To + " is recommended instead of " + f.From
}

// Show writes a value of the input.
func (f *Flip) Show(v float64) string {
	switch f.Unit {
	case "x":
		if v == f.Now { // exact, whatever the interval of where it flips
			return digits(v, nil, nil) + "x"
		}
		return digits(v, f.Low, f.High) + "x"
	case "s":
		return units.Duration(v)
	case "":
		return units.Share(v)
	}
	for _, per := range []struct {
		unit    string
		seconds float64
	}{{"/s", 1}, {"/min", 60}, {"/h", 3600}} {
		if v*per.seconds >= 0.1 {
			return units.Number(v*per.seconds) + per.unit
		}
	}
	return units.Number(v*86400) + "/day"
}
