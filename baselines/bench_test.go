package baselines

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkThroughput is the time of a task that does nothing, submitted and done.
func BenchmarkThroughput(b *testing.B) {
	for _, c := range contestants {
		b.Run("contestant="+c.Name(), func(b *testing.B) {
			b.ReportAllocs()
			r, err := c.Run(b.Context(), Burst(b.N), 8)
			require.NoError(b, err)
			b.ReportMetric(float64(r.Done[Short])/r.Took.Seconds(), "tasks/s")
		})
	}
}

// BenchmarkMixed is how long short tasks wait beside long ones: an operation is two seconds of arrivals.
func BenchmarkMixed(b *testing.B) { waits(b, Mixed) }

// BenchmarkHanging is how long short tasks wait, and how many tasks are done at all, when 1 in 5 long ones hangs.
func BenchmarkHanging(b *testing.B) { waits(b, Hanging) }

func waits(b *testing.B, workload func(seed uint64) Workload) {
	for _, c := range contestants {
		b.Run("contestant="+c.Name(), func(b *testing.B) {
			seed := uint64(0)
			var p50, p95, p99 time.Duration
			done, asked := 0, 0
			for b.Loop() {
				seed++
				w := workload(seed)
				r, err := c.Run(b.Context(), w, 8)
				require.NoError(b, err)
				forever := span + patience // who never started has waited at least so long
				for p, sum := range map[float64]*time.Duration{0.5: &p50, 0.95: &p95, 0.99: &p99} {
					wait, started := r.Quantile(Short, p)
					if !started {
						wait = forever
					}
					*sum += wait
				}
				for class := range classes {
					done += r.Done[class]
					asked += r.Asked[class]
				}
			}
			b.ReportMetric(float64(p50)/float64(seed), "wait-p50-ns")
			b.ReportMetric(float64(p95)/float64(seed), "wait-p95-ns")
			b.ReportMetric(float64(p99)/float64(seed), "wait-p99-ns")
			b.ReportMetric(100*float64(done)/float64(asked), "done-%")
		})
	}
}
