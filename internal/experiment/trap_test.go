package experiment_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What priority.yaml says of a campaign is what comes out once it is switched on.
func TestCampaignDrownsTwoSlots(t *testing.T) {
	bytes, err := os.ReadFile("../../scenarios/priority.yaml")
	require.NoError(t, err)
	text := string(bytes)
	before, campaign, found := strings.Cut(text, "  # campaign:\n")
	require.True(t, found)
	campaign, after, found := strings.Cut(campaign, "\n\n")
	require.True(t, found)
	text = before + "  campaign:\n" + strings.ReplaceAll(campaign, "  #   ", "    ") + "\n\n" + after
	text = strings.Replace(text, "duration: 30m", "duration: 1h", 1)
	text = strings.Replace(text, "replications: {min: 20, max: 400}", "replications: 5", 1)
	r := answer(t, text)
	p95 := map[string]float64{}
	for _, s := range r.Strategies {
		require.Equal(t, "notify", s.Classes[0].Name)
		p95[s.Name] = s.Classes[0].Wait.Pooled.Quantile(0.95)
	}
	assert.InEpsilon(t, 27, p95["one-pool"], 0.25)
	assert.InEpsilon(t, 240, p95["separated"], 0.15)
	assert.Less(t, p95["sorted-queues"], 5.0)
	assert.Less(t, p95["reserved"], 0.2)
}
