package plan_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/plan"
	"example.com/simrun/scenarios"
)

// shared is a system whose runs take some milliseconds each.
const shared = `run: {duration: 30m, replications: {min: 20, max: 20}}
tasks:
  a: {queue: a, arrivals: {poisson: 40/s}, work: [{io: {exponential: 200ms}}], slo: {wait: {p95: 1s}}}
  b: {queue: b, arrivals: {poisson: 10/s}, work: [{io: {exponential: 500ms}}], slo: {wait: {p95: 2s}}}
strategies:
  one: {workers: {w: {queues: [a, b], concurrency: 18}}}
  two: {workers: {wa: {queues: [a], concurrency: 11}, wb: {queues: [b], concurrency: 8}}}
`

// watched is a backend of so many cores that counts how many of them compute.
type watched struct {
	cores chan struct{}

	mu   sync.Mutex
	busy int
	last time.Time
	had  time.Duration // by those that compute
	all  time.Duration // by all
}

func watch(cores int) *watched { return &watched{cores: make(chan struct{}, cores), last: time.Now()} }

func (w *watched) change(by int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.had += time.Duration(w.busy) * now.Sub(w.last)
	w.all += time.Duration(cap(w.cores)) * now.Sub(w.last)
	w.busy, w.last = w.busy+by, now
}

func (w *watched) Width() int { return cap(w.cores) }

func (w *watched) Compute(_ context.Context, batch *experiment.Batch) error {
	outcomes := make([]chan *experiment.Outcome, len(batch.Cells))
	for i := range outcomes {
		outcomes[i] = make(chan *experiment.Outcome, 1)
	}
	go func() {
		for i := range outcomes {
			w.cores <- struct{}{}
			go func() {
				w.change(1)
				o := experiment.Compute(batch.Scenario, &batch.Cells[i])
				w.change(-1)
				<-w.cores
				outcomes[i] <- o
			}()
		}
	}()
	for i, o := range outcomes {
		batch.Take(i, <-o)
	}
	return nil
}

// BenchmarkTwoCores says how many times as fast two cores are as one, and for which part of the time one of two has nothing to
// simulate, which what others do on the machine moves less.
func BenchmarkTwoCores(b *testing.B) {
	run := func(b *testing.B, sc *scenarios.Scenario, on experiment.Backend) {
		b.Helper()
		_, err := experiment.Run(b.Context(), sc, experiment.Options{Backend: on})
		require.NoError(b, err)
	}
	aimless := strings.NewReplacer(", slo: {wait: {p95: 1s}}", "", ", slo: {wait: {p95: 2s}}", "").Replace(shared) // there is no headroom without targets
	for _, c := range []struct {
		name, text string
		do         func(b *testing.B, sc *scenarios.Scenario, on experiment.Backend)
	}{
		{"run", aimless, run},
		{"headroom", strings.Replace(shared, "min: 20, max: 20", "min: 4, max: 4", 1), run},
		{"sweep", aimless + "sweep: {load: [0.5, 0.6, 0.7, 0.8]}\n", run},
		{"plan", shared, func(b *testing.B, sc *scenarios.Scenario, on experiment.Backend) {
			b.Helper()
			_, err := plan.Run(b.Context(), sc, plan.Options{Backend: on, NoSearch: true})
			require.NoError(b, err)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			sc, err := scenarios.Decode("shared.yaml", []byte(c.text), ".")
			require.NoError(b, err)
			var took [3]time.Duration
			var had, all time.Duration
			for b.Loop() {
				for cores := 1; cores <= 2; cores++ {
					began := time.Now()
					c.do(b, sc, experiment.Local(cores))
					took[cores] += time.Since(began)
				}
				w := watch(2)
				c.do(b, sc, w)
				w.change(0)
				had, all = had+w.had, all+w.all
			}
			b.ReportMetric(100*(1-had.Seconds()/all.Seconds()), "%-idle")
			b.ReportMetric(took[1].Seconds()/took[2].Seconds(), "speedup")
		})
	}
}
