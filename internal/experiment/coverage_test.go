package experiment_test

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/theory"
)

// truth is what a system does, known exactly or from a run that is far longer than those it judges.
type truth struct {
	mean, throughput float64
	tail             func(t float64) float64 // P(duration > t), of what is looked at
	beside           map[float64]bool        // quantiles at or beside an atom, judged in probability
}

// coverageCell is one system under the default run, as a user gets it.
type coverageCell struct {
	name, text string
	of         func(*experiment.Class) *experiment.Quantiles
	truth      truth
	few        bool // too few tasks for every quantile
}

func waitOf(c *experiment.Class) *experiment.Quantiles     { return c.Wait }
func responseOf(c *experiment.Class) *experiment.Quantiles { return c.Response }

func queueText(run, work string, rate float64, slots int) string {
	return fmt.Sprintf(`
run: {%s}
broker: ideal
tasks: {a: {arrivals: {poisson: %g/s}, work: [{io: %s}]}}
strategies: {one: {workers: {w: {queues: [a], concurrency: %d, disable_prefetch: true}}}}
`, run, rate, work, slots)
}

// steadyCells are the queues whose law is known.
func steadyCells() (cells []coverageCell) {
	for _, rho := range []float64{0.5, 0.7, 0.9} {
		for _, c := range []int{1, 8} {
			q := theory.MMC{Lambda: rho * float64(c), Mu: 1, C: c}
			beside := map[float64]bool{}
			for _, p := range []float64{0.5, 0.95, 0.99} {
				beside[p] = math.Abs(1-q.PWait()-p) < 0.03
			}
			cells = append(cells, coverageCell{
				name: fmt.Sprintf("M/M/%d %g", c, rho), text: queueText("", "{exponential: 1s}", rho*float64(c), c), of: waitOf,
				truth: truth{q.MeanWait(), q.Lambda, q.WaitTail, beside},
			})
		}
		// Balanced means: p of the branches (Whitt 1982).
		const cv2 = 4.0
		p := (1 + math.Sqrt((cv2-1)/(cv2+1))) / 2
		service := theory.HyperexpLST([]float64{p, 1 - p}, []float64{2 * p, 2 * (1 - p)})
		q := theory.MG1{Lambda: rho, ES: 1, ES2: cv2 + 1}
		cells = append(cells, coverageCell{
			name: fmt.Sprintf("M/H2/1 %g", rho), text: queueText("", "{hyperexponential: {mean: 1s, cv: 2}}", rho, 1), of: waitOf,
			truth: truth{q.MeanWait(), rho, func(t float64) float64 {
				if t <= 0 {
					return rho
				}
				return q.WaitTail(service, t)
			}, map[float64]bool{0.5: rho == 0.5}},
		})
	}
	return cells
}

// fewCells have 15, 50 or 200 tasks a replication and no queue.
func fewCells() (cells []coverageCell) {
	for _, n := range []float64{15, 50, 200} {
		cells = append(cells, coverageCell{
			name: fmt.Sprintf("%g tasks", n), text: queueText("warmup: 0s", "{exponential: 1s}", n/1800, 1000), of: responseOf,
			truth: truth{1, n / 1800, func(t float64) float64 { return math.Exp(-t) }, nil}, few: n == 15,
		})
	}
	return cells
}

// emptyCells are five minutes that begin with an empty system; their law is that of many more of them.
func emptyCells(t *testing.T, replications int) (cells []coverageCell) {
	for _, rho := range []float64{0.5, 0.9} {
		sc := read(t, queueText(fmt.Sprintf("duration: 5m, warmup: 0s, replications: %d", replications), "{exponential: 1s}", rho, 1))
		sc.Seed = 123456
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		c := r.Strategies[0].Classes[0]
		cells = append(cells, coverageCell{
			name: fmt.Sprintf("M/M/1 %g, 5 min", rho), text: queueText("duration: 5m, warmup: 0s", "{exponential: 1s}", rho, 1), of: waitOf,
			truth: truth{
				c.Wait.Mean.Value, c.Throughput.Value, func(x float64) float64 {
					if x < 0 {
						return 1
					}
					return 1 - c.Wait.Pooled.Share(des.Seconds(x))
				},
				map[float64]bool{0.5: rho == 0.5},
			},
		})
	}
	return cells
}

