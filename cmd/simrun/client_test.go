package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/celerytest"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/logs"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

// client is a small application on a real Celery and redis.
type client struct {
	dir, python, app, recorder string
	env                        []string
	dump                       *celerytest.Process
}

// seconds is how long each of its two hours is.
const seconds = 15

// openShop starts the broker, and who prints events.
func openShop(ctx context.Context, t *testing.T) *client {
	python, server := celerytest.Tools(t)
	app, err := filepath.Abs("testdata")
	require.NoError(t, err)
	tools, err := filepath.Abs(filepath.Join("..", "..", "tools", "celery"))
	require.NoError(t, err)
	port := celerytest.FreePort(t)
	c := &client{dir: t.TempDir(), python: python, app: app, recorder: filepath.Join(tools, "record.py")}
	c.env = append(os.Environ(), fmt.Sprintf("SIMRUN_BROKER=redis://127.0.0.1:%d/0", port), "PYTHONDONTWRITEBYTECODE=1",
		"PYTHONPATH="+app+string(os.PathListSeparator)+tools)
	celerytest.Begin(ctx, t, c.dir, c.env, server, "--port", fmt.Sprint(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
	c.dump = celerytest.Begin(ctx, t, c.dir, c.env, python, "-m", "celery", "-A", "shop", "events", "--dump")
	return c
}

// work runs the shop on such workers for some seconds, recorded into a folder, and returns what the workers logged.
func (c *client) work(ctx context.Context, t *testing.T, folder string, lines ...string) (logged []string) {
	var workers []*celerytest.Process
	for _, line := range lines {
		args := append([]string{"-m"}, strings.Fields(line)...)
		workers = append(workers, celerytest.Begin(ctx, t, c.dir, c.env, c.python, args...))
	}
	for _, w := range workers {
		celerytest.Await(ctx, t, "a worker", func() bool { return bytes.Contains(w.Wrote(), []byte(" ready.")) }, w.Wrote)
	}
	ready := filepath.Join(c.dir, folder+".ready")
	recorder := celerytest.Begin(ctx, t, c.dir, c.env, c.python, c.recorder, "-A", "shop", "--seconds", fmt.Sprint(seconds+6), "--drain", "40", "--out", folder, "--ready", ready)
	celerytest.Await(ctx, t, "the recorder", func() bool { _, err := os.Stat(ready); return err == nil }, recorder.Wrote)
	producer := exec.CommandContext(ctx, c.python, filepath.Join(c.app, "shop.py"), fmt.Sprint(seconds))
	producer.Dir, producer.Env = c.dir, c.env
	out, err := producer.CombinedOutput()
	require.NoError(t, err, string(out))
	celerytest.Await(ctx, t, "the recording", func() bool { return bytes.Contains(recorder.Wrote(), []byte(" tasks in ")) }, recorder.Wrote)
	for _, w := range workers {
		w.Stop()
		logged = append(logged, w.Log())
	}
	return logged
}

// classSeen is what a log says of one class.
type classSeen struct {
	tasks     int
	runs, cpu float64 // means, s
	waits     []float64
}

func seenIn(t *testing.T, paths ...string) map[string]*classSeen {
	t.Helper()
	l, err := logs.Read(paths...)
	require.NoError(t, err)
	all := map[string]*classSeen{}
	for i := range l.Tasks {
		task := &l.Tasks[i]
		c := all[task.Class]
		if c == nil {
			c = &classSeen{}
			all[task.Class] = c
		}
		require.Len(t, task.Attempts, 1)
		c.tasks++
		c.runs += task.Attempts[0].Runtime
		c.cpu += task.Attempts[0].CPU
		c.waits = append(c.waits, task.Attempts[0].Started-task.Arrived)
	}
	for _, c := range all {
		c.runs, c.cpu = c.runs/float64(c.tasks), c.cpu/float64(c.tasks)
		slices.Sort(c.waits)
	}
	return all
}

func (c *classSeen) p95() float64 { return c.waits[int(0.95*float64(len(c.waits)))] }

// An application is recorded, its sources agree, and the layout that is advised does for real what was predicted of it. It
// takes about a minute; make test-real runs it.
func TestAdviceIsKept(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	c := openShop(ctx, t)
	const today = "celery -A shop worker -E -I record -n w1@%h -Q celery,slow -c 4 -l INFO"
	logged := c.work(ctx, t, "today", today)
	c.dump.Stop()
	t.Chdir(c.dir)

	exact := seenIn(t, filepath.Join("today", "events.jsonl"))
	require.ElementsMatch(t, []string{"shop.mail", "shop.report", "shop.resize"}, slices.Collect(maps.Keys(exact)))
	for _, other := range []struct {
		paths      []string
		resolution float64 // s, of one run time
	}{{[]string{c.dump.Log()}, 1e-6}, {logged, 1e-3}, {[]string{filepath.Join("today", "run1.csv")}, 20e-3}} {
		for class, seen := range seenIn(t, other.paths...) {
			assert.Equal(t, exact[class].tasks, seen.tasks, "%s %s", other.paths, class)
			assert.InDelta(t, exact[class].runs, seen.runs, other.resolution, "%s %s", other.paths, class)
		}
	}
	assert.InEpsilon(t, 0.06, exact["shop.resize"].cpu, 0.25, "as it was measured in the children")
	assert.Less(t, exact["shop.mail"].cpu, 0.2*exact["shop.mail"].runs)

	status, stdout, stderr := call(t, "advise", "today", "-q", "--worker", today, "--slo", "shop.mail.wait.p95=200ms", "--slo", "shop.report.wait.p95=5s")
	require.Equal(t, exitOK, status, stderr)
	var lines []string
	for line := range strings.Lines(stdout) {
		if command, found := strings.CutPrefix(strings.TrimSpace(line), "$ celery "); found && strings.Contains(command, " worker ") {
			lines = append(lines, "celery "+command)
		}
		if strings.HasPrefix(line, "What to change for ") { // others pass, too
			break
		}
	}
	require.NotEmpty(t, lines, stdout)
	c.work(ctx, t, "tomorrow", lines...)
	observed := seenIn(t, filepath.Join("tomorrow", "events.jsonl"))
	these := resultOf(t, "advice")
	require.NotNil(t, these.Verdict.Recommend, stdout)
	name := *these.Verdict.Recommend
	such := suchTrafficOf(ctx, t, name)
	t.Logf("%s: %q", name, lines)
	idle := true // or somebody else computes here, which nobody told
	for _, seen := range []map[string]*classSeen{exact, observed} {
		idle = idle && seen["shop.resize"].runs < 2*seen["shop.resize"].cpu
	}
	for i := range these.Strategies[0].Classes {
		class := these.Strategies[0].Classes[i].Name
		predicted := classOf(t, these, name, class).Wait.P95
		band := classOf(t, such, name, class).Window.P95
		before, after := exact[class].p95(), observed[class].p95()
		t.Logf("%s wait p95: %.3f s before; predicted %.3f s (one window %.3f .. %.3f), observed %.3f s", class, before, predicted.Value, band.Low, band.High, after)
		if class == "shop.resize" { // it computes, on cores that others use
			continue
		}
		if !idle {
			t.Logf("%s: not judged, since others use the cores of this machine", class)
			continue
		}
		// The band holds 95 of 100 windows; 99 of 100 lie within half as much again, and clocks and processes take some ms.
		wider := 0.5*(band.High-band.Low) + 0.01
		assert.True(t, after > band.Low-wider && after < band.High+wider, class)
		assert.False(t, math.IsNaN(predicted.Value))
	}
}

func resultOf(t *testing.T, folder string) *experiment.Result {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, "results.json"))
	require.NoError(t, err)
	var r experiment.Result
	require.NoError(t, json.Unmarshal(text, &r))
	return &r
}

// suchTrafficOf is what some windows of such traffic show of one layout.
func suchTrafficOf(ctx context.Context, t *testing.T, name string) *experiment.Result {
	t.Helper()
	sc, err := scenarios.Read("advice.traffic.yaml")
	require.NoError(t, err)
	sc.Layouts = slices.DeleteFunc(sc.Layouts, func(l strategies.Layout) bool { return l.Name != name })
	sc.Baseline, sc.Run.Min, sc.Run.Max = 0, 100, 100
	for i := range sc.Classes {
		sc.Classes[i].SLO = nil // nothing is to be judged
	}
	r, err := experiment.Run(ctx, sc, experiment.Options{})
	require.NoError(t, err)
	return r
}

func classOf(t *testing.T, r *experiment.Result, strategy, class string) *experiment.Class {
	t.Helper()
	for i := range r.Strategies {
		for k := range r.Strategies[i].Classes {
			if r.Strategies[i].Name == strategy && r.Strategies[i].Classes[k].Name == class {
				return &r.Strategies[i].Classes[k]
			}
		}
	}
	t.Fatalf("no %s of %s", class, strategy)
	return nil
}
