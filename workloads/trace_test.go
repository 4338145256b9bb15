package workloads_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

const recording = "\ufeffid,class,queue,due,cpu,io,order,priority,failure,fail_arg,note\n" +
	"t1,job,jobs,2.5,0.1,0.2,\"cpu,io\",,none,,late in the file\n" +
	"t2,job,jobs,0.5,0.3,0.4,\"io,cpu\",9,flaky,2,\n" +
	"t3,other,jobs,0,,,,,,,\n" +
	"t4,job,jobs,0.5,,1,,0,exc,,\n"

func readTrace(t *testing.T, text string) *workloads.TraceFile {
	t.Helper()
	f, err := workloads.ReadTrace("trace.csv", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReadTrace(t *testing.T) {
	f := readTrace(t, recording)
	if want := []string{"job", "other"}; !slices.Equal(f.Classes, want) || !f.HasWork {
		t.Errorf("classes %v, has work %v, want %v, true", f.Classes, f.HasWork, want)
	}
	job := must(f.Class("job"))
	ms := time.Millisecond
	want := []workloads.TraceRow{
		{ID: "t2", Due: 500 * ms, CPU: 300 * ms, IO: 400 * ms, IOFirst: true, HasPriority: true, Priority: 9, Failure: workloads.FailFlaky, Times: 2},
		{ID: "t4", Due: 500 * ms, IO: 1000 * ms, HasPriority: true, Failure: workloads.FailExc},
		{ID: "t1", Due: 2500 * ms, CPU: 100 * ms, IO: 200 * ms},
	}
	if !slices.Equal(job.Rows, want) {
		t.Errorf("rows\n%+v, want\n%+v", job.Rows, want)
	}
	if _, err := f.Class("jobs"); err == nil || err.Error() != `class: "jobs": not in trace.csv, want job, other` {
		t.Errorf("error %v", err)
	}
	if readTrace(t, "class,due\na,1\n").HasWork {
		t.Error("a trace without cpu and io has work")
	}
}

func TestTraceWithTimesOfItsOwn(t *testing.T) {
	const text = "class,due,countdown,expires\njob,1,3,\njob,2,8,60\njob,3,,\nother,1,,\n"
	f := readTrace(t, text)
	tr := must(f.Class("job"))
	if other := must(f.Class("other")); !tr.HasCountdown || !tr.HasExpires || other.HasCountdown || other.HasExpires {
		t.Errorf("countdowns and expires of %+v and %+v", tr, other)
	}
	near(t, "mean countdown", workloads.TraceCountdown(tr).Mean(), 11.0/3, 1e-12)
	c := class("job", tr, must(workloads.Constant(1)))
	c.Countdown, c.Expires = workloads.TraceCountdown(tr), workloads.TraceExpires(tr)
	s := source(workloads.Options{}, c)
	for i, want := range []workloads.Attributes{{Countdown: 3 * time.Second}, {Countdown: 8 * time.Second, Expires: time.Minute}, {}} {
		if got := s.Attributes(refs(s, 1)[0]); got != want {
			t.Errorf("row %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestTraceErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "trace.csv:1: no header: want columns due, class"},
		{"no due", "class,io\n", "trace.csv:1: due: no such column in the header"},
		{"twice", "due,class,due\n", "trace.csv:1: due: more than one such column in the header"},
		{
			"every cell", "due,class,cpu,io,order,priority,failure,fail_arg\n" +
				"1,a,0,0,\"cpu,io\",0,none,\n" +
				"x,,-1,inf,disk,high,flaky,0\n" +
				",a,,,,-1,sometimes,\n",
			`trace.csv:3: due: "x": want seconds >= 0
trace.csv:3: cpu: "-1": want seconds >= 0
trace.csv:3: io: "inf": want seconds >= 0
trace.csv:3: order: "disk": want cpu,io or io,cpu
trace.csv:3: priority: "high": want a whole number >= 0
trace.csv:3: fail_arg: "0": want a whole number >= 1
trace.csv:3: class: "": want a name
trace.csv:4: failure: "sometimes": want none, exc, flaky, hang_io, hang_cpu, crash_once or crash_always
trace.csv:4: due: "": want seconds >= 0
trace.csv:4: priority: "-1": want a whole number >= 0`,
		},
		{"cells", "due,class\n1,a\n2\n3,a,x\n4,a\n", "trace.csv:3: 1 cells: want 2, as in the header\ntrace.csv:4: 3 cells: want 2, as in the header"},
		{"quotes", "due,class\n1,a\n2,\"b\nc", `trace.csv:4: column 2: extraneous or missing " in quoted-field`},
		{"published before its due", "due,class,published\n1,a,1\n2,a,\n3,a,2.5\n", `trace.csv:4: published: "2.5": want a time that is not before due`},
		{"flaky without column", "due,class,failure\n1,a,flaky\n", `trace.csv:2: fail_arg: "": want a whole number >= 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := workloads.ReadTrace("trace.csv", strings.NewReader(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("error\n%v, want\n%s", err, c.want)
			}
		})
	}
}

func TestTraceErrorsAreCapped(t *testing.T) {
	_, err := workloads.ReadTrace("t", strings.NewReader("due,class\n"+strings.Repeat("x,a\n", 1000)))
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != 20 {
		t.Errorf("%d errors, want 20", n)
	}
	broken := errors.New("disk on fire")
	if _, err := workloads.ReadTrace("t", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

// replayed is a class that replays text's rows of class job.
func replayed(t *testing.T, text string) workloads.Class {
	t.Helper()
	tr := must(readTrace(t, text).Class("job"))
	c := class("job", tr, nil)
	c.Work = workloads.TracePhases(tr)
	return c
}

func TestReplay(t *testing.T) {
	s := source(workloads.Options{Load: 2}, replayed(t, recording))
	var log []string
	d := make([]des.Time, 3)
	for {
		a, ok := next(s)
		if !ok {
			break
		}
		at := s.Attributes(a.Ref)
		fate := s.Demands(a.Ref, 1, d)
		log = append(log, fmt.Sprintf("%v %s %v fate %d priority %d %v", a.Due, s.ID(a.Ref), d, fate, at.Priority, at.HasPriority))
	}
	want := []string{
		"250ms t2 [0s 400ms 300ms] fate 1 priority 9 true",
		"250ms t4 [0s 1s 0s] fate 5 priority 0 true",
		"1.25s t1 [100ms 200ms 0s] fate 0 priority 0 false",
	}
	if !slices.Equal(log, want) {
		t.Errorf("replay\n%s, want\n%s", strings.Join(log, "\n"), strings.Join(want, "\n"))
	}
}

func TestFailuresOfRows(t *testing.T) {
	fine, failed, hang, hangCPU, crash, fatal := workloads.Fine, workloads.Error, workloads.Hang, workloads.HangCPU, workloads.Crash, workloads.Fatal
	for _, c := range []struct {
		failure string
		want    []workloads.Fate // by attempt
	}{
		{"none,", []workloads.Fate{fine, fine, fine}},
		{"exc,", []workloads.Fate{fatal, fatal, fatal}},
		{"flaky,2", []workloads.Fate{failed, failed, fine}},
		{"hang_io,", []workloads.Fate{hang, hang, hang}},
		{"hang_cpu,", []workloads.Fate{hangCPU, hangCPU, hangCPU}},
		{"crash_once,", []workloads.Fate{crash, fine, fine}},
		{"crash_always,", []workloads.Fate{crash, crash, crash}},
	} {
		s := source(workloads.Options{}, replayed(t, "due,class,failure,fail_arg\n1,job,"+c.failure+"\n"))
		r := refs(s, 1)[0]
		for i, want := range c.want {
			if got := s.Demands(r, i+1, nil); got != want {
				t.Errorf("%s: attempt %d has fate %d, want %d", c.failure, i+1, got, want)
			}
		}
	}
}

func TestTracePhasesHaveTheMeansOfTheRows(t *testing.T) {
	c := replayed(t, recording)
	for p, want := range []float64{0.1 / 3, 1.6 / 3, 0.3 / 3} {
		near(t, fmt.Sprintf("mean of phase %d", p), c.Work[p].Demand.Mean(), want, 1e-12)
	}
	if got := workloads.TracePhases(workloads.Trace{})[1].Demand.Mean(); got != 0 {
		t.Errorf("mean of no rows = %v, want 0", got)
	}
}

func TestTraceWithoutWorkDrawsItsClass(t *testing.T) {
	tr := must(readTrace(t, "due,class\n1,job\n2,job\n").Class("job"))
	s := source(workloads.Options{}, class("job", tr, must(workloads.Constant(3))))
	d := make([]des.Time, 1)
	for _, r := range refs(s, 2) {
		if s.Demands(r, 1, d); d[0] != 3*time.Second {
			t.Errorf("demand %v, want 3s", d[0])
		}
	}
}

// FuzzReadTrace: what is accepted is sorted, and a replay hands out every row once.
func FuzzReadTrace(f *testing.F) {
	f.Add(recording)
	f.Add("due,class\n1e9,a\n0,b\n")
	f.Add("due,class,failure,fail_arg\n1,a,flaky,1\n1,a,hang_cpu,\n")
	f.Add("due,class\n\"1,a\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := workloads.ReadTrace("fuzz", strings.NewReader(text))
		if err != nil {
			return
		}
		for _, name := range file.Classes {
			tr := must(file.Class(name))
			c := class(name, tr, second)
			if tr.HasWork {
				c.Work = workloads.TracePhases(tr)
			}
			s := source(workloads.Options{}, c)
			d := make([]des.Time, len(c.Work))
			for i, row := range tr.Rows {
				a, ok := next(s)
				if !ok || a.Due != row.Due || int(a.Row) != i {
					t.Fatalf("row %d due %v: got %+v, %v", i, row.Due, a, ok)
				}
				s.Demands(a.Ref, 1, d)
			}
			if _, ok := next(s); ok {
				t.Fatal("more tasks than rows")
			}
		}
	})
}

// What a trace knows of publishing is said of its tasks, written and read back.
func TestPublishedIsKept(t *testing.T) {
	text := "due,class,published\n1,job,1.25\n2,job,\n3,job,3\n"
	s := source(workloads.Options{}, replayed(t, text))
	var lags []time.Duration
	for _, r := range refs(s, 3) {
		lags = append(lags, s.Attributes(r).Lag)
	}
	if want := []time.Duration{250 * time.Millisecond, 0, 0}; !slices.Equal(lags, want) {
		t.Errorf("lags %v, want %v", lags, want)
	}
	job := readTrace(t, text).Classes
	rows, err := readTrace(t, text).Class(job[0])
	if err != nil {
		t.Fatal(err)
	}
	var lines []workloads.TraceLine
	for _, r := range rows.Rows {
		lines = append(lines, workloads.TraceLine{Class: "job", TraceRow: r})
	}
	var b strings.Builder
	if err := workloads.WriteTrace(&b, lines); err != nil {
		t.Fatal(err)
	}
	again, err := readTrace(t, b.String()).Class("job")
	if err != nil || !slices.Equal(again.Rows, rows.Rows) {
		t.Errorf("read back %+v (%v), want %+v", again.Rows, err, rows.Rows)
	}
}
