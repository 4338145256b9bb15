package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/experiment"
)

// The bar never goes back, never says that all is done before it is, and goes on from one scenario to the next.
func TestCourse(t *testing.T) {
	began := time.Now()
	c := course{began: began, scenarios: 2, layouts: 3, sweeps: true}
	last := 0.0
	step := func(phase string, done, total int) {
		t.Helper()
		x := c.at(experiment.Progress{Phase: phase, Done: done, Total: total})
		assert.GreaterOrEqual(t, x, last)
		assert.Less(t, x, 1.0)
		last = x
	}
	assert.Zero(t, c.left(began), "nothing is known yet")
	for _, phase := range []string{"warm-up", "replications", "windows", "headroom"} {
		for block := range 3 {
			for done := 1; done <= 30; done++ {
				step(phase, done, 30+block)
			}
		}
	}
	assert.Less(t, last, 0.11, "a fifth of the first half, before the sweep")
	step("sweep", 10, 20)
	assert.InDelta(t, 0.3, last, 0.01)
	assert.InDelta(t, 70, c.left(began.Add(30*time.Second)).Seconds(), 3)
	c.over, c.sweeps, c.phase = 1, false, ""
	step("headroom", 400, 400)
	assert.Greater(t, last, 0.8)
}
