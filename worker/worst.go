package worker

import (
	"slices"

	"example.com/simrun/des"
)

// fiveMinutes is the window in which waits are looked at for the worst.
const fiveMinutes = 5 * 60 * 1_000_000_000

// windows are those of the observed time, of each class the one in which it waited most.
type windows struct {
	before [][]float64 // what each class had waited for each part until it began, in seconds
	worst  [][]float64 // what it waited in the worst
	most   []float64   // all of that
	span   []des.Time  // of the worst
}

func newWindows(classes int) windows {
	w := windows{
		before: make([][]float64, classes), worst: make([][]float64, classes),
		most: make([]float64, classes), span: make([]des.Time, classes),
	}
	for class := range classes {
		w.before[class], w.worst[class] = make([]float64, classes+unheld), make([]float64, classes+unheld)
	}
	return w
}

// close ends a window, which is shorter at the end of what is observed. All stations are settled.
func (w *windows) close(stations []*station, span des.Time) {
	for class, before := range w.before {
		sum := make([]float64, len(before))
		for _, st := range stations {
			st.charged(class, sum)
		}
		all := 0.0
		for k, x := range sum {
			sum[k], before[k] = x-before[k], x
			all += sum[k]
		}
		if all > w.most[class] {
			w.worst[class], w.most[class], w.span[class] = sum, all, span
		}
	}
}

// of is the worst of a class.
func (w *windows) of(class int) Worst {
	if w.most[class] == 0 {
		return Worst{}
	}
	parts := w.worst[class]
	rest := parts[len(w.most):]
	return Worst{Runs: 1, Span: w.span[class], By: slices.Clone(parts[:len(w.most)]), Replaced: rest[replaced], Idle: rest[free], Absent: rest[absent]}
}
