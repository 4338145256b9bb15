package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// A deploy and an outage of the broker, from the file to the page: in their tables, and shaded in the timelines.
func TestDeploysAreReported(t *testing.T) {
	sc, err := scenarios.Read("testdata/deploys.yaml")
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	golden(t, "deploys.txt", Text(r, 120, false))
	shaded := 0
	for _, p := range timelines(r) {
		svg, err := p.SVG()
		require.NoError(t, err)
		shaded += strings.Count(string(svg), "#EEF0F3")
		assert.Contains(t, string(svg), ">fault<")
	}
	assert.Positive(t, shaded)
}
