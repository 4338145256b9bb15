package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// guarded is the fixture with personal data in one class: shared by the first layout, apart in the last.
func guarded() *experiment.Result {
	_, r := fixture()
	share := func(x float64) *experiment.Place {
		return &experiment.Place{Shared: est(x, 0.01), Beside: est(x/2, 0.01), Overlap: est(1800*x, 0.01)}
	}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		x := &experiment.Exposure{Attempts: 1234, Uncleared: est(0, 0), Process: share(0.98), Machine: share(1), Broker: true}
		reach := experiment.Reach{Class: s.Classes[0].Name, Labels: []string{"pii"}, Present: est(300, 0.1), Process: est(210, 0.1), Machine: est(299, 0), Broker: est(300, 0)}
		if i == len(r.Strategies)-1 {
			x.Process, x.Machine, x.Broker = share(0), nil, false
			reach.Process, reach.Machine, reach.Broker = est(0, 0), nil, est(0, 0)
		}
		s.Classes[0].Exposure = map[string]*experiment.Exposure{"pii": x}
		s.Compromised = []experiment.Compromise{{Fault: "backup compromised", At: 1200, For: 600, Classes: []experiment.Reach{reach}}}
	}
	return r
}

func TestExposureTables(t *testing.T) {
	r := guarded()
	class := r.Strategies[0].Classes[0].Name
	g := exposure(r, false)
	require.Len(t, g.Groups, 4)
	assert.Equal(t, []string{class, "pii", "0 %", "98 %", "100 %", "yes"}, g.Groups[0].Rows[0])
	assert.Equal(t, []string{class, "pii", "0 %", "0 %", "–", "no"}, g.Groups[3].Rows[0])
	assert.Contains(t, strings.Join(exposure(r, true).Notes, " "), "proves nothing")
	b := beside(r).Groups
	assert.Equal(t, []string{class, "pii", "1 234", "49 %", "48.5 .. 49.5 %", "50 %", "49.5 .. 50.5 %", "1 800"}, b[0].Rows[0])
	assert.Equal(t, []string{"–", "–", "–"}, b[3].Rows[0][5:])

	all := compromises(r)
	require.Len(t, all, 1)
	c := all[0]
	assert.Equal(t, "backup compromised at 20 m for 10 m", c.Title)
	assert.Equal(t, []string{class + " (pii)", "300", "210", "299", "300"}, c.Groups[0].Rows[0])
	assert.Equal(t, []string{"0", "–", "0"}, c.Groups[3].Rows[0][2:])

	p := price(r)
	require.Len(t, p.Groups[0].Rows, len(r.Strategies[0].Classes))
	assert.Equal(t, "processes, machines, the broker", p.Groups[0].Rows[0][6])
	assert.Equal(t, "–", p.Groups[0].Rows[0][2], "today is what the others are compared with")
	assert.Equal(t, "nothing", p.Groups[3].Rows[0][6])
	assert.NotEqual(t, "–", p.Groups[3].Rows[0][2])
}

// Where nothing has a label, nothing is said of it, anywhere.
func TestNoLabelsNoExposure(t *testing.T) {
	sc, r := fixture()
	for _, g := range []*grid{exposure(r, true), beside(r), price(r)} {
		assert.True(t, g.empty())
	}
	assert.Empty(t, compromises(r))
	page := func(r *experiment.Result) string {
		var b bytes.Buffer
		require.NoError(t, HTML(&b, sc, r, nil))
		return b.String()
	}
	assert.NotContains(t, page(r), "proves nothing")
	for _, text := range []string{page(guarded()), Text(guarded(), 100, false), Markdown(guarded()), Summary(guarded())} {
		assert.Contains(t, strings.Join(strings.Fields(text), " "), "proves nothing")
	}
}

func TestExposureInTheCSV(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, ClassesCSV(&b, guarded()))
	for _, row := range []string{"exposure.pii.attempts,1234,,", "exposure.pii.process.shared,0.98,", "exposure.pii.broker,0,,", "exposure.pii.machine.overlap_per_hour,1800,"} {
		assert.Contains(t, b.String(), row)
	}
}

// A layout that breaks a rule of clearance fails there, in sight, and passes at no load.
func TestABreachIsAFailedTarget(t *testing.T) {
	_, r := fixture()
	assert.NotContains(t, Text(r, 100, false), "learance")
	s := &r.Strategies[2]
	s.Breaches = []experiment.Breach{{Class: "notify", Label: "pii", Workers: []string{"worker", "other"}}}
	g := targets(r)
	rows := g.Groups[2].Rows
	assert.Equal(t, []string{"notify", "clearance for pii", "all workers", "2 without", "–", "–", "fail"}, rows[len(rows)-1])
	assert.Contains(t, strings.Join(g.Notes, " "), "Clearance: ")
	assert.Equal(t, "fails: clearance", layouts(r).Groups[2].Rows[0][0])
	assert.Equal(t, "still passes at 4x the load, the highest tried", layouts(r).Groups[3].Rows[0][0])
}
