package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"simrun/experiment"
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
