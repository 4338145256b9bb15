package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
)

// Of replicas that come and go, the utilization is of the slots present: the most there may be are named as such.
func TestScaledSlotsArePresentOnes(t *testing.T) {
	_, r := fixture()
	w := &r.Strategies[0].Workers[0]
	w.Slots, w.SlotUtilization, w.Replicas, w.Fleet = 12, est(0.35, 0), est(2.5, 0), &experiment.Fleet{}
	w.ScaledIn = &experiment.ScaledIn{Interrupted: 3, Wasted: 40}
	plots := utilization(r)
	require.Len(t, plots, 1)
	assert.Contains(t, plots[0].Alt, "one-pool, worker: 35 % of those present, up to 12;")
	assert.Contains(t, plots[0].Alt, "no-prefetch, worker: 82 % of 8 slots;")
	g := workers(r)
	assert.Equal(t, []string{"worker", "2.5", "up to 12", "35 %"}, g.Groups[0].Rows[0][:4])
	assert.Equal(t, []string{"worker", "1", "8", "82 %"}, g.Groups[1].Rows[0][:4])
	assert.Contains(t, strings.Join(g.Notes, " "), "of the slots present")
	assert.Contains(t, strings.Join(g.Notes, " "), "Replicas of worker of one-pool that went cut short 3 runs in a replication, which had taken 40 s in all.")
	_, still := fixture()
	assert.Empty(t, workers(still).Notes)
}
