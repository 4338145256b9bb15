package experiment

import (
	"fmt"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/stats"
	"example.com/simrun/worker"
)

// bins is the number of slices of a pilot run whose mean waits MSER-5 looks at.
const bins = 320

// settleWarmup finds how much to delete before the observed window. A pilot of one block of replications starts
// empty and lasts as long as the window; MSER-5 on each class's mean wait by slice, averaged over the replications,
// says when it has settled; the longest time over classes and layouts serves all, so that they stay comparable. A
// pilot that has not settled in its first half is lengthened twice, in a cell of a sweep not at all.
func (e *engine) settleWarmup() error {
	switch {
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
	for length := e.sc.Run.Duration; ; length *= 2 {
		warmup, settled, err := e.pilot(length)
		if err != nil {
			return err
		}
		e.warmup = warmup
		if settled {
			e.rule = fmt.Sprintf("MSER-5 over a pilot of %d replications", block)
			return nil
		}
		if length >= 4*e.sc.Run.Duration || e.cell {
			e.rule = fmt.Sprintf("MSER-5 found no end of the warm-up in a pilot of %v", length)
			e.notes = append(e.notes, fmt.Sprintf("not stationary: the waits had not settled in a pilot of %v; "+
				"make run.duration longer or read the figures as those of a run that starts empty", length))
			return nil
		}
	}
}

// pilot runs one block of every stable layout from empty and returns where all of them have settled.
func (e *engine) pilot(length des.Time) (warmup des.Time, settled bool, err error) {
	layouts := e.stable()
	n := len(layouts) * block
	results := make([]sim.Result, n)
	err = e.parallel("warm-up", n, func(i int) {
		results[i] = e.simulate(layouts[i%len(layouts)], i/len(layouts), 1, sim.Options{Duration: length, Bins: bins})
	})
	if err != nil {
		return 0, false, err
	}
	slice := (length + bins - 1) / bins
	settled = true
	for l := range layouts {
		for class := range e.sc.Classes {
			var sum [bins]worker.Bin
			for i := l; i < n; i += len(layouts) {
				e.events += results[i].Events / int64(len(e.sc.Classes))
				for b, bin := range results[i].Classes[class].Bins {
					sum[b].Tasks += bin.Tasks
					sum[b].Wait.Merge(bin.Wait)
				}
			}
			drop, ok := stats.MSER5(waits(sum[:]))
			warmup = max(warmup, des.Time(drop)*slice)
			settled = settled && ok
		}
	}
	return warmup, settled, nil
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
