package imports_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/imports"
	"example.com/simrun/report"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// simulated writes the tasks of one run of a scenario as a log, and returns what they asked for, by id.
func simulated(t *testing.T, dir, trace, workers string) (log string, asked map[string]workloads.TraceRow) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "truth.csv"), []byte(trace), 0o644))
	sc, err := scenarios.Decode("truth.yaml", []byte(`
run: {duration: 250s, warmup: 0s, replications: 1}
celery: "5.6"
broker: {kind: redis, machine: box}
machines: {box: {cores: 2}}
producers: {machine: box}
tasks:
  resize: {queue: jobs, arrivals: {trace: {file: truth.csv, class: resize}}}
  mail: {queue: jobs, arrivals: {trace: {file: truth.csv, class: mail}}}
strategies:
  truth: {workers: {`+workers+`}}
`), dir)
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{Tasks: true})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, report.TasksCSV(&b, r.Tasks))
	log = filepath.Join(dir, "log.csv")
	require.NoError(t, os.WriteFile(log, b.Bytes(), 0o644))
	asked = map[string]workloads.TraceRow{}
	for i := range sc.Classes {
		for _, row := range sc.Classes[i].Arrivals.Process.(workloads.Trace).Rows {
			asked[row.ID] = row
		}
	}
	return log, asked
}

// traffic is a trace of tasks that compute and tasks that wait, on a crowded machine.
func traffic(gap float64) string {
	var b strings.Builder
	b.WriteString("id,class,due,cpu,io\n")
	s := des.NewStream(des.NewKey(5))
	due := 0.0
	for i := range 900 {
		due += -math.Log(1-s.Float64()) * gap
		if i%2 == 0 {
			fmt.Fprintf(&b, "r%d,resize,%.6f,%.6f,0\n", i, due, 0.1+0.35*s.Float64())
		} else {
			fmt.Fprintf(&b, "m%d,mail,%.6f,0,%.6f\n", i, due, 0.02+0.1*s.Float64())
		}
	}
	return b.String()
}

// What tasks asked for comes back from what they took, whatever the pool made of them.
func TestDemandsComeBack(t *testing.T) {
	for _, c := range []struct {
		name, workers string
		gap, within   float64 // mean, s; of nine of ten tasks
		lines         []string
	}{
		{"prefork", `w1: {queues: [jobs], concurrency: 5, machine: box}`, 0.1, 0.03, []string{"celery -A shop worker -n w1@%h -Q jobs -c 5"}},
		{"threads", `w1: {queues: [jobs], concurrency: 6, pool: threads, machine: box}`, 0.25, 0.06, []string{"celery -A shop worker -n w1@%h -Q jobs -c 6 -P threads"}},
		{"gevent", `w1: {queues: [jobs], concurrency: 6, pool: gevent, machine: box}`, 0.25, 0.06, []string{"celery -A shop worker -n w1@%h -Q jobs -c 6 -P gevent"}},
		{
			"two workers", `w1: {queues: [jobs], concurrency: 2, machine: box}, w2: {queues: [jobs], concurrency: 2, machine: box}`, 0.1, 0.03,
			[]string{"celery -A shop worker -n w1@%h -Q jobs -c 2", "celery -A shop worker -n w2@%h -Q jobs -c 2"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			log, truth := simulated(t, dir, traffic(c.gap), c.workers)
			m, err := imports.Make(t.Context(), imports.Options{Paths: []string{log}, Base: "mine", Replay: true, Said: imports.Said{
				Workers: c.lines, Broker: "redis", Celery: "5.6", Cores: 2, Computes: []string{"resize"},
			}})
			require.NoError(t, err)
			assert.Empty(t, m.Open, "the rounds came to an end")
			near, all := 0, 0
			took, asked, truly := 0.0, 0.0, 0.0
			for i := range m.Log.Tasks {
				task := &m.Log.Tasks[i]
				if task.Class != "resize" || task.Outcome != "ok" {
					continue
				}
				a := &task.Attempts[0]
				want := truth[task.ID].CPU.Seconds()
				took, asked, truly = took+a.Runtime, asked+a.Asked.CPU, truly+want
				assert.Zero(t, a.Asked.IO)
				all++
				if math.Abs(a.Asked.CPU/want-1) < c.within {
					near++
				}
			}
			require.Greater(t, all, 100)
			assert.InEpsilon(t, truly, asked, 0.01, "together, of run times %.2f as long", took/truly)
			assert.GreaterOrEqual(t, near*10, all*9)
			assert.GreaterOrEqual(t, m.Check.Held()*100, len(m.Check.Figures)*85, "but for luck: %+v", m.Check)
		})
	}
}

// Where many small tasks leave hardly any of the cores, a little more work is much more time: dividing by what is off would
// go from one side to the other.
func TestDemandsNearSaturation(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,class,due,cpu,io\n")
	s := des.NewStream(des.NewKey(7))
	due := map[string]float64{}
	next := func(class string, gap float64) float64 {
		due[class] += s.ExpFloat64() * gap
		return due[class]
	}
	for i := range 720 {
		fmt.Fprintf(&b, "r%d,resize,%.6f,0.2,0\n", i, next("resize", 1.0/6))
	}
	for i := range 9400 {
		fmt.Fprintf(&b, "m%d,mail,%.6f,0,%.6f\n", i, next("mail", 1.0/78), 0.02*s.ExpFloat64())
	}
	log, _ := simulated(t, t.TempDir(), b.String(), `w1: {queues: [jobs], concurrency: 8, prefetch_multiplier: 4, machine: box}`)
	m, err := imports.Make(t.Context(), imports.Options{Paths: []string{log}, Base: "mine", Replay: true, Said: imports.Said{
		Workers: []string{"celery -A shop worker -n w1@%h -Q jobs -c 8 --prefetch-multiplier 4"}, Broker: "redis", Celery: "5.6", Cores: 2, Computes: []string{"resize"},
	}})
	require.NoError(t, err)
	took, asked, n := 0.0, 0.0, 0.0
	for i := range m.Log.Tasks {
		if task := &m.Log.Tasks[i]; task.Class == "resize" && task.Outcome == "ok" {
			took, asked, n = took+task.Attempts[0].Runtime, asked+task.Attempts[0].Asked.CPU, n+1
		}
	}
	assert.Greater(t, took/n, 0.35, "crowded")
	assert.InEpsilon(t, 0.2, asked/n, 0.02)
}
