package workloads

import (
	"math"

	"example.com/simrun/des"
)

// Stages are Poisson arrivals whose rate follows a plan. The plan repeats, and its first round begins on Monday 00:00.
// A factor of the rate multiplies the rates and leaves the plan's times as they are.
type Stages struct{ Steps []Stage }

// Stage is one step of a plan: the rate per second goes linearly From its beginning To its end; a step of constant
// rate has From = To, and a step written `ramp_to` begins From where the step before it ended.
type Stage struct {
	For      des.Time
	From, To float64
}

// area returns the expected number of arrivals in the first x seconds of the step: From x + slope x²/2.
func (s Stage) area(x float64) float64 { return float64(x * (s.From + float64(s.slope()*x/2))) }

func (s Stage) slope() float64 {
	if s.For <= 0 {
		return 0
	}
	return (s.To - s.From) / s.For.Seconds()
}

// after returns the time x at which the area reaches y: the root 2y / (From + sqrt(From² + 2 slope y)), a form that has
// no cancellation and stays true for slope 0.
func (s Stage) after(y float64) float64 {
	root := math.Sqrt(max(0, float64(s.From*s.From)+float64(2*s.slope()*y)))
	return min(2*y/(s.From+root), s.For.Seconds())
}

// Rate returns the average over a round of the plan.
func (p Stages) Rate() float64 {
	length, area := p.round()
	return area / length.Seconds()
}

func (p Stages) round() (length des.Time, area float64) {
	for _, s := range p.Steps {
		length += s.For
		area += s.area(s.For.Seconds())
	}
	return length, area
}

// Stationary reports true of a single step without ramp.
func (p Stages) Stationary() bool { return len(p.Steps) == 1 && p.Steps[0].From == p.Steps[0].To }

func (p Stages) generator(g ground) generator {
	length, area := p.round()
	st := &stages{stream: g.stream(0), steps: p.Steps, length: length, area: area, factor: g.factor}
	into := modulo(g.origin, length)
	st.start = -into
	for st.steps[st.step].For <= into {
		into -= st.steps[st.step].For
		st.start += st.steps[st.step].For
		st.step++
	}
	st.x = into.Seconds()
	return st
}

// stages inverts the integrated rate: a unit exponential is used up by the steps in turn (Çinlar 1975, "Introduction
// to stochastic processes", chapter 4.7).
type stages struct {
	stream *des.Stream
	steps  []Stage
	length des.Time
	area   float64 // expected arrivals of a round at factor 1
	factor float64

	step  int
	start des.Time // of the step; the first may have begun before time 0
	x     float64  // seconds into the step
	last  des.Time
}

func (p *stages) next() des.Time {
	need := p.stream.ExpFloat64() / p.factor
	for {
		s := &p.steps[p.step]
		before := s.area(p.x)
		left := max(0, s.area(s.For.Seconds())-before)
		if need < left {
			p.x = s.after(before + need)
			p.last = max(p.last, p.start+des.Seconds(p.x))
			return p.last
		}
		need -= left
		p.start += s.For
		p.x = 0
		if p.step++; p.step == len(p.steps) {
			p.step = 0
			if !p.skip(&need) {
				return des.Never
			}
		}
	}
}

// skip leaves out the whole rounds that need uses up; false when time ends before.
func (p *stages) skip(need *float64) bool {
	rounds := math.Floor(*need / p.area)
	if !((rounds+2)*float64(p.length)+float64(p.start) < math.MaxInt64) {
		return false
	}
	p.start += des.Time(rounds) * p.length
	*need = max(0, *need-float64(rounds*p.area))
	return true
}
