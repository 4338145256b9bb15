package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
)

// Two machines all the time and one for 0, a half and all of the window: 2.5 machines at 0.2 each.
func TestCostIsTimeWeighted(t *testing.T) {
	e := &engine{sc: &scenarios.Scenario{
		Machines: []system.Machine{{Name: "app", Price: 0.2}, {Name: "free"}},
		Layouts:  []strategies.Layout{{Nodes: []int{0, 0, 0, 1}}, {Nodes: []int{1}}},
		Run:      scenarios.Run{Confidence: 0.95},
	}, evidence: []evidence{{confidence: 0.95}, {confidence: 0.95}}}
	e.look(0, 3)
	e.samples = [][]sample{nil, {{paid: []float64{1}}}}
	for _, third := range []float64{0, 0.5, 1} {
		e.samples[0] = append(e.samples[0], sample{paid: []float64{1, 1, third, 1}})
	}
	c := e.cost(0)
	require.NotNil(t, c)
	assert.InDelta(t, 0.5, c.PerHour.Value, 1e-12)
	assert.InDelta(t, 365, c.PerMonth.Value, 1e-9)
	// Of 0.4, 0.5 and 0.6: s = 0.1, t(0.975, 2) = 4.3027.
	assert.InDelta(t, 0.5-4.302653*0.1/1.7320508, *c.PerHour.Low, 1e-6)
	assert.InDelta(t, 0.5+4.302653*0.1/1.7320508, *c.PerHour.High, 1e-6)
	assert.Nil(t, e.cost(1), "no price")
	assert.Nil(t, (*Cost)(nil).hourly())
}
