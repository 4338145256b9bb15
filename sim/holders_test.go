package sim_test

import (
	"testing"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/sim"
)

// BenchmarkHolders is what it costs to keep who holds the slots that others wait for, as a part of a run without it: of a
// pool at nine tenths of its capacity, and of a world with everything on. Both kinds of run alternate; of each the fastest
// counts, as others use the machine.
func BenchmarkHolders(b *testing.B) {
	for _, c := range []struct {
		name string
		of   *model
		rate float64
	}{{"MM8", mm8(), 7.2}, {"full", full(), 2 * fullRate}} {
		b.Run(c.name, func(b *testing.B) {
			best := [2]time.Duration{time.Hour, time.Hour}
			for i := range 2 * b.N {
				o := sim.Options{Key: des.NewKey(1), Duration: des.Seconds(20000 / c.rate), Drain: time.Hour, Holders: i%2 == 1}
				began := time.Now()
				sim.New(&c.of.layout, c.of.classes, c.of.machines, o).Run()
				best[i%2] = min(best[i%2], time.Since(began))
			}
			b.ReportMetric(100*float64(best[1]-best[0])/float64(best[0]), "%-of-run")
		})
	}
}
