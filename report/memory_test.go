package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// starved is one pool of which the kernel killed something, and two workers with limits of their own.
func starved() *experiment.Result {
	gib := func(x float64) *float64 { return new(x * (1 << 30)) }
	course := func(x float64) []float64 { return []float64{x * (1 << 29), x * (1 << 30), x * (1 << 29), 0} }
	line := func(name string, limit, most float64) experiment.MemoryLine {
		return experiment.MemoryLine{Name: name, Limit: limit * (1 << 30), Most: course(most)}
	}
	one := func() *experiment.Estimate { return &experiment.Estimate{Value: 1} }
	return &experiment.Result{
		Run: experiment.RunInfo{Replications: 20},
		Strategies: []experiment.Strategy{
			{
				Name:     "one-pool",
				Workers:  []experiment.Worker{{Name: "worker", Replicas: one(), MemoryMax: gib(14), Killed: new(3.5)}},
				Machines: []experiment.Machine{{Name: "app", MemoryMax: gib(15), MemoryLimit: gib(15), DiskUtilization: &experiment.Estimate{Value: 0.4}}},
				Classes: []experiment.Class{
					{Name: "train", Killed: &experiment.Killed{Attempts: 3.5, Lost: 3, Again: 0.5, Wasted: 90}},
					{Name: "move", Killed: &experiment.Killed{}},
				},
				Memory: &experiment.MemoryCourse{Step: 60e9, Workers: []experiment.MemoryLine{line("worker", 0, 14)}, Machines: []experiment.MemoryLine{line("app", 15, 15)}},
			},
			{
				Name: "separated",
				Workers: []experiment.Worker{
					{Name: "heavy", Replicas: one(), MemoryMax: gib(8), MemoryLimit: gib(10), Killed: new(0.0)},
					{Name: "light", Replicas: one(), MemoryMax: gib(0.5), Killed: new(0.0)},
				},
				Machines: []experiment.Machine{{Name: "app", MemoryMax: gib(8.5), MemoryLimit: gib(15)}},
				Classes:  []experiment.Class{{Name: "train", Killed: &experiment.Killed{}}},
				Memory: &experiment.MemoryCourse{
					Step: 60e9, Workers: []experiment.MemoryLine{line("heavy", 10, 8), line("light", 0, 0.5)}, Machines: []experiment.MemoryLine{line("app", 15, 8.5)},
				},
			},
		},
	}
}

func TestMemoryTables(t *testing.T) {
	g := memory(starved())
	assert.Equal(t, [][]string{{"worker", "14 GiB", "–", "–", "3.5"}, {"machine app", "15 GiB", "15 GiB", "100 %", ""}}, g.Groups[0].Rows)
	assert.Equal(t, []string{"heavy", "8 GiB", "10 GiB", "80 %", "0"}, g.Groups[1].Rows[0])
	assert.Equal(t, []string{"train", "3.5", "3", "0.5", "1 m 30 s"}, killed(starved()).Groups[0].Rows[0])
	assert.Equal(t, [][]string{{"app", "40 %", "–"}}, disks(starved()).Groups[0].Rows)
	for _, g := range []*grid{memory(starved()), killed(starved()), disks(starved())} {
		for _, group := range g.Groups {
			for _, row := range group.Rows {
				assert.Len(t, row, len(g.Head)-1, g.Title)
			}
		}
	}
	_, plain := fixture()
	for _, g := range []*grid{memory(plain), killed(plain), disks(plain)} {
		assert.True(t, g.empty(), "a scenario that says nothing of memory has no such table")
	}
	quiet := starved()
	quiet.Strategies[0].Classes[0].Killed = &experiment.Killed{}
	assert.True(t, killed(quiet).empty(), "where nothing was killed, nothing was taken")
}

// The two tables count kills over different times, and say so.
func TestKillsNameTheirWindow(t *testing.T) {
	assert.Contains(t, memory(starved()).Notes[0], "in the observed time (not while the queues drained")
	assert.Contains(t, killed(starved()).Notes[0], "arrived in the observed time, whenever they were killed")
}

func TestMemoryOverTime(t *testing.T) {
	plots := memoryTimes(starved())
	require.Len(t, plots, 1)
	svg, err := plots[0].SVG()
	require.NoError(t, err)
	text := string(svg)
	for _, want := range []string{">worker<", ">heavy<", ">light<", ">machine app<", ">limit (thin)<", ">10 GiB<", ">one-pool<", ">separated<"} {
		assert.Contains(t, text, want)
	}
	assert.Contains(t, plots[0].Alt, "one-pool, worker: at most 15 GiB")
	assert.Equal(t, 1, strings.Count(text, ">0 s<")/2, "two panels")
	_, plain := fixture()
	assert.Nil(t, memoryTimes(plain))
}

func TestByteTicks(t *testing.T) {
	for high, want := range map[float64]string{
		15 << 30: "0 B 5 GiB 10 GiB 15 GiB", 700 << 20: "0 B 200 MiB 400 MiB 600 MiB", 3 << 30: "0 B 1 GiB 2 GiB 3 GiB", 900: "0 B 500 B",
	} {
		var got []string
		for _, tick := range (byteTicks{}).Ticks(0, high) {
			got = append(got, tick.Label)
		}
		assert.Equal(t, want, strings.Join(got, " "), units.Bytes(high))
	}
}
