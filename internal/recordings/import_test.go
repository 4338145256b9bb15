package recordings_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// events writes a log of events, one a line.
func events(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644))
	return path
}

// ev is one event, at so many seconds.
func ev(kind, uuid string, at float64, more string) string {
	return fmt.Sprintf(`{"type": "task-%s", "uuid": %q, "timestamp": %.3f, "hostname": "celery@host"%s}`, kind, uuid, 1.6e9+at, more)
}

// logOf is a log of tasks that arrive at these times, each running for one of these durations on worker w.
func logOf(arrivals, runs []float64) *logs.Log {
	l := &logs.Log{Name: "log"}
	for i, at := range arrivals {
		run := runs[i%len(runs)]
		l.Tasks = append(l.Tasks, logs.Task{
			ID: fmt.Sprint(i), Class: "job", Queue: "jobs", Arrived: at, Outcome: "ok",
			Attempts: []logs.Attempt{{Worker: "celery@w", Started: at, Ended: at + run, Runtime: run}},
		})
		l.Span = max(l.Span, at+run)
	}
	return l
}

func poisson(rate, from, to float64, seed uint64) (times []float64) {
	gap, err := workloads.Exponential(1 / rate)
	if err != nil {
		panic(err)
	}
	s := des.NewStream(des.NewKey(seed))
	for t := from + gap.Draw(s); t < to; t += gap.Draw(s) {
		times = append(times, t)
	}
	return times
}

func TestArrivals(t *testing.T) {
	regular := make([]float64, 200)
	batches := []float64{}
	for i := range regular {
		regular[i] = float64(i) * 5
	}
	for i, at := range poisson(0.2, 0, 1000, 3) {
		for range 3 + i%2 {
			batches = append(batches, at)
		}
	}
	runs := []float64{0.1, 0.2, 0.3}
	for _, c := range []struct {
		name  string
		times []float64
		want  string
	}{
		{"poisson", poisson(3, 0, 600, 1), `^poisson: (2\.9|3\.)`},
		{"regular", regular, `^every: 5s$`},
		{"two rates", append(poisson(1, 0, 300, 1), poisson(9, 300, 600, 2)...), `^stages: \[\{for: (299|30\d)(\.\d)?s, rate: (0\.9|1\.).*, \{for: (299|30\d)(\.\d)?s, rate: (8|9)`},
		{"batches", batches, `^poisson: 0\.\d+/s, batch: \{empirical: \[3, .*4\]\}$`},
		{"once", []float64{7, 7, 7, 7}, `^$`},
		{"few", []float64{1, 4, 20}, `^poisson: 0\.1478/s$`},
		{"two", []float64{0, 0.1}, `^poisson: 6\.667/s$`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := recordings.Import(logOf(c.times, runs), recordings.ImportOptions{Base: "x"})
			assert.Regexp(t, c.want, m.Classes[0].Arrivals.Text)
		})
	}
}

// What came once comes once, when it did: no law says how often.
func TestABatchThatCameOnce(t *testing.T) {
	l := logOf(append([]float64{25, 25, 25, 25}, 30, 40, 50), []float64{0.1, 0.2, 0.3})
	for i := 4; i < 7; i++ {
		l.Tasks[i].Class = "other"
	}
	m := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	sc := imported(t, m)
	trace, ok := sc.Classes[0].Arrivals.Process.(workloads.Trace)
	require.True(t, ok)
	require.Len(t, trace.Rows, 4)
	assert.Equal(t, "25s", trace.Rows[3].Due.String())
	assert.False(t, trace.HasWork)
	assert.Zero(t, sc.Run.Warmup, "it starts where the log starts")
	assert.False(t, sc.Run.AutoWarmup)
}

