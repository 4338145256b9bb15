package report

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/experiment"
)

// Where there is one layout, the recommendation goes with its verdict: the table has the flip once. Of several it has both.
func TestAFlipStandsOnceWhereOneLayoutIs(t *testing.T) {
	both := []experiment.Flip{
		{Input: "load", Of: "verdict", From: "pass", To: "fail", Now: 1, At: 1.1, Unit: "x"},
		{Input: "load", Of: "recommendation", From: "one", To: "none", Now: 1, At: 1.1, Unit: "x"},
	}
	r := &experiment.Result{Strategies: make([]experiment.Strategy, 1), Flips: &experiment.Flips{Flips: both}}
	rows := flipTable(r).Groups[0].Rows
	if assert.Len(t, rows, 1) {
		assert.Equal(t, "what runs today no longer passes", rows[0][4])
	}
	r.Strategies = make([]experiment.Strategy, 2)
	assert.Len(t, flipTable(r).Groups[0].Rows, 2)
	assert.Len(t, flipLines(r), 1, "one sentence says both")
}
