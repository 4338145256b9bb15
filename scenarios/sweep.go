package scenarios

import (
	"math"
	"slices"
)

// Sweep is the scenario over a grid of what its file varies.
type Sweep struct {
	Axes  []Axis
	Cells []Cell // the last axis varies fastest
}

// Axis is one thing that is varied.
type Axis struct {
	Name    string    // a path of the file, "load" or "size"
	Values  []string  // as written
	Numbers []float64 // the same in the first unit of their kind (seconds, tasks a second), for plots; NaN where a value is no number
}

// Cell is the scenario with one value of every axis in place.
type Cell struct {
	At       []int // of each axis: index of its value
	Scenario *Scenario
}

const (
	// maxCells bounds a grid: each cell is an experiment of its own.
	maxCells = 400
	// maxSwept bounds what is read: a large file is read again for every cell.
	maxSwept = 4_000_000
	// maxAxisProblems are the problems of cells that are told.
	maxAxisProblems = 50
)

// axis is an axis while it is read.
type axis struct {
	name   string
	steps  []string // to its value; nil for load and size
	shape  shape
	values []*value
}

// axes finds what a sweep varies in the file. What it names and the file does not have is reported.
func (d *decoder) axes() []axis {
	sweep := d.given.get("sweep")
	if sweep == nil || sweep.kind != table || d.broken(sweep) {
		return nil
	}
	var found []axis
	for _, f := range sweep.fields {
		a, ok := d.axis("sweep", f.key, f.at)
		if !ok {
			continue
		}
		a.values = f.val.items
		for _, other := range found {
			if a.steps != nil && other.steps != nil && (startsWith(a.steps, other.steps) || startsWith(other.steps, a.steps)) {
				d.errorf(f.at, join("sweep", f.key), "overlaps %s, which is varied too", other.name)
			}
		}
		found = append(found, a)
	}
	return found
}

// axis finds what a path of a sweep, or of what is assumed, leads to. One that leads nowhere is reported.
func (d *decoder) axis(group, path string, at position) (a axis, ok bool) {
	a = axis{name: path}
	if path == "load" || path == "size" {
		a.shape = factor()
		return a, true
	}
	steps, s, meant := match(place{d.root.without("sweep").without("assumed"), d.grammar}, path)
	if meant != "" {
		d.errorf(at, join(group, path), "matches nothing in this file: %s", meant)
		return a, false
	}
	a.steps, a.shape = steps, s
	return a, true
}

func startsWith(path, start []string) bool {
	return len(path) >= len(start) && slices.Equal(path[:len(start)], start)
}

// sweep reads the file once for every cell of the grid, with the cell's values in place. What is wrong with a value is
// reported where it is written, in the sweep.
func (d *decoder) sweep(group string, root *value, axes []axis) *Sweep {
	if len(axes) == 0 {
		return nil
	}
	s := &Sweep{}
	cells := 1
	for _, a := range axes {
		cells *= len(a.values)
		x := Axis{Name: a.name}
		for _, v := range a.values {
			x.Values = append(x.Values, v.inline())
			x.Numbers = append(x.Numbers, numberAs(a.shape, v))
		}
		s.Axes = append(s.Axes, x)
	}
	if n := root.count(); n*cells > maxSwept {
		d.errorf(root.get(group).at, group, "%d cells of a file of %d values: want fewer", cells, n)
		return nil
	}
	b := blame{decoder: d, root: root.without("sweep").without("assumed").without("observed"), axes: axes, alone: map[[2]int]Errors{}, inSweep: map[position]bool{}, said: map[Problem]bool{}}
	for _, a := range axes {
		for _, v := range a.values {
			v.each(func(v *value) { b.inSweep[v.at] = true })
		}
	}
	for n := range cells {
		at := make([]int, len(axes))
		for i, rest := len(axes)-1, n; i >= 0; i-- {
			at[i], rest = rest%len(axes[i].values), rest/len(axes[i].values)
		}
		cell, c := b.read(at)
		b.report(at, cell.problems)
		if len(d.found) > maxAxisProblems {
			return nil
		}
		if cell.found == nil {
			cell.finish(c)
			s.Cells = append(s.Cells, Cell{At: at, Scenario: c})
		}
	}
	return s
}

// blame reads cells and says which value of which axis is to blame for what is wrong with one.
type blame struct {
	*decoder
	root    *value // of the file
	axes    []axis
	alone   map[[2]int]Errors // by axis and value: what is wrong with the file when only that is changed
	inSweep map[position]bool // places of the values
	said    map[Problem]bool
}

// read returns the file with some of the values in place: of every axis the value at that index, -1 = as the file has it.
func (b *blame) read(at []int) (*decoder, *Scenario) {
	root, load, size := b.root, (*value)(nil), (*value)(nil)
	for i, a := range b.axes {
		switch {
		case at[i] < 0:
		case a.name == "load":
			load = a.values[at[i]]
		case a.name == "size":
			size = a.values[at[i]]
		default:
			root = put(root, b.full(), a.steps, a.values[at[i]])
		}
	}
	p := &problems{file: b.file}
	cell := &decoder{problems: p, grammar: b.grammar, dir: b.dir, sum: b.sum, traces: b.traces}
	cell.load(root, func(v *value) *value { return grow(p, v, load, size) })
	if cell.found != nil { // sizes out of bounds are not laid out
		return cell, nil
	}
	return cell, cell.scenario()
}

// full returns the file with extends merged and defaults filled in.
func (b *blame) full() *value { return b.decoder.root }

// report passes on what is wrong with a cell. Problems that lie elsewhere in the file, which is sound by itself, are
// reported at the value that makes them.
func (b *blame) report(at []int, p *problems) {
	for _, q := range p.found {
		if q = b.moved(at, q); !b.said[q] {
			b.said[q] = true
			b.found = append(b.found, q)
		}
	}
	for _, q := range p.warnings {
		if !slices.Contains(b.warnings, q) { // the file's own
			if q = b.moved(at, q); !slices.Contains(b.warnings, q) {
				b.warnings = append(b.warnings, q)
			}
		}
	}
}

// moved returns a problem at the value that makes it.
func (b *blame) moved(at []int, q Problem) Problem {
	if !b.inSweep[position{q.Line, q.Column}] {
		v := b.culprit(at, q).at
		q.Line, q.Column = v.line, v.column
	}
	return q
}

// culprit returns the value that makes a problem by itself, or else the last that differs from the file.
func (b *blame) culprit(at []int, q Problem) *value {
	last := b.axes[len(b.axes)-1]
	for i, a := range b.axes {
		key := [2]int{i, at[i]}
		found, known := b.alone[key]
		if !known {
			only := make([]int, len(at))
			for j := range only {
				only[j] = -1
			}
			only[i] = at[i]
			cell, _ := b.read(only)
			found = slices.Concat(cell.found, cell.warnings)
			b.alone[key] = found
		}
		if slices.Contains(found, q) {
			return a.values[at[i]]
		}
	}
	return last.values[at[len(at)-1]]
}

// numberAs returns the value as a number of that shape, NaN if it is none.
func numberAs(s shape, v *value) float64 {
	switch s := s.(type) {
	case amount:
		if x, err := s.parse(v); err == nil {
			return x
		}
	case autoOr:
		return numberAs(s.amount, v)
	case noneOr:
		return numberAs(s.amount, v)
	case *either:
		return numberAs(s.pick(v.kind), v)
	case ioPhase:
		return numberAs(s.either, v)
	}
	return math.NaN()
}