// Few tasks that came together say no rate, be it in a log of their own or in one of hours of others.
func TestFewThatCameTogetherAreNoRate(t *testing.T) {
	alone := recordings.Import(logOf([]float64{0, 0.015}, []float64{5}), recordings.ImportOptions{Base: "x"})
	among := logOf(append([]float64{9, 9.015, 9.4}, poisson(1, 0, 3600, 1)...), []float64{0.1})
	for i := 3; i < len(among.Tasks); i++ {
		among.Tasks[i].Class = "other"
	}
	m := recordings.Import(among, recordings.ImportOptions{Base: "x"})
	for _, c := range []struct {
		class *recordings.ImportedClass
		want  []float64
		says  string
	}{
		{&alone.Classes[0], []float64{0, 0.015}, "all 2 tasks came within 15 ms, of a log of 5.01 s: how often that happens cannot be told, so they come when they came, once"},
		{&m.Classes[0], []float64{9, 9.015, 9.4}, "all 3 tasks came within 400 ms"},
	} {
		assert.Equal(t, c.want, c.class.Arrivals.Moments)
		assert.Contains(t, c.class.Arrivals.Warning, c.says)
	}
	sc := imported(t, alone)
	trace, ok := sc.Classes[0].Arrivals.Process.(workloads.Trace)
	require.True(t, ok)
	assert.Len(t, trace.Rows, 2)
}

// A log of one task is as long as that task: it comes once in that time, not a million times a second.
func TestOneTaskIsNoRate(t *testing.T) {
	for n := 1; n <= 3; n++ {
		m := recordings.Import(logOf(make([]float64, n), []float64{4}), recordings.ImportOptions{Base: "one"})
		assert.InDelta(t, float64(n)/4, m.Classes[0].Arrivals.Rate, 1e-9)
	}
	m := recordings.Import(logOf([]float64{0}, []float64{4}), recordings.ImportOptions{Base: "one"})
	assert.Contains(t, m.Scenario, "arrivals: {poisson: 0.25/s}")
}

func TestArrivalsMoreEvenThanPoisson(t *testing.T) {
	gap, err := workloads.Gamma(1, 0.3)
	require.NoError(t, err)
	s := des.NewStream(des.NewKey(1))
	var times []float64
	for at := 0.0; at < 500; at += gap.Draw(s) {
		times = append(times, at)
	}
	m := recordings.Import(logOf(times, []float64{0.1}), recordings.ImportOptions{Base: "x"})
	assert.Regexp(t, `^renewal: \{gamma: \{mean: (1\.0|9\d\d).*, cv: 0\.(29|3)`, m.Classes[0].Arrivals.Text)
}

func TestBurstsAreWarnedOf(t *testing.T) {
	var times []float64
	for k := range 200 { // bursts of half a second, too short for stages
		times = append(times, poisson(20, float64(k)*5, float64(k)*5+0.5, uint64(k))...)
	}
	m := recordings.Import(logOf(times, []float64{0.1}), recordings.ImportOptions{Base: "x"})
	assert.Contains(t, strings.Join(m.Warnings, "\n"), "come in short bursts")
}

// imported writes what was made of a log into a folder and reads it back as users do.
func imported(t *testing.T, m *recordings.Imported) *scenarios.Scenario {
	t.Helper()
	dir := t.TempDir()
	for _, f := range m.Files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Content, 0o644))
	}
	path := filepath.Join(dir, "mine.yaml")
	require.NoError(t, os.WriteFile(path, []byte(m.Scenario), 0o644))
	sc, err := scenarios.Read(path)
	require.NoError(t, err, m.Scenario)
	return sc
}

