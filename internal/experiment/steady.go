package experiment

import (
	"fmt"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/stats"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A steady run is as long as it takes to forget, several times over, how it began: a system remembers for its
// relaxation time. What a file says is a minimum.
const (
	spans      = 20      // relaxation times in the window of a replication
	forgotten  = 3       // relaxation times before it, in which the empty start is forgotten
	pilotSpans = 10      // relaxation times of a pilot, at least
	unsettled  = 8       // durations after which waits that still grow are taken to do so for ever
	bins       = 320     // slices of a pilot whose mean waits are looked at
	mostTasks  = 120_000 // of a replication that is lengthened
)

// settle finds how much to delete before the observed window, and how long that has to be. The relaxation time is that
// of queueing theory where a queue is one that it knows, and the correlation time of the waits in a pilot of one block
// of replications; the longer serves all layouts, so that they stay comparable.
func (e *engine) settle() error {
	e.relax = make([]float64, len(e.sc.Layouts))
	for l := range e.relax {
		e.relax[l] = e.relaxation(l)
	}
	switch {
	case e.sc.Run.Warmup > 0 && stationary(e.sc):
		e.rule = "as given"
		return e.lengthen(false)
	case !e.sc.Run.AutoWarmup:
		e.rule = "as given"
		return nil
	case slices.ContainsFunc(e.sc.Faults, disturbs):
		e.rule = "none: faults are planned, so the run starts and ends as given"
		return nil
	case !stationary(e.sc):
		e.rule = "none: arrivals change over time, so the run starts and ends as given"
		return nil
	case len(e.stable()) == 0:
		e.rule = "none: no layout has a steady state"
		return nil
	}
	return e.lengthen(true)
}

// lengthen makes pilots of each layout, each twice as long as the one before, until one of them is long enough to tell how long
// the layout remembers.
func (e *engine) lengthen(warmup bool) error {
	stable := e.stable()
	if len(stable) == 0 {
		return nil
	}
	most := e.longest()
	pilots := make([]pilot, len(e.sc.Layouts))
	for _, l := range stable {
		pilots[l].length = min(most, max(e.sc.Run.Duration, des.Seconds(pilotSpans*e.relax[l])))
	}
	for open := slices.Clone(stable); len(open) > 0; {
		if err := e.pilot(open, pilots); err != nil {
			return err
		}
		if stuck := e.stuckIn(pilots); stuck != "" {
			e.rule = "none: " + stuck
			e.notes = append(e.notes, "not stationary: "+stuck+", so the figures are those of a run that starts empty")
			return nil
		}
		open = slices.DeleteFunc(open, func(l int) bool {
			p := &pilots[l]
			e.relax[l] = max(e.relaxation(l), p.memory)
			if p.level && (p.length.Seconds() >= pilotSpans*e.relax[l] || 2*p.length > most) || // too short for it would be any replication
				p.length == most || !p.level && p.length >= unsettled*e.sc.Run.Duration {
				return true
			}
			p.length = min(most, 2*p.length)
			return false
		})
	}
	memory, unlevel := 0.0, des.Time(0)
	for _, l := range stable {
		memory = max(memory, e.relax[l])
		if p := &pilots[l]; !p.level {
			unlevel = max(unlevel, p.length)
		}
	}
	if unlevel > 0 {
		memory = min(memory, e.sc.Run.Duration.Seconds()/spans)
	}
	e.horizon = min(most, max(e.sc.Run.Duration, rounded(spans*memory)))
	if warmup {
		e.warmup = min(e.horizon, rounded(forgotten*memory))
		e.rule = fmt.Sprintf("%d times the %s for which the system remembers its start", forgotten, units.Duration(memory))
	}
	switch {
	case unlevel > 0:
		e.notes = append(e.notes, fmt.Sprintf("not stationary: the waits had not settled in %s; make run.duration longer "+
			"or read the figures as those of a run that starts empty", units.Duration(unlevel.Seconds())))
	case e.horizon.Seconds() < spans*memory/2:
		e.notes = append(e.notes, fmt.Sprintf("too short to be steady: the system remembers its start for %s, and a "+
			"replication observes %s of it; make run.duration longer", units.Duration(memory), units.Duration(e.horizon.Seconds())))
	case e.horizon > e.sc.Run.Duration:
		e.notes = append(e.notes, fmt.Sprintf("run.duration is %s instead of %s: the system remembers its start for %s",
			units.Duration(e.horizon.Seconds()), units.Duration(e.sc.Run.Duration.Seconds()), units.Duration(memory)))
	}
	return nil
}

// rounded is a time in whole seconds, or in three digits where it is shorter: nobody wants to read more.
func rounded(seconds float64) des.Time {
	unit := 1.0
	for seconds > 0 && seconds < 100*unit && unit > 1e-6 {
		unit /= 10
	}
	return des.Seconds(math.Ceil(seconds/unit) * unit)
}

// longest is how long a replication may become: as long as the file says, or until so many tasks have come.
func (e *engine) longest() des.Time {
	rate := 0.0
	for c := range e.sc.Classes {
		if r := workloads.MeanRate(e.sc.Classes, c); r > 0 && !math.IsInf(r, 0) {
			rate += r
		}
	}
	if rate == 0 { // closed clients: who knows
		return 4 * e.sc.Run.Duration
	}
	return max(e.sc.Run.Duration, des.Seconds(min(mostTasks/rate, 1e9)))
}

// relaxation is the relaxation time of a layout in seconds as far as theory knows it: for each set of queues whose
// workers are shared,
//
//	tau = (E[S]/c) (ca^2 + cs^2)/2 / (1 - sqrt(rho))^2,
//
// with c slots at utilization rho and batches that make the variability ca^2 of the arrivals; at least what the tasks
// that hold a slot for long take by themselves. Exact for M/M/1 (Cohen, The Single Server Queue (1982), section II.2.1;
// Morse, J. Oper. Res. Soc. Am. 3 (1955) 255); for the others by heavy traffic (Whitt, Oper. Res. 37 (1989) 1341).
func (e *engine) relaxation(l int) float64 {
	layout := &e.sc.Layouts[l]
	loads := e.loads[l]
	if loads == nil {
		loads = layout.Offered(e.sc.Classes, e.sc.Machines, e.sc.Outside(), 1)
	}
	longest := 0.0
	for _, pool := range pools(layout) {
		var rate, work, square, dispersion, offered float64
		for _, q := range pool.queues {
			offered += loads[q].Offered
		}
		for c, q := range layout.ClassQueue {
			r := workloads.MeanRate(e.sc.Classes, c)
			if !slices.Contains(pool.queues, q) || !(r > 0) || math.IsInf(r, 0) {
				continue
			}
			m, v := moments(&e.sc.Classes[c])
			rate, work, square = rate+r, work+r*m, square+r*(v+m*m)
			b := 1.0
			if batch := e.sc.Classes[c].Arrivals.Batch; batch != nil && batch.Mean() > 0 {
				b = batch.Mean() * (1 + batch.CV()*batch.CV())
			}
			dispersion += r * b
		}
		slots := float64(pool.slots)
		rho := offered / slots
		if rate == 0 || work == 0 || !(rho < 1) || math.IsInf(square, 0) || math.IsNaN(square) {
			continue
		}
		mean := work / rate
		cs2, ca2 := square/rate/(mean*mean)-1, dispersion/rate
		gap := 1 - math.Sqrt(rho)
		longest = max(longest, square/work, offered/rate/slots*(ca2+cs2)/2/(gap*gap))
	}
	return longest
}

// moments are mean and variance of what a task asks for, in seconds.
func moments(c *workloads.Class) (mean, variance float64) {
	for i := range c.Work {
		if d := c.Work[i].Demand; d != nil {
			m := d.Mean()
			mean += m
			variance += m * m * d.CV() * d.CV()
		}
	}
	return mean, variance
}

// workingPool are queues that hang together through the workers that take them, and the slots of these.
type workingPool struct {
	queues []int
	slots  int
}

func pools(l *strategies.Layout) []workingPool {
	var all []workingPool
	for i := range l.Workers {
		w := &l.Workers[i]
		p := workingPool{queues: slices.Concat(w.Queues, w.Overflow), slots: w.Concurrency}
		all = slices.DeleteFunc(all, func(o workingPool) bool {
			shares := slices.ContainsFunc(o.queues, func(q int) bool { return slices.Contains(p.queues, q) })
			if shares {
				p.queues, p.slots = append(p.queues, o.queues...), p.slots+o.slots
			}
			return shares
		})
		slices.Sort(p.queues)
		p.queues = slices.Compact(p.queues)
		all = append(all, p)
	}
	return all
}

// pieces is the number of parts of what was observed of a layout that say different things: its n tasks, or fewer where
// the system remembers for longer than from one task to the next.
func (e *engine) pieces(l int, n float64) float64 {
	if l >= len(e.relax) || e.relax[l] == 0 {
		return n
	}
	return min(n, float64(len(e.samples[l]))*max(1, e.horizon.Seconds()/e.relax[l]))
}

// pilot is one block of runs of a layout from empty, and what they say.
type pilot struct {
	length des.Time
	runs   [][]worker.ClassTally
	memory float64 // seconds for which its waits remember
	level  bool    // no class waits longer in the second half than in the first
}

// pilot runs those of some layouts.
func (e *engine) pilot(layouts []int, pilots []pilot) error {
	var cells []Cell
	for _, l := range layouts {
		pilots[l].runs = nil
		for r := range block {
			cells = append(cells, Cell{Layout: l, Replication: r, Load: 1, Duration: pilots[l].length, Bins: bins, Short: e.short})
		}
	}
	err := e.batch("warm-up", cells, func(i int, o *Outcome) {
		p := &pilots[cells[i].Layout]
		p.runs = append(p.runs, o.Classes)
	})
	if err != nil {
		return err
	}
	for _, l := range layouts {
		p := &pilots[l]
		slice := p.length.Seconds() / bins
		p.memory, p.level = 0, true
		for class := range e.sc.Classes {
			var paths [][]float64
			for _, run := range p.runs {
				paths = append(paths, waits(run[class].Bins))
			}
			p.memory = max(p.memory, slice*stats.CorrelationTime(paths))
			from := min(bins/4, int(forgotten*p.memory/slice))
			p.level = p.level && level(paths, from)
		}
	}
	return nil
}

// stuckIn says what never ended in pilots, where much of a class did not.
func (e *engine) stuckIn(pilots []pilot) string {
	for c := range e.sc.Classes {
		var published, left int64
		for i := range pilots {
			for _, run := range pilots[i].runs {
				t := &run[c]
				published += t.Published - t.Cut
				left += t.ByOutcome[worker.Unstarted] + t.ByOutcome[worker.Unfinished] + t.ByOutcome[worker.Retrying] - t.Cut
			}
		}
		if float64(left) > muchStuck*float64(published) {
			return fmt.Sprintf("%s of %s had not ended by the end of a pilot", units.Share(float64(left)/float64(published)), e.sc.Classes[c].Name)
		}
	}
	return ""
}

// level says that waits are no longer in the second half of what comes after a slice than in the first: on the same
// paths, at odds of one in a thousand.
func level(paths [][]float64, from int) bool {
	var later, earlier []float64
	for _, y := range paths {
		y = y[from:]
		earlier = append(earlier, stats.MeanInterval(y[:len(y)/2], 0.95).Value)
		later = append(later, stats.MeanInterval(y[len(y)/2:], 0.95).Value)
	}
	d := stats.PairedDifference(later, earlier, 0.998)
	return !(d.Low > 0)
}

// waits are the mean waits by slice; a slice in which nothing arrived repeats the one before.
func waits(slices []worker.Bin) []float64 {
	y := make([]float64, len(slices))
	last := 0.0
	for i, b := range slices {
		if b.Tasks > 0 {
			last = b.Wait.Seconds() / float64(b.Tasks)
		}
		y[i] = last
	}
	return y
}
