package capacity

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// demand is what one task of a class asks of a worker, on average.
type demand struct {
	attempts float64 // starts per task
	slot     float64 // seconds that an attempt keeps its slot, overheads included, when it need not share its core
	cpu      float64 // core-seconds of an attempt
	beside   float64 // core-seconds of Celery itself, beside the thread that the tasks of a threads worker compute with
	late     float64 // 1 if it is acked late; of several workers the mean
	asks     []asked // of each service, by an attempt
}

// demandOf takes the class's figures on a worker. Hangs that no time limit ends, and messages that come back for ever,
// are left out: they take slots away for good, at whatever rate. A task that exceeds its time limit is one that hangs until then. Bare
// says that the slot has to wait for the next message.
func demandOf(l *Layout, w int, c *workloads.Class, queue *worker.Queue, machines []system.Machine, bare bool) demand {
	cfg := &l.Workers[w]
	speed := speedOf(l.machine(w, machines))
	var work, cpu float64
	for i := range c.Work {
		p := &c.Work[i]
		mean := p.Demand.Mean()
		switch p.Kind {
		case workloads.CPU:
			threads := 1.0
			if cfg.Pool == worker.Prefork || cfg.Pool == worker.Solo {
				threads = float64(max(1, p.Cores))
			}
			cpu += mean / speed
			work += mean / (speed * l.cores(w, machines, threads))
			continue
		case workloads.IO:
			if mean > 0 {
				work += cfg.Overheads.Wake.Seconds()
			}
		}
		work += mean
	}
	f := &c.Failures
	if f.Slow.P > 0 {
		factor := 1 + f.Slow.P*(f.SlowFactor-1)
		work *= factor
		cpu *= factor
	}
	o := &cfg.Overheads
	late := c.AcksLate.Or(cfg.AcksLate)
	spent := o.Start + o.Finish
	if late {
		spent += o.FinishLate - o.Finish
	}
	if bare {
		spent += o.Fetch
	}
	hand := l.hand(w, machines)
	a := attempt{
		max:      1 + c.Retry.Max,
		again:    -1,
		onError:  c.Retry.OnError,
		requeued: late && (cfg.Pool != worker.Prefork || c.RejectOnWorkerLost.Or(cfg.RejectOnWorkerLost)),
		work:     work,
		overhead: spent.Seconds() / hand,
		retry:    o.Retry.Seconds() / hand,
	}
	a.limits(c, cfg)
	exceeds := 0.0
	if a.limit > 0 && work > 0 {
		exceeds, a.work = cutOff(c, work, a.limit)
		cpu *= ((1-exceeds)*a.work + exceeds*a.limit) / work
		work = a.work
	}
	a.crash = dead(cfg, (work+a.overhead)/max(f.Crash.P, 1e-12))
	a.overhead += recycling(cfg, work+a.overhead)
	if queue.DeliveryLimit >= 0 {
		a.again = queue.DeliveryLimit
	}

	total := demand{cpu: cpu}
	if late {
		total.late = 1
	}
	var time, fixed float64
	each := chances{}
	for _, kind := range []struct {
		of     workloads.Chance
		chance *float64
		always chances
	}{
		{f.Error, &each.err, chances{err: 1}},
		{f.Hang, &each.hang, chances{hang: 1}},
		{f.Crash, &each.crash, chances{crash: 1}},
	} {
		if !kind.of.PerTask {
			*kind.chance = kind.of.P
			continue
		}
		n, t := a.expect(kind.always)
		fixed += kind.of.P
		total.attempts += kind.of.P * n
		time += kind.of.P * n * t
	}
	each.hang += (1 - each.hang) * exceeds
	n, t := a.expect(each)
	rest := max(0, 1-fixed)
	total.attempts += rest * n
	time += rest * n * t
	if total.attempts > 0 {
		total.slot = time / total.attempts
	}
	return total
}

// cores is how many of so many threads of a process of a worker compute at once: its machine or its container may have fewer, and less
// than one.
func (l *Layout) cores(w int, machines []system.Machine, threads float64) float64 {
	if m := l.machine(w, machines); m != nil {
		threads = min(threads, m.Cores*efficiency(m))
	}
	if own := l.Containers[w].Cores; own > 0 {
		threads = min(threads, own)
	}
	return threads
}