func TestImport(t *testing.T) {
	l := logOf(poisson(3, 0, 300, 1), draw(t, must(workloads.Lognormal(0.5, 1)), nil, 1000))
	for i := range l.Tasks {
		task := &l.Tasks[i]
		last := &task.Attempts[0]
		switch {
		case i%10 == 3: // retried once
			again := *last
			again.Started, again.Ended = last.Ended+2, last.Ended+2+last.Runtime
			task.Attempts = append(task.Attempts, again)
			task.Retries = []float64{2}
		case i%100 == 7:
			task.Outcome, task.Limit = "timeout", 30
		}
	}
	for _, o := range []recordings.ImportOptions{{Base: "mine"}, {Base: "mine", Fitted: true}, {Base: "mine", Replay: true}} {
		m := recordings.Import(l, o)
		sc := imported(t, m)
		require.Len(t, sc.Classes, 1)
		c := &sc.Classes[0]
		assert.Equal(t, "job", c.Name)
		assert.Equal(t, "jobs", c.Queue)
		assert.Equal(t, 1, c.Retry.Max)
		assert.Equal(t, "2s", c.Retry.Delay.String())
		assert.Equal(t, "30s", sc.Layouts[0].Workers[0].HardLimit.String(), "a limit is an option of the workers")
		assert.Zero(t, c.HardLimit)
		assert.Equal(t, "w", sc.Layouts[0].Workers[0].Name)
		if o.Replay {
			trace, ok := c.Arrivals.Process.(workloads.Trace)
			require.True(t, ok)
			require.Len(t, trace.Rows, len(l.Tasks))
			assert.Equal(t, workloads.FailFlaky, trace.Rows[3].Failure)
			assert.Equal(t, workloads.FailHangIO, trace.Rows[7].Failure)
			continue
		}
		assert.InDelta(t, 0.09, c.Failures.Error.P, 0.01, "one attempt of eleven")
		assert.InDelta(t, 0.009, c.Failures.Hang.P, 0.002)
		assert.InEpsilon(t, 0.5, c.Work[0].Demand.Mean(), 0.1)
		_, ok := c.Arrivals.Process.(workloads.Poisson)
		assert.True(t, ok)
		assert.Equal(t, o.Fitted, strings.HasPrefix(c.Work[0].Demand.String(), "{lognormal"))
	}
}

func TestImportOfWhatIsSaidPoorly(t *testing.T) {
	l := &logs.Log{Name: "log", Span: 10, Tasks: []logs.Task{{ID: "1", Class: "bad name, really", Arrived: 5, Outcome: "unstarted"}}}
	m := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	sc := imported(t, m)
	assert.Equal(t, "bad-name--really", sc.Classes[0].Name)
	assert.Equal(t, "celery", sc.Classes[0].Queue)
	assert.Contains(t, strings.Join(m.Warnings, "\n"), "no task started in the log")
}

func TestImportOfARecordedRun(t *testing.T) {
	path := filepath.Join("..", "fidelity", "testdata", "02-mmc-prefork4", "run1.csv")
	l, err := logs.Read(path)
	require.NoError(t, err)
	m := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	sc := imported(t, m)
	assert.InEpsilon(t, 1394/90., workloads.MeanRate(sc.Classes, 0), 0.03, "as it was recorded")
	assert.InEpsilon(t, 0.2, sc.Classes[0].Work[0].Demand.Mean(), 0.1)
	assert.Equal(t, 4, sc.Layouts[0].Workers[0].Concurrency)
	assert.Contains(t, []string{"exponential", "gamma", "weibull"}, m.Classes[0].Fits[0].Name)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// With the table of attempts beside it, a run tells retries and crashes.
func TestImportReadsAttempts(t *testing.T) {
	dir := t.TempDir()
	run := filepath.Join(dir, "run1.csv")
	var tasks, attempts strings.Builder
	tasks.WriteString("id,class,queue,due,started,ended,outcome,attempts,worker\n")
	attempts.WriteString("id,class,attempt,received,started,ended,outcome,worker,pid,info,parent_saw\n")
	for i := range 20 {
		at := float64(i)
		n, last := 1, at+0.1
		outcome := "ok"
		switch {
		case i%5 == 1: // retried after a second
			n, last = 2, at+1.2
			fmt.Fprintf(&attempts, "%d,a,1,,%.1f,%.1f,retry,w1,,,\n%d,a,2,,%.1f,%.1f,ok,w1,,,\n", i, at, at+0.1, i, at+1.1, last)
		case i == 12: // crashed, redelivered at once
			n, last = 2, at+0.2
			fmt.Fprintf(&attempts, "%d,a,1,,%.1f,%.1f,worker_lost,w1,,,\n%d,a,2,,%.1f,%.1f,ok,w1,,,\n", i, at, at+0.1, i, at+0.1, last)
		case i == 13: // killed at its limit
			outcome, last = "timeout", at+8
			fmt.Fprintf(&attempts, "%d,a,1,,%.1f,%.1f,timeout,w1,,,\n", i, at, last)
		default:
			fmt.Fprintf(&attempts, "%d,a,1,,%.1f,%.1f,ok,w1,,,\n", i, at, last)
		}
		fmt.Fprintf(&tasks, "%d,a,q,%.1f,%.1f,%.1f,%s,%d,w1\n", i, at, at, last, outcome, n)
	}
	require.NoError(t, os.WriteFile(run, []byte(tasks.String()), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "run1_attempts.csv"), []byte(attempts.String()), 0o644))
	l, err := logs.Read(run)
	require.NoError(t, err)
	assert.Empty(t, l.Warnings)
	m := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	c := &m.Classes[0]
	assert.Equal(t, []int{25, 4, 1, 1}, []int{c.Attempts, c.Errors, c.Timeouts, c.Lost})
	sc := imported(t, m)
	assert.Equal(t, "8s", sc.Layouts[0].Workers[0].HardLimit.String())
	assert.Equal(t, 1, sc.Classes[0].Retry.Max)
	assert.Equal(t, "1s", sc.Classes[0].Retry.Delay.String())
	assert.InDelta(t, 0.04, sc.Classes[0].Failures.Crash.P, 1e-9)
	assert.Equal(t, 2, sc.Layouts[0].Workers[0].Concurrency, "the killed one ran beside others")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "run1_attempts.csv"), []byte("id,started,ended,outcome,worker\n1,x,2,ok,w\n"), 0o644))
	_, err = logs.Read(run)
	assert.ErrorContains(t, err, `run1_attempts.csv:2: started: "x": want seconds`)
}

