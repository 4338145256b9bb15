package scenarios

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func shipped(t testing.TB) []string {
	files, err := filepath.Glob("*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 5)
	return files
}

func TestShippedFilesRead(t *testing.T) {
	for _, file := range shipped(t) {
		t.Run(file, func(t *testing.T) {
			s, err := Read(file)
			require.NoError(t, err)
			assert.Equal(t, strings.TrimSuffix(file, ".yaml"), s.Name)
			assert.NotEmpty(t, s.About)
			assert.Len(t, s.SHA256, 64)
			assert.GreaterOrEqual(t, len(s.Layouts), 2, "nothing to compare")
			slo := 0
			for _, c := range s.Classes {
				slo += len(c.SLO)
			}
			assert.Positive(t, slo, "no target to decide by")
			for _, l := range s.Layouts {
				if file == "deployment.yaml" || file == "scaling.yaml" {
					break // what is bought, and where, is the point
				}
				assert.Equal(t, s.Layouts[s.Baseline].Slots() == l.Slots(), file != "cpu-io.yaml" && l.Name != "more-slots" && l.Name != "fewer-slots" && l.Name != "bulk-worker" || l.Name == "one-prefork",
					"%s: equal budgets, except where more slots or fewer are the point", l.Name)
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(string(text), "# yaml-language-server: $schema=schema.json\n"))
		})
	}
}

// The expansion is a scenario file: it reads as the same scenario, and expands to itself.
func TestExpansionReadsTheSame(t *testing.T) {
	for _, file := range append(shipped(t), "testdata/everything.yaml") {
		t.Run(file, func(t *testing.T) {
			s, err := Read(file)
			require.NoError(t, err)
			again, err := Decode(file, []byte(s.Expanded), filepath.Dir(file))
			require.NoError(t, err, s.Expanded)
			assert.Equal(t, s.Expanded, again.Expanded)
			for _, x := range []*Scenario{s, again} {
				x.SHA256, x.Assumptions, x.Warnings, x.Warned, x.written, x.Sweep = "", nil, nil, nil, nil, nil
				for i := range x.Layouts {
					x.Layouts[i].Notes = nil
				}
			}
			equal(t, s, again)
		})
	}
}

// equal compares scenarios whose recordings hold NaN, which is not equal to itself.
func equal(t *testing.T, a, b *Scenario) {
	t.Helper()
	for _, x := range []*Scenario{a, b} {
		x.written, x.Warned = nil, nil // what was filled in has other places
		for _, run := range x.Observed {
			for i := range run.Tasks {
				for _, p := range []*float64{&run.Tasks[i].Published, &run.Tasks[i].Received, &run.Tasks[i].Started, &run.Tasks[i].Ended} {
					if math.IsNaN(*p) {
						*p = -1
					}
				}
			}
		}
	}
	assert.Equal(t, a, b)
}

func TestMinimalIsSmall(t *testing.T) {
	text, err := os.ReadFile("minimal.yaml")
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(string(text), "\n"), 15)
	assert.Equal(t, 2, strings.Count(string(text), "command:"))
}

func TestPriorityLadder(t *testing.T) {
	s, err := Read("priority.yaml")
	require.NoError(t, err)
	names := make([]string, len(s.Layouts))
	for i, l := range s.Layouts {
		names[i] = l.Name
		assert.Equal(t, 8, l.Slots(), l.Name)
	}
	assert.Equal(t, []string{"one-pool", "no-prefetch", "sorted-queues", "message-priority", "reserved", "derived", "separated"}, names)
	assert.Equal(t, 0, s.Baseline)
	assert.Empty(t, s.Warnings)

	assert.False(t, s.Layouts[0].Workers[0].DisablePrefetch)
	assert.Equal(t, 4, s.Layouts[0].Workers[0].PrefetchMultiplier)
	sorted, reserved := s.Layouts[2], s.Layouts[4]
	assert.Equal(t, worker.Sorted, sorted.Workers[0].Order)
	assert.Empty(t, sorted.WhatIf)
	assert.Equal(t, []int{2, 0}, reserved.Workers[0].Reserve)
	assert.NotEmpty(t, reserved.WhatIf)
	all := s.Layouts[3]
	assert.True(t, all.Workers[0].DisablePrefetch, "two steps of extends")
	assert.Equal(t, all.ClassQueue[0], all.ClassQueue[1])
	assert.Equal(t, "all", all.Queues[all.ClassQueue[0]].Name)

	notify := s.Classes[0]
	assert.Equal(t, worker.Class{Name: "notify", HasPriority: true}, notify.Class)
	assert.Equal(t, "high", notify.Queue)
	assert.Equal(t, workloads.Poisson{PerSecond: 12}, notify.Arrivals.Process)
	assert.Equal(t, []string{"wait.p95", "loss"}, []string{notify.SLO[0].Metric.String(), notify.SLO[1].Metric.String()})
	assert.Equal(t, 0.001, notify.SLO[1].MaxShare)
}

// The comments of pooling.yaml give exact figures for loads of 5/6 on both servers.
func TestPoolingIsWorkloadA(t *testing.T) {
	s, err := Read("pooling.yaml")
	require.NoError(t, err)
	for i := range s.Classes {
		load := workloads.MeanRate(s.Classes, i) * s.Classes[i].Work[0].Demand.Mean()
		assert.InDelta(t, 5.0/6, load, 1e-12)
	}
	for _, l := range s.Layouts {
		assert.Equal(t, worker.Ideal, l.Broker.Kind)
		assert.Equal(t, 2, l.Slots())
		assert.Empty(t, l.WhatIf)
	}
	oneWay := layoutOf(t, s, "one-way")
	assert.Empty(t, oneWay.Workers[0].Overflow)
	assert.Equal(t, oneWay.Workers[0].Queues, oneWay.Workers[1].Overflow)
}

func TestReplayBringsItsRecording(t *testing.T) {
	s, err := Read("replay.yaml")
	require.NoError(t, err)
	require.Len(t, s.Observed, 2)
	for _, run := range s.Observed {
		assert.Len(t, run.Tasks, 1399)
		for _, o := range run.Tasks {
			assert.Equal(t, "ok", o.Outcome)
			assert.GreaterOrEqual(t, o.Started, o.Due)
		}
	}
	rows := 0
	for _, c := range s.Classes {
		trace, ok := c.Arrivals.Process.(workloads.Trace)
		require.True(t, ok)
		assert.True(t, trace.HasWork)
		rows += len(trace.Rows)
	}
	assert.Equal(t, 1399, rows)
}
