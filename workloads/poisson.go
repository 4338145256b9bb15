package workloads

import "example.com/simrun/des"

// Poisson arrivals: independent exponential gaps.
type Poisson struct{ PerSecond float64 }

// Rate is PerSecond.
func (p Poisson) Rate() float64 { return p.PerSecond }

// Stationary reports true.
func (Poisson) Stationary() bool { return true }

func (p Poisson) generator(g ground) generator {
	return &poisson{stream: g.stream(0), gap: 1 / (p.PerSecond * g.factor)}
}

// poisson keeps its time in arrivals, not in seconds, so that another rate gives the same arrivals on a longer or
// shorter scale, to the nanosecond.
type poisson struct {
	stream *des.Stream
	clock  float64 // in mean gaps
	gap    float64 // mean, in seconds
}

func (p *poisson) next() des.Time {
	p.clock += p.stream.ExpFloat64()
	return instant(p.clock * p.gap)
}

// Every is one arrival each period, the first after one period, as Celery's beat counts from its own start
// (celery/schedules.py: schedule.is_due).
type Every struct{ Period des.Time }

// Rate is 1/period.
func (e Every) Rate() float64 { return 1 / e.Period.Seconds() }

// Stationary reports true: a schedule that repeats without end is taken as one with a random phase.
func (Every) Stationary() bool { return true }

func (e Every) generator(g ground) generator { return &every{period: e.Period, factor: g.factor} }

type every struct {
	period, due des.Time
	factor      float64
}

func (e *every) next() des.Time {
	if e.period <= 0 || e.due > des.Never-e.period {
		return des.Never
	}
	e.due += e.period
	return scaled(e.due, e.factor)
}

// Renewal arrivals: independent gaps of any law in seconds, the first from time 0.
type Renewal struct{ Gap Dist }

// Rate is 1/mean gap.
func (r Renewal) Rate() float64 { return 1 / r.Gap.Mean() }

// Stationary reports true, once the start at an arrival is forgotten.
func (Renewal) Stationary() bool { return true }

func (r Renewal) generator(g ground) generator {
	return &renewal{stream: g.stream(0), gap: r.Gap, factor: g.factor}
}

type renewal struct {
	stream *des.Stream
	gap    Dist
	clock  float64 // seconds at factor 1
	factor float64
}

func (r *renewal) next() des.Time {
	r.clock += r.gap.Draw(r.stream)
	return instant(r.clock / r.factor)
}
