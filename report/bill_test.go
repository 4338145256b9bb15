package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/experiment"
)

func TestTheBillHasMachinesAndEgress(t *testing.T) {
	_, r := fixture()
	assert.Empty(t, bill(r).Groups, "no task sends anything")
	s := &r.Strategies[0]
	s.Costs = &experiment.Cost{PerHour: est(0.3, 0.1), PerMonth: est(219, 0.1), Machines: est(146, 0), Egress: est(73, 0.3)}
	s.Egress = []experiment.Egress{{From: "cloud", To: "onprem", GiB: est(811, 0.3), Price: 0.09, Cost: est(73, 0.3)}}
	g := bill(r)
	assert.Equal(t, []string{"146", "73", "219", "197 .. 241", "811 GiB cloud to onprem"}, g.Groups[0].Rows[0])
	assert.Equal(t, "nothing", g.Groups[1].Rows[0][4])
}

// An interval of a price has the name of its price, and is exact, not absent, where nothing is random.
func TestIntervalsOfPrices(t *testing.T) {
	_, r := fixture()
	r.Strategies[0].Costs.PerHour = est(0.2, 0.1)
	g := layouts(r)
	assert.Equal(t, []string{"strategy", "headroom", "breaks first beyond it", "slots", "cost/h, EUR", "cost/h interval", "cost/month, EUR"}, g.Head)
	assert.Equal(t, "0.18 .. 0.22", g.Groups[0].Rows[0][4])
	assert.Equal(t, "exact", g.Groups[1].Rows[0][4])
	assert.Equal(t, "–", priceInterval(&experiment.Estimate{Value: 1}), "one replication")
}
