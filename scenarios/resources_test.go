package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/system"
)

func TestResourcesAreRead(t *testing.T) {
	s := everything(t)
	assert.EqualValues(t, 64<<30, s.Machines[0].Memory)
	assert.Equal(t, 4, s.Machines[0].Disk)
	hold, leak := classOf(t, s, "constant").Memory.Mean()
	assert.InDelta(t, 300<<20, hold, 1)
	assert.InDelta(t, 512<<10, leak, 1)
	one := &s.Layouts[0]
	assert.EqualValues(t, 1536<<20, one.Workers[0].MaxMemoryPerChild)
	assert.Equal(t, system.Container{Parent: 100 << 20, Child: 60 << 20, Given: true}, one.Container(0))
	last := len(s.Layouts[1].Workers) - 1
	assert.Equal(t, system.Container{Parent: system.ParentMemory, Memory: 2 << 30, Cores: 0.5, Whole: true, Given: true}, s.Layouts[1].Container(last))
}

// A worker that stays one worker in a larger system has larger limits; replicas on machines keep theirs.
func TestLimitsGrowWithTheirWorker(t *testing.T) {
	read := func(machine string) *Scenario {
		s, err := Decode("s.yaml", []byte("machines: {m: {cores: 4}}\ntasks: {a: {arrivals: {poisson: 1/s}, work: [{io: 1s}]}}\n"+
			"strategies: {s: {workers: {w: {queues: [a], concurrency: 2, memory_limit: 1GiB, cpu_limit: 500m"+machine+"}}}}\nsweep: {size: [1, 2]}\n"), ".")
		require.NoError(t, err)
		return s.Sweep.Cells[1].Scenario
	}
	larger := read("")
	assert.Equal(t, 4, larger.Layouts[0].Workers[0].Concurrency)
	assert.EqualValues(t, 2<<30, larger.Layouts[0].Container(0).Memory)
	assert.Equal(t, 1.0, larger.Layouts[0].Container(0).Cores)
	more := read(", machine: m")
	assert.Len(t, more.Layouts[0].Workers, 2)
	assert.EqualValues(t, 1<<30, more.Layouts[0].Container(1).Memory)
}

func TestWarningsOfDisks(t *testing.T) {
	for machine, want := range map[string]string{
		"{cores: 4}":                       "some tasks read the disk of a machine that has no disk entry",
		"{cores: 4, disk: {parallel: 2}}":  `the disks of "m" get 2.5 requests at once, not counting retries, but can do 2`,
		"{cores: 4, disk: {parallel: 20}}": "",
	} {
		s, err := Decode("s.yaml", []byte("machines: {m: "+machine+"}\ntasks: {a: {arrivals: {poisson: 5/s}, work: [{disk: 500ms}]}}\n"+
			"strategies: {s: {workers: {w: {queues: [a], concurrency: 9, machine: m}}}}\n"), ".")
		require.NoError(t, err)
		if want == "" {
			assert.Empty(t, s.Warnings)
			continue
		}
		require.Len(t, s.Warnings, 1)
		assert.Contains(t, s.Warnings[0], "s.yaml:3:14: strategies.s: ")
		assert.Contains(t, s.Warnings[0], want)
	}
}

// A machine that cannot hold the processes of its workers is an error where the worker stands.
func TestProcessesHaveToFit(t *testing.T) {
	_, err := Decode("s.yaml", []byte("machines: {m: {cores: 4, memory: 200MiB}}\ntasks: {a: {arrivals: {poisson: 5/s}}}\n"+
		"strategies: {s: {workers: {w: {queues: [a], concurrency: 9, machine: m}}}}\n"), ".")
	require.Error(t, err)
	assert.True(t, strings.HasPrefix(err.Error(), `s.yaml:3:70: strategies.s.workers.w.machine: "m": one has 200 MiB, and the processes of its workers take 408 MiB before any task`), err.Error())
}

// From as many as at most to as many: that is so many, and none comes or goes.
func TestMachinesThatNeitherComeNorGo(t *testing.T) {
	read := func(count string) *Scenario {
		s, err := Decode("s.yaml", []byte("machines: {m: {cores: 2, price: 1/h, count: "+count+"}}\ntasks: {a: {arrivals: {poisson: 3/s}, work: [{cpu: 1s}]}}\n"+
			"strategies: {s: {workers: {w: {queues: [a], concurrency: 2, machine: m, replicas: 3}}}}\n"), ".")
		require.NoError(t, err)
		return s
	}
	plain, both := read("2"), read("{min: 2, max: 2}")
	assert.Equal(t, plain.Machines, both.Machines)
	assert.Equal(t, plain.Layouts, both.Layouts)
	assert.Empty(t, both.Warnings)
}
