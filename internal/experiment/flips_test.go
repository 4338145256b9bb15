package experiment_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/theory"
)

const station = `
name: station
seed: %d
broker: ideal
run: {duration: 30m}
tasks:
  job: {arrivals: {poisson: 6/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p90: 1s}}}
strategies:
  today: {workers: {w: {concurrency: 8, queues: [job]}}}
  wider: {workers: {w: {concurrency: 9, queues: [job]}}}
`

// root is the factor at which p90 of the wait of M/M/8 is its target of 1 s.
func root(p90 func(factor float64) float64) float64 {
	low, high := 1.0, 1.3
	for range 60 {
		if x := (low + high) / 2; p90(x) < 1 {
			low = x
		} else {
			high = x
		}
	}
	return low
}

// Flip points of M/M/8 are where queueing theory has them: as the load rises, and as tasks take longer.
func TestFlipPointsAreThoseOfTheory(t *testing.T) {
	byLoad := root(func(x float64) float64 { return theory.MMC{Lambda: 6 * x, Mu: 1, C: 8}.WaitQuantile(0.9) })
	byWork := root(func(x float64) float64 { return theory.MMC{Lambda: 6, Mu: 1 / x, C: 8}.WaitQuantile(0.9) })
	seeds, held, far := 3, 0, 0.0
	if n, err := strconv.Atoi(os.Getenv("SIMRUN_SEEDS")); err == nil {
		seeds = n
	}
	for seed := 1; seed <= seeds; seed++ {
		sc, err := scenarios.Decode("station.yaml", fmt.Appendf(nil, station, seed), ".")
		require.NoError(t, err)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{Flips: []string{"load", "job.work"}})
		require.NoError(t, err)
		for _, want := range []struct {
			input string
			at    float64
		}{{"load", byLoad}, {"job.work", byWork}} {
			f := flip(t, r.Flips, want.input, "verdict")
			assert.Equal(t, "pass", f.From)
			require.NotNil(t, f.Low)
			far = max(far, math.Abs(f.At/want.at-1))
			if *f.Low <= want.at && want.at <= *f.High {
				held++
			}
			taken := flip(t, r.Flips, want.input, "recommendation")
			assert.Equal(t, "wider", taken.To)
			assert.InDelta(t, f.At, taken.At, 1e-12, "what runs today is recommended until it fails")
		}
	}
	t.Logf("of %d intervals %d hold the truth; the farthest point is off by %.2f %%", 2*seeds, held, 100*far)
	assert.Less(t, far, 0.02)
	assert.GreaterOrEqual(t, float64(held), 0.93*float64(2*seeds)-2)
}

func flip(t *testing.T, f *experiment.Flips, input, of string) experiment.Flip {
	t.Helper()
	for _, x := range f.Flips {
		if x.Input == input && x.Of == of {
			return x
		}
	}
	require.Fail(t, "no such flip", "%s of %s: %+v", of, input, f.Flips)
	return experiment.Flip{}
}

// What does not matter flips nothing, and a tornado has the widest swing first.
func TestWhatFlipsNothing(t *testing.T) {
	sc, err := scenarios.Decode("two.yaml", []byte(`
name: two
broker: ideal
run: {duration: 10m, replications: 10}
tasks:
  job: {arrivals: {poisson: 6/s}, work: [{io: {exponential: 1s}}], slo: {wait: {p90: 1s}}, failures: {error: 1%}}
  rare: {arrivals: {poisson: 1/min}, work: [{io: 10ms}]}
strategies:
  today: {workers: {w: {concurrency: 8, queues: [job]}, other: {concurrency: 1, queues: [rare]}}}
`), ".")
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{Flips: []string{}})
	require.NoError(t, err)
	var firm, swings []string
	for _, x := range r.Flips.Firm {
		firm = append(firm, x.Input)
		assert.LessOrEqual(t, x.Low, 1.0)
		assert.GreaterOrEqual(t, x.High, 8.0)
	}
	assert.Equal(t, []string{"job.failures", "rare.arrivals", "rare.work"}, firm)
	for _, s := range r.Flips.Tornado {
		swings = append(swings, s.Input)
	}
	require.Len(t, swings, 6)
	assert.Equal(t, "job.work", swings[0], "it lengthens the wait twice: more load, and longer services")
	assert.Positive(t, r.Flips.Tornado[0].High)
	assert.Negative(t, r.Flips.Tornado[0].Low)
	for _, s := range r.Flips.Tornado {
		if s.Input == "rare.work" || s.Input == "rare.arrivals" || s.Input == "job.failures" {
			assert.Zero(t, s.High, s.Input)
		}
	}
	_, err = experiment.Run(t.Context(), sc, experiment.Options{Flips: []string{"job.wrok"}})
	assert.ErrorContains(t, err, `did you mean "job.work"`)
}
