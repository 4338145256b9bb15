package bench

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// divided returns a time of a scenario that is sped up.
func divided(t des.Time, speed float64) des.Time {
	if speed == 1 || t == des.Never {
		return t
	}
	return des.Time(math.Round(float64(t) / speed))
}

// affine is factor x a law + plus, where the law is not 0.
type affine struct {
	workloads.Dist
	factor, plus float64
}

// Draw takes one value, and as much from the stream as the law does.
func (a affine) Draw(s *des.Stream) float64 {
	x := a.Dist.Draw(s)
	if x == 0 {
		return 0
	}
	return float64(x*a.factor) + a.plus
}

// Mean returns the expected value.
func (a affine) Mean() float64 { return float64(a.Dist.Mean()*a.factor) + a.plus }

// CV returns the coefficient of variation.
func (a affine) CV() float64 { return a.Dist.CV() * a.Dist.Mean() * a.factor / a.Mean() }

func scaledBy(d workloads.Dist, factor, plus float64) workloads.Dist {
	if d == nil || factor == 1 && plus == 0 {
		return d
	}
	return affine{d, factor, plus}
}

// faster returns a scenario in which everything happens speed times as fast: gaps, demands, limits, delays and overheads.
func faster(sc *scenarios.Scenario, speed float64) ([]workloads.Class, []strategies.Layout) {
	classes := slices.Clone(sc.Classes)
	layouts := slices.Clone(sc.Layouts)
	for i := range classes {
		c := &classes[i]
		hurry(&c.Arrivals, speed)
		c.Work = slices.Clone(c.Work)
		for p := range c.Work {
			c.Work[p].Demand = scaledBy(c.Work[p].Demand, 1/speed, 0)
			c.Work[p].Timeout = divided(c.Work[p].Timeout, speed)
		}
		c.Expires, c.Countdown = scaledBy(c.Expires, 1/speed, 0), scaledBy(c.Countdown, 1/speed, 0)
		for _, t := range []*des.Time{&c.SoftLimit, &c.HardLimit, &c.Pace, &c.Retry.Delay, &c.Retry.Cap} {
			*t = divided(*t, speed)
		}
	}
	for i := range layouts {
		l := &layouts[i]
		for _, t := range []*des.Time{&l.Broker.Publish, &l.Broker.Restore, &l.Broker.Visibility, &l.Broker.ConsumerTimeout, &l.Broker.Way} {
			*t = divided(*t, speed)
		}
		l.Broker.PublishCPU, l.Broker.ServeCPU = 0, 0
		l.Workers = slices.Clone(l.Workers)
		for j := range l.Workers {
			hasten(&l.Workers[j], speed)
		}
		l.Fleets = hastenFleets(l.Fleets, speed)
	}
	return classes, layouts
}

// busier speeds up services: what they let in, in less time, and no more at once. How long they take is of the calls.
func busier(services []system.Service, speed float64) []system.Service {
	services = slices.Clone(services)
	for i := range services {
		s := &services[i]
		s.Rate *= speed
		s.BurstOver = divided(cmp.Or(s.BurstOver, time.Second), speed)
	}
	return services
}

// unscaled says why a scenario cannot be sped up; nil if it can. The samples of which KEDA's rates are made come every 5 s,
// however fast everything else happens.
func unscaled(sc *scenarios.Scenario, speed float64) error {
	for i := range sc.Layouts {
		for j := range sc.Layouts[i].Fleets {
			f := &sc.Layouts[i].Fleets[j]
			rates := func(t worker.Trigger) bool { return f.Policy == worker.KEDA && t.Measure != worker.Messages }
			if speed != 1 && slices.ContainsFunc(f.Follows(), rates) {
				return fmt.Errorf("strategies.%s: a fleet of KEDA's follows rates, whose samples cannot be sped up: want --speed 1", sc.Layouts[i].Name)
			}
		}
	}
	return nil
}

// hasten speeds up a worker. Celery's overheads pass as time and burn nothing here.
func hasten(w *worker.Config, speed float64) {
	o := &w.Overheads
	for _, t := range []*des.Time{
		&w.SoftLimit, &w.HardLimit, &w.SoftShutdown, &w.Keepalive, &w.Wakeup, &w.RoundTrip, &o.Fetch, &o.Start, &o.Finish, &o.FinishLate, &o.Notice, &o.Respawn, &o.Restart,
		&o.Retry, &o.Kill, &o.Fork, &o.Exit, &o.Maintenance, &o.Look, &o.Widen, &o.Connect, &o.Drain, &o.BatchWithin,
	} {
		*t = divided(*t, speed)
	}
	w.Charged = false
	o.After, o.Wake = 0, 0 // bodies that really wait wake as late as their machine lets them
}

// hastenFleets speeds up what scales replicas.
func hastenFleets(fleets []worker.Fleet, speed float64) []worker.Fleet {
	fleets = slices.Clone(fleets)
	for i := range fleets {
		f := &fleets[i]
		for _, t := range []*des.Time{&f.Poll, &f.First, &f.Cooldown, &f.Grace, &f.Sync, &f.Limit.Per, &f.Up.Window, &f.Down.Window} {
			*t = divided(*t, speed)
		}
		if f.Policy == worker.Latency {
			f.Target /= speed
		}
		if law, ok := f.Boot.(workloads.Dist); ok {
			f.Boot = scaledBy(law, 1/speed, 0)
		}
		for _, r := range []*worker.Rules{&f.Up, &f.Down} {
			r.Policies = slices.Clone(r.Policies)
			for p := range r.Policies {
				r.Policies[p].Per = divided(r.Policies[p].Per, speed)
			}
		}
		f.Plan = slices.Clone(f.Plan)
		for p := range f.Plan {
			f.Plan[p].For = divided(f.Plan[p].For, speed)
		}
	}
	return fleets
}

// hurry speeds up a process of arrivals, with whatever plan it has.
func hurry(a *workloads.Arrivals, speed float64) {
	if speed == 1 {
		return
	}
	switch p := a.Process.(type) {
	case workloads.Cron:
		a.Process = p.Faster(speed)
	case workloads.After: // as fast as its parent
	case workloads.MMPP:
		fast := workloads.MMPP{}
		for i := range p.Rates {
			fast.Rates = append(fast.Rates, p.Rates[i]*speed)
			fast.Hold = append(fast.Hold, p.Hold[i]/speed)
		}
		a.Process = fast
	case workloads.Stages:
		fast := workloads.Stages{}
		for _, s := range p.Steps {
			fast.Steps = append(fast.Steps, workloads.Stage{For: divided(s.For, speed), From: s.From * speed, To: s.To * speed})
		}
		a.Process = fast
	case workloads.Trace:
		p.Rows = slices.Clone(p.Rows)
		for i := range p.Rows {
			r := &p.Rows[i]
			r.Due, r.Lag, r.CPU, r.IO = divided(r.Due, speed), divided(r.Lag, speed), divided(r.CPU, speed), divided(r.IO, speed)
		}
		a.Process = p
	default:
		if a.Scale == 0 {
			a.Scale = 1
		}
		a.Scale *= speed
	}
}