func TestEventsOfCrashes(t *testing.T) {
	l, err := logs.Read(events(t,
		ev("sent", "late", 0, `, "name": "x", "queue": "q"`), ev("received", "late", 0.1, ""), ev("started", "late", 0.2, ""),
		ev("started", "late", 3, ""), ev("succeeded", "late", 4, `, "runtime": 1`),
		ev("sent", "early", 1, `, "name": "x", "queue": "q"`), ev("received", "early", 1.1, ""), ev("started", "early", 1.2, ""),
		ev("failed", "early", 2, `, "exception": "WorkerLostError('signal 9')"`),
	))
	require.NoError(t, err)
	m := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	c := &m.Classes[0]
	assert.Equal(t, []int{3, 0, 2}, []int{c.Attempts, c.Errors, c.Lost})
	assert.Equal(t, []float64{1}, c.Runs, "what was cut short says nothing of how long it takes")
	assert.Equal(t, "lost", l.Tasks[1].Outcome)
}

// FuzzImport: whatever is accepted makes a scenario that can be read.
func FuzzImport(f *testing.F) {
	f.Add(ev("sent", "a", 0, `, "name": "x", "queue": "q"`) + "\n" + ev("received", "a", 1, "") + "\n" + ev("started", "a", 2, "") + "\n" + ev("retried", "a", 3, ""))
	f.Add("id,class,due,started,ended,outcome,attempts\n1,a,0,1,2,ok,1\n")
	f.Add("[2022-05-01 12:00:00,000: INFO/MainProcess] Task x[a] received\n[2022-05-01 12:00:01,000: INFO/MainProcess] Task x[a] retry: Retry in 3s: E()\n")
	paths := must(filepath.Glob(filepath.Join("..", "logs", "testdata", "*.*")))
	for _, path := range paths {
		text := must(os.ReadFile(path))
		f.Add(string(text[:min(len(text), 1500)]))
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "log")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		l, err := logs.Read(path)
		if err != nil {
			return
		}
		for _, replay := range []bool{false, true} {
			if replay && l.Sums != nil {
				continue
			}
			m := recordings.Import(l, recordings.ImportOptions{Base: "x", Replay: replay})
			if len(m.Classes) == 0 {
				t.Fatal("no classes of some tasks")
			}
		}
	})
}

// A log whose long runs come together says so: a law draws each run by itself, and then queues are shorter.
func TestRunsThatComeTogetherAreWarnedOf(t *testing.T) {
	arrivals := poisson(1, 0, 400, 5)
	together := make([]float64, len(arrivals))
	for i := range together {
		together[i] = []float64{0.1, 0.4}[i/20%2]
	}
	said := func(runs []float64, o recordings.ImportOptions) string {
		o.Base = "mine"
		return strings.Join(recordings.Import(logOf(arrivals, runs), o).Warnings, "\n")
	}
	assert.Contains(t, said(together, recordings.ImportOptions{}), "job: long runs come together (correlation of one with the next 0.9")
	assert.NotContains(t, said(together, recordings.ImportOptions{Replay: true}), "together", "a replay keeps the order")
	mixed := poisson(10, 0, 100, 7) // any numbers that do not hang together
	runs := make([]float64, len(arrivals))
	for i := range runs {
		runs[i] = mixed[i+1] - mixed[i]
	}
	assert.NotContains(t, said(runs, recordings.ImportOptions{}), "together")
}