// covered is what many seeds gave for one figure of a cell.
type covered struct {
	seeds, withheld, holds int
	bias, square, width    float64
}

func (c *covered) add(x *experiment.Estimate, holds bool, off float64) {
	c.seeds++
	if !x.Known() || x.Low == nil {
		c.withheld++
		return
	}
	if holds {
		c.holds++
	}
	c.bias += off
	c.square += off * off
	c.width += (*x.High - *x.Low) / math.Max(math.Abs(x.Value), 1e-9)
}

func (c *covered) claimed() int { return c.seeds - c.withheld }

// share is the share of the claimed intervals that hold the truth.
func (c *covered) share() float64 { return float64(c.holds) / float64(c.claimed()) }

// relative is the mean relative error of the figure and twice its standard error.
func (c *covered) relative() (bias, twice float64) {
	n := float64(c.claimed())
	bias = c.bias / n
	return bias, 2 * math.Sqrt(math.Max(0, c.square/n-bias*bias)/n)
}

var coveredFigures = []string{"mean", "p50", "p95", "p99", "within", "throughput"}

// cover runs a cell with many seeds, and if asked for once more with a target, whose share is looked at.
func cover(t *testing.T, cell coverageCell, seeds int, targets bool) map[string]*covered {
	found := map[string]*covered{}
	for _, f := range coveredFigures {
		found[f] = &covered{}
	}
	bound := quantileOf(cell.truth.tail, 0.9)
	text := strings.Replace(cell.text, "work: ", fmt.Sprintf("slo: {%s: {p90: %.9gs}}, work: ", map[bool]string{true: "response", false: "wait"}[cell.few || strings.Contains(cell.name, "tasks")], math.Max(bound, 1e-6)), 1)
	for i := range seeds {
		sc := read(t, cell.text)
		sc.Seed = uint64(1000 + i)
		r, err := experiment.Run(t.Context(), sc, experiment.Options{})
		require.NoError(t, err)
		c := &r.Strategies[0].Classes[0]
		q := cell.of(c)
		plain := func(name string, x *experiment.Estimate, want float64) {
			holds, off := false, 0.0
			if x.Known() && x.Low != nil {
				holds, off = *x.Low <= want && want <= *x.High, x.Value/want-1
			}
			found[name].add(x, holds, off)
		}
		plain("mean", q.Mean, cell.truth.mean)
		plain("throughput", c.Throughput, cell.truth.throughput)
		for p, x := range map[float64]*experiment.Estimate{0.5: q.P50, 0.95: q.P95, 0.99: q.P99} {
			name := "p" + strconv.Itoa(int(100*p))
			want := quantileOf(cell.truth.tail, p)
			if !cell.truth.beside[p] {
				plain(name, x, want)
				continue
			}
			holds, off := false, 0.0
			if x.Known() && x.Low != nil { // in probability, within 0.2 points
				holds = 1-cell.truth.tail(*x.Low-1e-9) <= p+0.002 && 1-cell.truth.tail(*x.High) >= p-0.002
				off = 1 - cell.truth.tail(x.Value) - p
				if x.Value == 0 {
					off = math.Max(0, off)
				}
			}
			found[name].add(x, holds, off)
		}
		if !targets {
			continue
		}
		withinBound(t, found["within"], sc.Seed, text, 1-cell.truth.tail(math.Max(bound, 1e-6)))
	}
	return found
}

// withinBound looks at the share within a bound, which only a target shows.
func withinBound(t *testing.T, found *covered, seed uint64, text string, want float64) {
	sc := read(t, text)
	sc.Seed = seed
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	x := r.Strategies[0].Classes[0].SLO[0].Attained
	found.add(x, *x.Low <= want && want <= *x.High, x.Value-want)
}

