package experiment_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/theory"
)

// Of many experiments with different seeds, 93 to 97 % of the 95 % intervals cover the truth. Long: it runs only
// when SIMRUN_LONG is set (make check-long).
func TestLongCoverage(t *testing.T) {
	if os.Getenv("SIMRUN_LONG") == "" {
		t.Skip("a few minutes long: set SIMRUN_LONG=1, or run make check-long")
	}
	const experiments = 600
	exact := theory.MMC{Lambda: 0.8, Mu: 1, C: 1}
	text := strings.Replace(withSLO("{}"), "{min: 20, max: 60}", "20", 1)
	text = strings.Replace(text, "  two: {workers: {w: {queues: [a], concurrency: 2, disable_prefetch: true}}}\n", "", 1)
	covered := map[string]int{}
	for i := range experiments {
		sc := read(t, text)
		sc.Seed = uint64(1000 + i)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		if err != nil {
			t.Fatal(err)
		}
		one := r.Strategies[0].Classes[0]
		for name, c := range map[string]struct {
			want float64
			got  *experiment.Estimate
		}{
			"wait mean":     {exact.MeanWait(), one.Wait.Mean},
			"wait p95":      {exact.WaitQuantile(0.95), one.Wait.P95},
			"response mean": {exact.MeanResponse(), one.Response.Mean},
			"throughput":    {0.8, one.Throughput},
		} {
			if *c.got.Low <= c.want && c.want <= *c.got.High {
				covered[name]++
			}
		}
	}
	for name, n := range covered {
		t.Logf("%s: %.1f %% of %d intervals cover", name, 100*float64(n)/experiments, experiments)
		assert.InDelta(t, 0.95, float64(n)/experiments, 0.02, name)
	}
}
