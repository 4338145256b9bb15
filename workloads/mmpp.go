package workloads

import "example.com/simrun/des"

// MMPP is a Markov-modulated Poisson process: the phases follow each other in a cycle, phase i lasts an exponential
// time of mean Hold[i] seconds, and in it arrivals are Poisson with Rates[i] per second. It starts in its stationary
// law. A factor of the rate multiplies Rates; the phases stay as they are.
type MMPP struct{ Rates, Hold []float64 }

// Rate returns the average of the rates, weighted by the holding times.
func (m MMPP) Rate() float64 {
	var tasks, cycle float64
	for i, hold := range m.Hold {
		tasks += m.Rates[i] * hold
		cycle += hold
	}
	return tasks / cycle
}

// Stationary reports true.
func (MMPP) Stationary() bool { return true }

func (m MMPP) generator(g ground) generator {
	p := &mmpp{MMPP: m, stream: g.stream(0), phases: g.stream(1), factor: g.factor}
	var cycle float64
	for _, hold := range m.Hold {
		cycle += hold
	}
	// At a random time the process is in phase i with chance Hold[i]/cycle, and what is left of the phase is as long
	// as a whole one, since the exponential law has no memory.
	u := p.phases.Float64() * cycle
	for p.phase < len(m.Hold)-1 && u >= m.Hold[p.phase] {
		u -= m.Hold[p.phase]
		p.phase++
	}
	p.end = p.phases.ExpFloat64() * m.Hold[p.phase]
	return p
}

// mmpp inverts the integrated rate: a unit exponential is used up by the phases in turn. The phases have a stream of
// their own, so that they are the same at every factor of the rate.
type mmpp struct {
	MMPP
	stream, phases *des.Stream
	factor         float64
	phase          int
	clock, end     float64 // now, and the end of the phase, in seconds
}

func (p *mmpp) next() des.Time {
	need := p.stream.ExpFloat64() / p.factor
	for {
		rate := p.Rates[p.phase]
		left := rate * (p.end - p.clock)
		if need < left {
			p.clock += need / rate
			return instant(p.clock)
		}
		need -= left
		p.clock = p.end
		if p.phase++; p.phase == len(p.Hold) {
			p.phase = 0
		}
		p.end += p.phases.ExpFloat64() * p.Hold[p.phase]
	}
}
