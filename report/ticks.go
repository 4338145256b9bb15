package report

import (
	"math"
	"unicode/utf8"

	"gonum.org/v1/plot"

	"example.com/simrun/internal/units"
)

// decades are where a logarithmic axis of seconds has a labelled tick: powers of ten up to 10 s, then the times that
// people name.
var decades = []float64{1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 60, 600, 3600, 36000, 86400, 864000, 8640000}

// logTicks are the ticks of a logarithmic axis of durations. Over a short range every step of 1, 2, 5 is labelled.
type logTicks struct {
	until float64 // no ticks above: there the axis only makes room; 0 = to its end
}

func (t logTicks) Ticks(low, high float64) []plot.Tick {
	return legible(t.all(low, high), low, high)
}

func (t logTicks) all(low, high float64) []plot.Tick {
	short, end := high/low < 150, high
	if t.until > 0 {
		end = min(high, t.until)
	}
	var out []plot.Tick
	for i, d := range decades {
		next := d * 10
		if i+1 < len(decades) {
			next = decades[i+1]
		}
		for m := 1.0; m < 10 && d*m < next*(1-1e-9); m++ {
			v := d * m
			if v < low*(1-1e-9) || v > end*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: v}
			if m == 1 || short && (m == 2 || m == 5 && d*5 < next*0.99) {
				tick.Label = units.Duration(v)
			}
			out = append(out, tick)
		}
	}
	return out
}

// legible takes the labels from ticks of a logarithmic axis that would run into the one before.
func legible(ticks []plot.Tick, low, high float64) []plot.Tick {
	const axis, letter, gap = 330.0, 5.2, 4.0 // points: an axis in a figure, and text of smallSize
	end := math.Inf(-1)
	for i := range ticks {
		if ticks[i].Label == "" {
			continue
		}
		at := axis * math.Log(ticks[i].Value/low) / math.Log(high/low)
		half := letter * float64(utf8.RuneCountInString(ticks[i].Label)) / 2
		if at-half < end+gap {
			ticks[i].Label = ""
			continue
		}
		end = at + half
	}
	return ticks
}

// floorTick and ceilTick are the ticks that enclose x: an axis starts and ends at one.
func floorTick(x float64) float64 {
	best := decades[0]
	for _, d := range decades {
		for _, m := range []float64{1, 2, 5} {
			if d*m <= x*(1+1e-9) && d*m > best {
				best = d * m
			}
		}
	}
	return best
}

func ceilTick(x float64) float64 {
	best := math.Inf(1)
	for _, d := range decades {
		for _, m := range []float64{1, 2, 5} {
			if d*m >= x*(1-1e-9) {
				best = math.Min(best, d*m)
			}
		}
	}
	return math.Max(x, math.Min(best, x*10))
}

// steps are the distances of ticks on a linear axis of seconds.
var steps = []float64{1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 604800}

// durationTicks are about five ticks of a linear axis of seconds, at round times.
type durationTicks struct{}

func (durationTicks) Ticks(low, high float64) []plot.Tick {
	return linear(low, high, durationStep(high-low), units.Duration)
}

func durationStep(span float64) float64 {
	if span >= 5 {
		for _, s := range steps {
			if span/s <= 6.5 {
				return s
			}
		}
	}
	return niceStep(span)
}

// countTicks are about five ticks of a linear axis of plain numbers.
type countTicks struct{ most int }

func (t countTicks) Ticks(low, high float64) []plot.Tick {
	step := niceStep(high - low)
	if t.most > 0 {
		for (high-low)/step > float64(t.most) {
			step = niceStep(step * 12)
		}
	}
	return linear(low, high, step, units.Count)
}

// shareTicks are the ticks of an axis of percentages.
type shareTicks struct{}

func (shareTicks) Ticks(low, high float64) []plot.Tick { return linear(low, high, 0.25, units.Share) }

// nines is a scale of shares that is stretched towards 1, where targets lie: from 90 to 99 % it is as far as from 0 to
// 90 %.
type nines struct{}

// Normalize implements plot.Normalizer.
func (nines) Normalize(low, high, x float64) float64 {
	return (math.Log(1-low) - math.Log(1-x)) / (math.Log(1-low) - math.Log(1-high))
}

type ninesTicks struct{}

func (ninesTicks) Ticks(low, high float64) (out []plot.Tick) {
	for _, p := range []float64{0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999} {
		if p >= low && p <= high {
			out = append(out, plot.Tick{Value: p, Label: units.Share(p)})
		}
	}
	return out
}

// niceStep is 1, 2 or 5 times a power of ten, about a fifth of the span.
func niceStep(span float64) float64 {
	if !(span > 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(span/5)))
	for _, m := range []float64{1, 2, 5, 10} {
		if span/(unit*m) <= 6 {
			return unit * m
		}
	}
	return unit * 10
}

func linear(low, high, step float64, label func(float64) string) []plot.Tick {
	var out []plot.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high*(1+1e-9); i++ {
		v := i*step + 0 // -0 + 0 = 0
		out = append(out, plot.Tick{Value: v, Label: label(v)})
	}
	return out
}
