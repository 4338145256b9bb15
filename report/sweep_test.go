package report

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// swept is a result over size and load: the pool passes below a load that rises with size, the split below 1.5, where
// its queue grows without end.
func swept(axes ...experiment.Axis) (*scenarios.Scenario, *experiment.Result) {
	sc, r := fixture()
	sw := &experiment.Sweep{Axes: axes}
	var walk func(at []int)
	walk = func(at []int) {
		if len(at) < len(axes) {
			for i := range axes[len(at)].Values {
				walk(append(append([]int{}, at...), i))
			}
			return
		}
		load, size := 1.0, 1.0
		for i, a := range axes {
			switch a.Name {
			case "load":
				load = a.Numbers[at[i]]
			case "size":
				size = a.Numbers[at[i]]
			}
		}
		sw.Cells = append(sw.Cells, sweptCell(at, load, size))
	}
	walk(nil)
	r.Sweep = sw
	return sc, r
}

func sweptCell(at []int, load, size float64) experiment.Point {
	pool, split := load*load*load/size, 0.2*load
	c := experiment.Point{At: at, Replications: 10, PrecisionReached: pool != 1}
	strategy := func(name string, worst float64, stable bool) experiment.PointStrategy {
		s := experiment.PointStrategy{Name: name, Slots: int(8 * size), Verdict: "fail"}
		o := experiment.SLO{Metric: waitP95, Target: 2, Verdict: "fail"}
		class := experiment.PointClass{Name: "mail"}
		if stable {
			s.Worst, o.Value = est(worst, 0.1), est(2*worst, 0.1)
			class.Wait = &experiment.PointQuantiles{Mean: est(worst/2, 0.1), P95: est(2*worst, 0.1)}
			if worst < 1 {
				s.Verdict, o.Verdict = "pass", "pass"
			}
		}
		class.SLO = []experiment.SLO{o}
		s.Classes, s.All = []experiment.PointClass{class}, &class
		return s
	}
	c.Strategies = []experiment.PointStrategy{strategy("one-pool", pool, true), strategy("separated", split, load < 1.5)}
	names := []string{"one-pool", "separated"}
	v := &c.Verdict
	switch {
	case pool < 1:
		v.Status, v.Recommend = "keep_baseline", &names[0]
	case pool == 1:
		v.Status = "undecided"
	case load < 1.5:
		v.Status, v.Recommend = "change", &names[1]
	default:
		v.Status = "none_passes"
	}
	v.Best = &names[0]
	if pool-split > 0.05 && load < 1.5 {
		v.Best = &names[1]
	} else if load < 1.5 && pool-split > -0.05 {
		v.Tied = names
	}
	return c
}

var (
	loadAxis = experiment.Axis{Name: "load", Values: []string{"0.5", "1", "1.3", "2"}, Numbers: []float64{0.5, 1, 1.3, 2}}
	sizeAxis = experiment.Axis{Name: "size", Values: []string{"1", "4"}, Numbers: []float64{1, 4}}
	orders   = experiment.Axis{Name: "strategies.one-pool.workers.worker.order", Values: []string{"round_robin", "sorted"}}
)

func TestSweepGolden(t *testing.T) {
	_, two := swept(sizeAxis, loadAxis)
	_, one := swept(loadAxis)
	var b strings.Builder
	for _, r := range []*experiment.Result{two, one} {
		p := &page{width: 100}
		for _, g := range sweepGrids(r) {
			p.grid(g)
		}
		p.paragraph("", sweepLine(r))
		b.WriteString(p.String())
		markdownSweep(&b, r)
		for _, plot := range sweeps(r) {
			b.WriteString("\n" + plot.File + ": " + plot.Title + "\n" + plot.Alt + "\n")
		}
	}
	golden(t, "sweep.txt", b.String())
}

// Without colour a map still says who wins: by letters, with a line where the answer changes.
func TestMapsAreReadableWithoutColour(t *testing.T) {
	_, r := swept(sizeAxis, loadAxis)
	plots := sweeps(r)
	require.Len(t, plots, 4, "what to take, who is best, and the figure of each layout")
	svg, err := plots[0].SVG()
	require.NoError(t, err)
	s := string(svg)
	for _, want := range []string{">A</text>", ">B</text>", ">open</text>", ">none</text>", ">A = one-pool</text>", ">B = separated</text>", ">size</text>", ">load</text>"} {
		assert.Contains(t, s, want)
	}
	// Size 1 is A, open, B, none and size 4 is A, A, A, none: three borders and one within, two between.
	assert.Equal(t, 6, strings.Count(s, "stroke-width:2.6"), "pieces of the border")
	again, err := sweeps(r)[0].SVG()
	require.NoError(t, err)
	assert.Equal(t, s, string(again))
}

