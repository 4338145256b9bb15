package fidelity

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/des"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// A task is as late in the replay as in the run: by what its call took longer than the median one. Whose call is not known
// is published as all are; the classes of the scenario stay as they are.
func TestTasksArePublishedAsInTheRun(t *testing.T) {
	rows := []workloads.TraceRow{{ID: "a"}, {ID: "b", Due: time.Second}, {ID: "c", Due: 2 * time.Second}, {ID: "d", Due: 3 * time.Second}}
	classes := make([]workloads.Class, 2)
	classes[0].Arrivals.Process = workloads.Trace{Rows: rows}
	run := []scenarios.ObservedTask{
		{ID: "a", Due: 0, Published: 0.0015}, {ID: "b", Due: 1, Published: 1.031}, {ID: "c", Due: 2, Published: 2.0005}, {ID: "d", Due: 3, Published: math.NaN()},
	}
	published := publishedAs(classes, run, time.Millisecond)
	var lags []des.Time
	for _, row := range published[0].Arrivals.Process.(workloads.Trace).Rows {
		lags = append(lags, row.Lag.Round(time.Microsecond))
	}
	assert.Equal(t, []des.Time{time.Millisecond, 30500 * time.Microsecond, 0, 0}, lags)
	assert.Zero(t, rows[1].Lag)
	assert.Equal(t, classes, publishedAs(classes, nil, time.Millisecond))
}
