package experiment_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
)

// BenchmarkScenario runs one replication of every shipped scenario under each of its strategies.
func BenchmarkScenario(b *testing.B) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	require.NoError(b, err)
	for _, file := range files {
		sc, err := scenarios.Read(file)
		require.NoError(b, err)
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		for l := range sc.Layouts {
			b.Run(name+"/"+sc.Layouts[l].Name, func(b *testing.B) {
				b.ReportAllocs()
				var events, tasks int64
				var p95 float64
				for i := 0; b.Loop(); i++ {
					r := sim.New(&sc.Layouts[l], sc.Classes, sc.Machines, sim.Options{
						Key: des.NewKey(sc.Seed).With(uint64(i)), Duration: sc.Run.Duration, Drain: sc.Run.Drain, Start: sc.Run.Start,
						Services: sc.Services, Zones: sc.Zones, Faults: sc.Faults,
					}).Run()
					events += r.Events
					var waits des.Histogram
					for c := range r.Classes {
						tasks += r.Classes[c].Published
						waits.Merge(&r.Classes[c].Wait)
					}
					p95 += waits.Quantile(0.95)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
				b.ReportMetric(float64(tasks)/b.Elapsed().Seconds(), "tasks/s")
				b.ReportMetric(p95/float64(b.N), "p95-wait-s")
			})
		}
	}
}
