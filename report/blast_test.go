package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

func at(x float64) *float64 { return new(x) }

// hit is a strategy that one planned fault and one by chance have struck.
func hit() *experiment.Result {
	share := func(x float64) *experiment.Estimate { return &experiment.Estimate{Value: x} }
	return &experiment.Result{
		Run: experiment.RunInfo{Replications: 20},
		Strategies: []experiment.Strategy{{Name: "one-pool", Faults: []experiment.Fault{
			{
				Fault: "smtp down", At: at(600), For: at(300), WaitingBefore: share(3), WaitingMost: share(840), Drain: share(42), Drained: new(0.9),
				Blast: []experiment.Blast{
					{Class: "mail", MissedBefore: share(0), Missed: share(0.99), MissedAfter: share(0.1), MissedLater: share(0), OutFor: 330, Failed: 12, Retried: 900},
					{Class: "report", MissedBefore: share(0), Missed: share(0.5), MissedAfter: share(0), MissedLater: share(0), Lost: 1},
				},
			},
			{Fault: "report: hang, 1%", Blast: []experiment.Blast{{Class: "mail", Missed: share(0.2), OutFor: 60}}},
		}}},
	}
}

func TestBlastRadius(t *testing.T) {
	g := blast(hit())
	require.Len(t, g.Groups, 1)
	rows := g.Groups[0].Rows
	require.Len(t, rows, 3)
	assert.Equal(t, []string{"smtp down at 10 m for 5 m", "mail", "0 %", "99 %", "10 %", "0 %", "5 m 30 s", "42 s (in 90 %)"}, rows[0])
	assert.Equal(t, []string{"", "report", "0 %", "50 %", "0 %", "0 %", "0 s", ""}, rows[1])
	assert.Equal(t, []string{"report: hang, 1%", "mail", "–", "20 %", "–", "–", "1 m", "–"}, rows[2])
	assert.Equal(t, []string{"smtp down at 10 m for 5 m", "mail", "12", "0", "900", "3", "840"}, tolls(hit()).Groups[0].Rows[0])
	for _, row := range rows {
		assert.Len(t, row, len(g.Head)-1, "a cell for each column but the strategy's")
	}
	assert.True(t, blast(&experiment.Result{Strategies: []experiment.Strategy{{Name: "a"}}}).empty(), "no faults, no table")
}

func TestDrainNever(t *testing.T) {
	r := hit()
	r.Strategies[0].Faults[0].Drain, r.Strategies[0].Faults[0].Drained = nil, at(0)
	assert.Equal(t, "never", blast(r).Groups[0].Rows[0][7])
}

// Planned faults are shaded in every panel, instead of the worst minutes.
func TestFaultsAreShaded(t *testing.T) {
	r := hit()
	s := &r.Strategies[0]
	s.Timeline = &experiment.Timeline{Step: 15e9, Queues: [][]float64{make([]float64, 120)}}
	s.Timeline.Queues[0][50] = 80
	s.Queues = []experiment.Queue{{Name: "mail"}}
	plots := timelines(r)
	require.Len(t, plots, 1)
	svg, err := plots[0].SVG()
	require.NoError(t, err)
	assert.Contains(t, string(svg), ">fault<")
	assert.NotContains(t, string(svg), "worst")
	shaded := strings.Count(string(svg), "#EEF0F3")
	assert.Equal(t, 2, shaded, "the fault and its key")
	s.Faults = nil
	svg, err = timelines(r)[0].SVG()
	require.NoError(t, err)
	assert.Contains(t, string(svg), "worst")
}