// What record.py measures of memory stands beside each task, for whoever knows what it means.
func TestMemoryIsShown(t *testing.T) {
	var lines []string
	for i := range 4 {
		name, at := []string{"small", "large"}[i/2], float64(i)
		id := fmt.Sprint(i)
		lines = append(lines,
			ev("sent", id, at, fmt.Sprintf(`, "name": %q, "queue": "q"`, name)), ev("received", id, at+0.1, fmt.Sprintf(`, "name": %q`, name)),
			ev("started", id, at+0.2, ""), ev("measured", id, at+0.5, fmt.Sprintf(`, "cpu": 0.1, "memory": %d`, []int{50, 60, 250, 400}[i]<<20)), ev("succeeded", id, at+0.5, `, "runtime": 0.3`))
	}
	l, err := logs.Read(events(t, lines...))
	require.NoError(t, err)
	text := recordings.Import(l, recordings.ImportOptions{Base: "mine"}).Scenario
	assert.Contains(t, text, "# memory: {hold: 1MiB} # yours to say: processes had held 50 to 60 MiB when one ended, and 50 at least when any did")
	assert.Contains(t, text, "# memory: {hold: 200MiB} # yours to say: processes had held 250 to 400 MiB when one ended, and 50 at least when any did")
}

// Where starts were lost, an end that is not there was lost as well: only else the task hangs.
func TestEndsThatWereLost(t *testing.T) {
	for lossy, want := range map[bool]workloads.TraceFailure{false: workloads.FailHangIO, true: workloads.FailNone} {
		l := logOf([]float64{0, 1, 2, 30}, []float64{0.5})
		l.Lossy = lossy
		l.Tasks[1].Outcome, l.Tasks[1].Attempts[0].Ended, l.Tasks[1].Attempts[0].Runtime = "unfinished", math.NaN(), math.NaN()
		m := recordings.Import(l, recordings.ImportOptions{Base: "x", Replay: true})
		f, err := workloads.ReadTrace("x", strings.NewReader(string(m.Files[0].Content)))
		require.NoError(t, err)
		tr, err := f.Class("job")
		require.NoError(t, err)
		assert.Equal(t, want, tr.Rows[1].Failure)
		assert.InDelta(t, 0.5, tr.Rows[1].IO.Seconds(), 1e-6)
	}
}

// Times that tasks were sent with are their own in a replay, and one law in traffic: not the median of what differs.
func TestCountdowns(t *testing.T) {
	l := logOf([]float64{0, 1, 2, 3, 4}, []float64{0.5})
	for i, x := range []float64{3, 8, 0, 3, 8} {
		l.Tasks[i].Countdown, l.Tasks[i].Expires = x, 60
	}
	again := recordings.Import(l, recordings.ImportOptions{Base: "x", Replay: true})
	assert.NotContains(t, again.Scenario, "countdown")
	f, err := workloads.ReadTrace("x", strings.NewReader(string(again.Files[0].Content)))
	require.NoError(t, err)
	tr, err := f.Class("job")
	require.NoError(t, err)
	assert.InDelta(t, 8, tr.Rows[1].Countdown.Seconds(), 0)
	assert.Zero(t, tr.Rows[2].Countdown)
	assert.InDelta(t, 60, tr.Rows[2].Expires.Seconds(), 0)

	such := recordings.Import(l, recordings.ImportOptions{Base: "x"})
	assert.Contains(t, such.Scenario, "countdown: {empirical: x.job.countdown.csv}")
	assert.Contains(t, such.Scenario, "expires: 60s # median")
	assert.Equal(t, "0.000000\n3.000000\n3.000000\n8.000000\n8.000000\n", string(such.Files[len(such.Files)-1].Content))
}