// quantileOf inverts a tail.
func quantileOf(tail func(float64) float64, p float64) float64 {
	high := 1.0
	for tail(high) > 1-p {
		high *= 2
	}
	low := 0.0
	if tail(0) <= 1-p {
		return 0
	}
	for range 60 {
		if at := (low + high) / 2; tail(at) > 1-p {
			low = at
		} else {
			high = at
		}
	}
	return high
}

// checkCoverage holds what was found against what is promised, within chance: 95 % of the claimed intervals, 90 % of
// those of p99 at load 0.9.
func checkCoverage(t *testing.T, cell coverageCell, found map[string]*covered) {
	t.Helper()
	for _, f := range coveredFigures {
		c := found[f]
		want := 0.95
		if f == "p99" && strings.Contains(cell.name, "0.9") {
			want = 0.9
		}
		n := float64(c.claimed())
		if n == 0 {
			continue
		}
		assert.GreaterOrEqual(t, float64(c.holds), want*n-3*math.Sqrt(n*want*(1-want))-1, "%s: %s", cell.name, f)
		if f == "p95" || f == "p99" {
			bias, twice := c.relative()
			assert.Less(t, math.Abs(bias), 0.02+twice, "%s: bias of %s", cell.name, f)
		}
		if f != "p99" && !cell.few {
			assert.LessOrEqual(t, c.withheld, c.seeds/10, "%s: %s withheld", cell.name, f)
		}
	}
}

// TestCoverage counts a small grid with fixed seeds; TestLongCoverage the whole one.
func TestCoverage(t *testing.T) {
	cells := append(steadyCells(), fewCells()...)
	for _, cell := range cells {
		if cell.name == "M/M/1 0.9" || cell.name == "50 tasks" {
			checkCoverage(t, cell, cover(t, cell, 10, false))
		}
	}
}

// TestLongCoverage counts how many printed intervals hold the truth. Long: it runs when SIMRUN_LONG is set, and then
// writes docs/coverage.md.
func TestLongCoverage(t *testing.T) {
	seeds := seedsOf(t, 400)
	only := os.Getenv("SIMRUN_CELL")
	var rows strings.Builder
	sum, n := 0.0, 0
	for _, cell := range append(append(steadyCells(), emptyCells(t, 20000)...), fewCells()...) {
		if !strings.Contains(cell.name, only) {
			continue
		}
		found := cover(t, cell, seeds, true)
		checkCoverage(t, cell, found)
		line := "| " + cell.name
		for _, f := range coveredFigures {
			c := found[f]
			switch {
			case c.claimed() == 0:
				line += " | withheld"
			case c.withheld > 0:
				line += fmt.Sprintf(" | %.1f (%d withheld)", 100*c.share(), c.withheld)
			default:
				line += fmt.Sprintf(" | %.1f", 100*c.share())
			}
			if c.claimed() > 0 {
				sum, n = sum+c.share(), n+1
			}
		}
		for _, f := range []string{"p95", "p99"} {
			if bias, twice := found[f].relative(); math.IsNaN(bias) {
				line += " | "
			} else {
				line += fmt.Sprintf(" | %+.1f +- %.1f", 100*bias, 100*twice)
			}
		}
		t.Log(line)
		rows.WriteString(line + " |\n")
	}
	if only != "" {
		return
	}
	assert.InDelta(t, 0.96, sum/float64(n), 0.02, "mean over all cells")
	text := fmt.Sprintf(coveragePage, seeds, 100*sum/float64(n), rows.String())
	require.NoError(t, os.WriteFile("../../docs/coverage.md", []byte(text), 0o644))
}

const coveragePage = `# How often intervals hold the truth

Written by make check-long. %d seeds a row, each the default run as a user gets it (run: {}, broker: ideal); the figures
are those that results.json has. In per cent of the intervals that were claimed; over all cells %.1f %%. A quantile at or
beside an atom (p50 where half do not wait) counts as held within 0.2 points of probability. Withheld: too few tasks for
a claim. Bias in per cent, with twice its standard error. "5 min" are runs of five minutes that begin empty and are no
longer; "tasks" have so many tasks a replication and no queue, and look at responses.

| system, load | mean | p50 | p95 | p99 | share within | throughput | bias of p95 | bias of p99 |
|---|---|---|---|---|---|---|---|---|
%s`