func TestSweepOverThreeAxesHoldsTheThird(t *testing.T) {
	_, r := swept(sizeAxis, loadAxis, orders)
	grids := sweepGrids(r)
	require.Len(t, grids, 6)
	assert.Contains(t, grids[0].Title, "at strategies.one-pool.workers.worker.order round_robin")
	assert.Contains(t, grids[4].Title, "at size 1")
	assert.Len(t, sweeps(r), 12)
	width := 100
	for line := range strings.SplitSeq(Text(r, width, false), "\n") {
		if !strings.HasPrefix(line, "  celery") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), width, line)
		}
	}
}

func TestLinesMarkWhereTheyCross(t *testing.T) {
	_, r := swept(loadAxis)
	v := viewOf(r)
	x, ok := v.change(0, 1, loadAxis.Numbers, [][]float64{{0.125, 1}, {0.1, 0.2}})
	require.True(t, ok, "the split becomes best between 0.5 and 1")
	assert.InDelta(t, 0.75, x, 1e-12, "no crossing of the lines: in the middle")
	x, _ = v.change(0, 1, loadAxis.Numbers, [][]float64{{0.1, 1}, {0.4, 0.1}})
	assert.InDelta(t, 0.5+0.5*0.3/1.2, x, 1e-12)
	_, ok = v.change(0, 2, loadAxis.Numbers, nil)
	assert.False(t, ok)
}

func TestSweepOnThePageAndInTheFolder(t *testing.T) {
	sc, r := swept(sizeAxis, loadAxis)
	dir := t.TempDir()
	b := &Batch{}
	require.NoError(t, Folder(b, dir, sc, r, Options{}))
	require.NoError(t, b.Commit(t.Context()))
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	assert.Contains(t, string(page), "<h2>What the sweep shows</h2>")
	assert.Contains(t, string(page), "<caption>What to take, over size and load</caption>")
	assert.Contains(t, string(page), `aria-label="Who is best, over size and load. For load of 0.5`)
	text, err := os.ReadFile(filepath.Join(dir, "sweep.csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"size", "load", "strategy", "class", "metric", "value", "low", "high"}, rows[0])
	assert.Contains(t, rows, []string{"4", "0.5", "one-pool", "mail", "slo.wait.p95.target", "2", "", ""})

	r.Sweep = nil
	b = &Batch{}
	require.NoError(t, Folder(b, dir, sc, r, Options{}))
	require.NoError(t, b.Commit(t.Context()))
	assert.NoFileExists(t, filepath.Join(dir, "sweep.csv"))
	assert.NoFileExists(t, filepath.Join(dir, "plots", "map-take-size-load.svg"))
}

// Without a target on a duration layouts are ranked by seconds, and nothing may call them a ratio.
func TestSweepWithoutTargetsShowsSeconds(t *testing.T) {
	_, r := swept(experiment.Axis{Name: "load", Values: []string{"0.5", "1"}, Numbers: []float64{0.5, 1}})
	for i := range r.Sweep.Cells {
		for j := range r.Sweep.Cells[i].Strategies {
			s := &r.Sweep.Cells[i].Strategies[j]
			for k := range s.Classes {
				s.Classes[k].SLO = nil
			}
			s.Worst = est(0.25, 0.1)
		}
	}
	v := viewOf(r)
	require.Nil(t, v.metric)
	assert.Equal(t, "250 ms", v.says(&r.Sweep.Cells[0].Strategies[0]))
	text := Text(r, 100, false)
	assert.Contains(t, text, "mean response of all tasks")
	assert.NotContains(t, text, "0.25x")
	assert.Contains(t, v.lines(0).Alt, "The mean response of all tasks")
}

// A layout that is missed for want of tasks is not called unstable: the share that was in time is known.
func TestSweepTellsTooFewTasksFromUnstable(t *testing.T) {
	s := experiment.PointStrategy{Classes: []experiment.PointClass{{Name: "mail", SLO: []experiment.SLO{{
		Metric: waitP95, Target: 2, Value: &experiment.Estimate{Value: math.NaN(), Needs: 3478}, Attained: est(0.857, 0.01), Verdict: "fail",
	}}}}}
	v := &sweepView{metric: &aim{class: "mail", metric: waitP95}}
	assert.Equal(t, "85.7 % in time", v.says(&s))
	s.Classes[0].SLO[0].Value = nil
	assert.Equal(t, "unstable", v.says(&s))
}
