package experiment_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the pages say of campaign.yaml comes out of it: two slots drown, and a queue of its own for what comes in bulk saves
// what is urgent.
func TestCampaignDrownsTwoSlots(t *testing.T) {
	text, err := os.ReadFile("../../scenarios/campaign.yaml")
	require.NoError(t, err)
	few := strings.Replace(string(text), "replications: {min: 40, max: 80}", "replications: 3", 1)
	require.NotEqual(t, string(text), few)
	r := answer(t, few)
	p95 := map[string]float64{}
	for _, s := range r.Strategies {
		require.Equal(t, "notify", s.Classes[0].Name)
		p95[s.Name] = s.Classes[0].Wait.Pooled.Quantile(0.95)
	}
	assert.InEpsilon(t, 235, p95["separated"], 0.1)
	assert.InEpsilon(t, 0.93, p95["sorted-pool"], 0.25)
	assert.InEpsilon(t, 0.1, p95["bulk-queue"], 0.25)
	assert.Less(t, p95["more-slots"], 0.01)
}