// hand is how fast one thread of Celery itself works: where its work takes cores, as fast as they are.
func (l *Layout) hand(w int, machines []system.Machine) float64 {
	if !l.charged(w) {
		return 1
	}
	return speedOf(l.machine(w, machines)) * l.cores(w, machines, 1)
}

// speedOf a machine, 1 without one.
func speedOf(machine *system.Machine) float64 {
	if machine != nil && machine.Speed > 0 {
		return machine.Speed
	}
	return 1
}

// chances of what ends an attempt.
type chances struct{ err, hang, crash float64 }

// attempt is what decides how long attempts take and how many there are.
type attempt struct {
	max      int  // attempts at most
	again    int  // redeliveries of one attempt at most, -1 = without end
	onError  bool // an error is retried
	onHang   bool // a hang is retried, since a soft limit ends it
	requeued bool // a crash gives the message back
	work     float64
	overhead float64
	limit    float64 // seconds after which a hang is ended, 0 = never
	hang     float64 // seconds that a hang takes
	crash    float64 // seconds more that a crash takes
	retry    float64 // seconds more that publishing a retry takes
}

// limits sets what a hang comes to: the soft limit raises, the hard one kills, and not every pool has them.
func (a *attempt) limits(c *workloads.Class, cfg *worker.Config) {
	soft, hard := cfg.SoftLimit, cfg.HardLimit
	if c.SoftLimit > 0 {
		soft = c.SoftLimit
	}
	if c.HardLimit > 0 {
		hard = c.HardLimit
	}
	if cfg.Pool != worker.Prefork {
		soft = 0
	}
	if cfg.Pool != worker.Prefork && cfg.Pool != worker.Gevent {
		hard = 0
	}
	switch {
	case soft > 0 && (hard == 0 || soft < hard):
		a.limit, a.hang = soft.Seconds(), soft.Seconds()
		a.onHang = c.Retry.OnSoft
	case hard > 0:
		a.limit, a.hang = hard.Seconds(), hard.Seconds()
		if cfg.Pool == worker.Prefork {
			a.hang += cfg.Overheads.Respawn.Seconds()
		}
	}
}

// cutOff parts the tasks of a class, which take so many seconds on average, by a limit: the share of those that exceed it, and the mean of
// the others. Where hardly any can, none does; else a thousand are drawn, the same each time.
func cutOff(c *workloads.Class, mean, limit float64) (exceed, below float64) {
	const draws, far = 1000, 10 // standard deviations
	of, deviations := 0.0, 0.0
	for i := range c.Work {
		of += c.Work[i].Demand.Mean()
		deviations += c.Work[i].Demand.Mean() * c.Work[i].Demand.CV()
	}
	if mean*(1+far*deviations/of) < limit {
		return 0, mean
	}
	n, stream := 0, des.NewStream(des.NewKey(1))
	for range draws {
		drawn := 0.0
		for i := range c.Work {
			drawn += c.Work[i].Demand.Draw(stream)
		}
		if drawn *= mean / of; drawn > limit {
			n++
		} else {
			below += drawn
		}
	}
	return float64(n) / draws, below / max(1, float64(draws-n))
}

// expect is the mean number of attempts of a task whose attempts end so, and the mean time of one in its slot. Of m
// attempts that are each repeated with chance p, (1-p^m)/(1-p) take place.
func (a *attempt) expect(p chances) (attempts, seconds float64) {
	attempts = 1
	var retried float64
	if a.onError {
		retried += p.err
	}
	if a.onHang {
		retried += p.hang
	}
	if a.requeued && p.crash > 0 && (p.crash < 1 || a.again >= 0) {
		attempts = repeats(p.crash, a.again+1)
		retried /= max(1-p.crash, 1e-12) // of those that do not crash
	}
	published := repeats(min(1, retried), a.max)
	attempts *= published
	return attempts, (1-p.hang)*a.work + p.hang*a.hang + p.crash*a.crash + a.overhead + (published-1)/attempts*a.retry
}

// repeats is 1 + p + p^2 + ... with m terms, or without end when m is 0 or less (p < 1).
func repeats(p float64, m int) float64 {
	switch {
	case m <= 0:
		return 1 / (1 - p)
	case p >= 1:
		return float64(m)
	}
	return (1 - math.Pow(p, float64(m))) / (1 - p)
}
