package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/scenarios"
)

func TestBenchRefusesWhatItCannotHoldBodiesTo(t *testing.T) {
	read := func(task, machine, worker string) error {
		sc, err := scenarios.Decode("s.yaml", []byte("machines: {m: {cores: 4"+machine+"}}\ntasks: {a: {arrivals: {every: 5s}, work: [{io: 1s}]"+task+"}}\n"+
			"strategies: {s: {workers: {w: {queues: [a], concurrency: 1, machine: m"+worker+"}}}}\n"), ".")
		require.NoError(t, err)
		return resources(sc)
	}
	assert.NoError(t, read("", "", ""))
	assert.EqualError(t, read(", memory: {hold: 1GiB}", ", memory: 4GiB", ", cpu_limit: 2, memory_limit: 2GiB, max_memory_per_child: 1GiB"),
		"s.yaml: real bodies compute, sleep and take memory: want a scenario without the memory of machines, memory_limit, cpu_limit")
	assert.NoError(t, read("", ", disk: {parallel: 2}", ""), "a disk that nobody reads")
}
