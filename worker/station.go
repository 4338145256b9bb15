package worker

import "example.com/simrun/des"

// station is the slots of all workers that a waiting task could go to.
type station struct {
	moved   des.Time
	moves   []move  // of that instant, not in force yet: where a slot goes to the next task of a class, nothing has changed
	lineOf  []*line // each class; nil = none of it has waited here
	waiting int     // tasks
	stamp   int     // changes whenever any have waited
	slots   int
	each    float64   // the part of one
	parts   []portion // of what the tasks of each class hold; then of what no task does
	lines   []*line   // of the classes that have waited here
	full    []spells  // of each class
	seen    bool      // the observed window has ended
}

// Parts of a station that no task holds, after those of the classes.
const (
	replaced = iota
	free
	absent
	unheld
)

// portion is how much of a station somebody has.
type portion struct {
	held  int     // slots
	rate  float64 // of the wait that is charged
	stamp int     // of the station, when all that waited was charged
	by    []charge
}

// charge is what the tasks of a line have waited for a part.
type charge struct {
	seen float64 // the wait of the line up to which they are charged
	ns   float64
}

// line is the tasks of one class that wait at a station.
type line struct {
	n      int
	from   des.Time
	waited float64 // by all of them together, up to then, in ns
	place  int     // among those of the station
}

// move is a change of what a class holds.
type move struct{ class, by int }

// ns in a second.
const ns = 1e9

func newStation(classes int) *station {
	st := &station{parts: make([]portion, classes+unheld), lineOf: make([]*line, classes), full: make([]spells, classes)}
	st.resize(0, 0)
	return st
}

// settle charges a part with what has been waited until now, and goes on with what it holds from now on.
func (st *station) settle(k int, now des.Time) {
	p := &st.parts[k]
	if st.waiting > 0 || p.stamp != st.stamp {
		for i, l := range st.lines {
			by := &p.by[i]
			st.wait(l, now)
			by.ns += p.rate * (l.waited - by.seen)
			by.seen = l.waited
		}
		p.stamp = st.stamp
	}
	p.rate = float64(max(0, p.held)) * st.each
}

// wait counts what a line has waited.
func (st *station) wait(l *line, now des.Time) {
	if l.n > 0 && now > l.from {
		l.waited += float64(l.n) * float64(now-l.from)
		st.stamp++
	}
	l.from = now
}

// hold changes the number of slots that the tasks of a class hold; of none, if that is the number of classes.
func (st *station) hold(class, d int, now des.Time) {
	if now != st.moved {
		if len(st.moves) > 0 {
			st.enforce()
		}
		st.moved = now
	}
	for i := range st.moves {
		if m := &st.moves[i]; m.class == class {
			m.by += d
			return
		}
	}
	st.moves = append(st.moves, move{class, d})
}

// enforce puts what has moved in force.
func (st *station) enforce() {
	all := 0
	for _, m := range st.moves {
		if m.by == 0 {
			continue
		}
		all += m.by
		st.parts[m.class].held += m.by
		st.settle(m.class, st.moved)
		st.mark(m.class, st.moved)
	}
	st.moves = st.moves[:0]
	if all != 0 {
		rest := len(st.full) + free
		st.parts[rest].held -= all
		st.settle(rest, st.moved)
	}
}

// resize changes the number of slots.
func (st *station) resize(d int, now des.Time) {
	st.enforce()
	st.slots += d
	st.each = 1 / float64(max(1, st.slots))
	rest := st.parts[len(st.full):]
	rest[free].held += d
	rest[absent].held = 0
	if st.slots == 0 {
		rest[absent].held = 1
	}
	st.settleAll(now)
	for k := range st.full {
		st.mark(k, now)
	}
}

func (st *station) settleAll(now des.Time) {
	for k := range st.parts {
		st.settle(k, now)
	}
}

// queue changes the number of tasks of a class that wait.
func (st *station) queue(class int32, d int, now des.Time) {
	if now > st.moved && len(st.moves) > 0 {
		st.enforce()
	}
	l := st.lineOf[class]
	if l == nil {
		l = st.open(class)
	}
	st.wait(l, now)
	l.n += d
	st.waiting += d
}

// open makes the line of a class.
func (st *station) open(class int32) *line {
	l := &line{place: len(st.lines)}
	st.lineOf[class] = l
	st.lines = append(st.lines, l)
	for k := range st.parts {
		st.parts[k].by = append(st.parts[k].by, charge{})
	}
	return l
}

// charged adds what a class has waited for each part, in seconds, up to the last time that all were settled.
func (st *station) charged(class int, sum []float64) {
	if l := st.lineOf[class]; l != nil {
		for k := range st.parts {
			sum[k] += st.parts[k].by[l.place].ns / ns
		}
	}
}
