//go:build linux

package oncelery

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/celerytest"
	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// seconds has ten cells of about a second of a processor.
const seconds = `run: {duration: 100m, warmup: 0s, replications: {min: 10, max: 10}}
tasks: {a: {arrivals: {poisson: 400/s}, work: [{io: {exponential: 100ms}}]}}
strategies: {now: {workers: {w: {queues: [a], concurrency: 60}}}}
`

// BenchmarkOnCelery says how much longer a run of cells of a second takes on a worker of one process, with redis between, than on
// one core of this process, and how much more time of processors all of them take. It runs where TestOnCelery does.
func BenchmarkOnCelery(b *testing.B) {
	python, redisProgram := celerytest.Tools(b)
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	program, on, dir := built(ctx, b), redisServer(ctx, b, redisProgram), b.TempDir()
	require.NoError(b, os.WriteFile(filepath.Join(dir, "simrun_cells.py"), []byte(Task), 0o644))
	env := append(os.Environ(), "SIMRUN_BROKER="+on.address.String(), "SIMRUN="+program, "PYTHONDONTWRITEBYTECODE=1", "GOMAXPROCS=1")
	worker := start(ctx, b, dir, env, python, "-m", "celery", "-A", "simrun_cells", "worker", "-Q", "simrun", "-c", "1", "-l", "ERROR")
	bundle := &scenarios.Bundle{Name: "seconds.yaml", Text: []byte(seconds)}
	sc, err := bundle.Scenario()
	require.NoError(b, err)
	src := cells.NewSource(bundle, programOf(ctx, b, program))
	busy := func() time.Duration { return ofGroup(b, syscall.Getpgrp()) + ofGroup(b, worker.Process.Pid) }
	through := func() time.Duration {
		e, err := New(ctx, src, Options{Broker: on.address})
		require.NoError(b, err)
		began := time.Now()
		_, err = experiment.Run(ctx, sc, experiment.Options{Backend: e})
		took := time.Since(began)
		require.NoError(b, err)
		require.NoError(b, e.Close())
		return took
	}
	through() // the worker is up
	var here, there, busyHere, busyThere time.Duration
	for b.Loop() {
		before, began := busy(), time.Now()
		_, err := experiment.Run(ctx, sc, experiment.Options{Backend: experiment.Local(1)})
		require.NoError(b, err)
		here += time.Since(began)
		between := busy()
		there += through()
		busyHere, busyThere = busyHere+between-before, busyThere+busy()-between
	}
	b.ReportMetric(100*(there.Seconds()/here.Seconds()-1), "%-overhead")
	b.ReportMetric(100*(busyThere.Seconds()/busyHere.Seconds()-1), "%-processors")
	b.ReportMetric(busyHere.Seconds()/10/float64(b.N), "s/cell")
}

// ofGroup is the time of processors that the processes of a group have taken, and those children that have ended
// (proc(5), /proc/pid/stat).
func ofGroup(b *testing.B, group int) (sum time.Duration) {
	b.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	require.NoError(b, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			continue // ended meanwhile
		}
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:])) // from the state, the third
		if fields[2] != strconv.Itoa(group) {
			continue
		}
		for _, ticks := range fields[11:15] {
			n, err := strconv.Atoi(ticks)
			require.NoError(b, err)
			sum += time.Duration(n) * 10 * time.Millisecond // of 100 Hz
		}
	}
	return sum
}
