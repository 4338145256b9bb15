package live_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/live"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const ms = time.Millisecond

// script is a layout of one worker and the tasks it gets: no more than n of them, all due at the start.
func script(pool worker.Pool, slots int, rows []workloads.TraceRow) (*strategies.Layout, []workloads.Class) {
	trace := workloads.Trace{Rows: rows, HasWork: true}
	c := workloads.Class{Queue: "q", Arrivals: workloads.Arrivals{Process: trace}, Work: workloads.TracePhases(trace)}
	c.Name = "task"
	return &strategies.Layout{
		Queues:     []worker.Queue{{Name: "q", MaxLength: -1, MaxPriority: -1, DeliveryLimit: -1}},
		ClassQueue: []int{0},
		Workers:    []worker.Config{{Name: "w", Pool: pool, Concurrency: slots, Queues: []int{0}, DisablePrefetch: true}},
		Node:       []int{-1},
	}, []workloads.Class{c}
}

// slowRate makes a demand of a second a few milliseconds of work, on whatever machine.
const slowRate = live.Rate(1e6)

// afterwards adds a class of one task, which comes after the others and has no time limit of theirs: however long a new child
// takes to start, it is waited for.
func afterwards(l *strategies.Layout, classes []workloads.Class, row workloads.TraceRow) []workloads.Class {
	row.Due = ms / 2
	last := classes[0]
	last.Name, last.HardLimit = "last", 0
	last.Arrivals.Process = workloads.Trace{Rows: []workloads.TraceRow{row}, HasWork: true}
	l.ClassQueue = append(l.ClassQueue, l.ClassQueue[0])
	return append(classes, last)
}

func play(t *testing.T, l *strategies.Layout, classes []workloads.Class, o live.Options) live.Result {
	t.Helper()
	o.Key, o.Rate, o.Duration = des.NewKey(1), slowRate, ms
	ends := o.Drain == 0
	if ends {
		o.Drain = 20 * time.Second
	}
	r, err := live.New(l, classes, o).Run(t.Context())
	require.NoError(t, err)
	if ends {
		assert.Less(t, r.End, o.Drain, "every task ends")
	}
	return r
}

var executors = []live.Executor{live.Goroutine, live.Thread, live.Process}

func TestEveryExecutorEndsEveryTaskAsItsFateSays(t *testing.T) {
	for _, e := range executors {
		for pool, name := range []string{"prefork", "threads", "gevent", "solo"} {
			t.Run(e.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				layout, classes := script(worker.Pool(pool), 2, []workloads.TraceRow{
					{CPU: time.Second, IO: ms},
					{CPU: time.Second, IO: ms, IOFirst: true},
					{},
					{IO: ms, Failure: workloads.FailExc},
					{IO: ms, Failure: workloads.FailFlaky, Times: 2},
				})
				if worker.Pool(pool) == worker.Solo {
					layout.Workers[0].Concurrency = 1
				}
				classes[0].Retry = worker.Retry{Max: 3, Delay: ms, Backoff: 1, OnError: true}
				bodies := 0
				r := play(t, layout, classes, live.Options{
					Executor: e, Precise: true, Body: func(_, _ int32, took des.Time, phases []des.Time) {
						bodies++
						assert.Positive(t, took)
						if worker.Pool(pool) == worker.Gevent {
							assert.Len(t, phases, 3)
						} else {
							assert.Empty(t, phases)
						}
					},
				})
				c := r.Classes[0]
				assert.EqualValues(t, 4, c.ByOutcome[worker.OK])
				assert.EqualValues(t, 1, c.ByOutcome[worker.Failed])
				assert.EqualValues(t, 7, c.Attempts)
				assert.Equal(t, 7, bodies)
				assert.Zero(t, r.Leaks)
			})
		}
	}
}

func TestCrashTakesOneChildOrTheWholeWorker(t *testing.T) {
	for _, e := range executors {
		for pool, name := range []string{"prefork", "threads", "gevent", "solo"} {
			t.Run(e.String()+" "+name, func(t *testing.T) {
				layout, classes := script(worker.Pool(pool), 2, []workloads.TraceRow{
					{IO: 20 * ms, Failure: workloads.FailCrashAlways},
					{IO: time.Hour / 2}, // only the death of its worker ends it within the test
					{IO: ms},
				})
				if worker.Pool(pool) == worker.Prefork {
					classes[0].Arrivals.Process = workloads.Trace{HasWork: true, Rows: []workloads.TraceRow{
						{IO: ms, Failure: workloads.FailCrashAlways}, {IO: 20 * ms}, {IO: ms},
					}}
				}
				want := [2]int64{1, 2} // ok, lost
				switch worker.Pool(pool) {
				case worker.Prefork:
					want = [2]int64{2, 1}
				case worker.Solo: // it had not acked yet, so the message comes back
					layout.Workers[0].Concurrency = 1
					classes[0].Arrivals.Process = workloads.Trace{HasWork: true, Rows: []workloads.TraceRow{
						{IO: ms, Failure: workloads.FailCrashOnce}, {IO: ms},
					}}
					want = [2]int64{2, 0}
				default:
				}
				r := play(t, layout, classes, live.Options{Executor: e})
				assert.Equal(t, want, [2]int64{r.Classes[0].ByOutcome[worker.OK], r.Classes[0].ByOutcome[worker.Lost]})
				if e == live.Process {
					assert.Equal(t, 1, r.Children.Died)
				}
			})
		}
	}
}

func TestHardLimitEndsHangs(t *testing.T) {
	for _, e := range executors {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			layout, classes := script(worker.Prefork, 1, []workloads.TraceRow{
				{Failure: workloads.FailHangIO}, {Failure: workloads.FailHangCPU}, {IO: time.Hour}, {CPU: 10 * time.Hour},
			})
			classes[0].HardLimit = 300 * ms
			classes = afterwards(layout, classes, workloads.TraceRow{IO: ms})
			r := play(t, layout, classes, live.Options{Executor: e})
			assert.EqualValues(t, 4, r.Classes[0].ByOutcome[worker.TimedOut])
			assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.OK])
			switch e {
			case live.Goroutine: // both hangs
				assert.Equal(t, 2, r.Leaks)
			case live.Thread: // what burns can be told to stop
				assert.Equal(t, 1, r.Leaks)
			case live.Process:
				assert.Zero(t, r.Leaks)
				assert.Equal(t, 4, r.Children.Killed)
				assert.Equal(t, 5, r.Children.Started)
			}
		})
	}
}

// A gevent task that computes cannot be interrupted: its limit ends it when it has computed.
func TestGeventLimitWaitsForTheComputing(t *testing.T) {
	for _, e := range []live.Executor{live.Thread, live.Process} {
		t.Run(e.String(), func(t *testing.T) {
			layout, classes := script(worker.Gevent, 2, []workloads.TraceRow{{CPU: 300 * time.Second, IO: time.Hour}, {IO: time.Hour}})
			layout.Workers[0].HardLimit = 30 * ms
			bodies := 0
			r := play(t, layout, classes, live.Options{Executor: e, Body: func(_, _ int32, _ des.Time, _ []des.Time) { bodies++ }})
			assert.EqualValues(t, 2, r.Classes[0].ByOutcome[worker.TimedOut])
			assert.Equal(t, 1, bodies, "the one that sleeps is abandoned, the other is waited for")
		})
	}
}

// sequence writes down starts and ends of attempts.
type sequence struct{ kinds []worker.RecordKind }

func (*sequence) Publish(des.Time, int32, string, *worker.Publication) {}

func (s *sequence) Record(r worker.Record) {
	if r.Kind == worker.Started || r.Kind == worker.Ended {
		s.kinds = append(s.kinds, r.Kind)
	}
}

// A gevent worker whose task computes starts no other, though its slots are free: as the simulator has it, and not only
// once the loop has been told by a thread that had to wake up first.
func TestGeventStartsNothingBesideWhatComputes(t *testing.T) {
	for _, e := range []live.Executor{live.Thread, live.Process} {
		t.Run(e.String(), func(t *testing.T) {
			const n = 12
			layout, classes := script(worker.Gevent, n, slices.Repeat([]workloads.TraceRow{{CPU: 2 * time.Second}}, n))
			var got sequence
			r := play(t, layout, classes, live.Options{Executor: e, Recorder: &got})
			assert.EqualValues(t, n, r.Classes[0].ByOutcome[worker.OK])
			assert.Equal(t, slices.Repeat([]worker.RecordKind{worker.Started, worker.Ended}, n), got.kinds)
		})
	}
}

// What a crash takes along in a gevent worker includes who was about to compute.
func TestGeventCrashBesideComputing(t *testing.T) {
	for _, e := range []live.Executor{live.Thread, live.Process} {
		t.Run(e.String(), func(t *testing.T) {
			rows := []workloads.TraceRow{{IO: 5 * ms, Failure: workloads.FailCrashOnce}}
			for range 10 {
				rows = append(rows, workloads.TraceRow{CPU: time.Second}, workloads.TraceRow{IO: 2 * ms, CPU: time.Second, IOFirst: true})
			}
			layout, classes := script(worker.Gevent, 6, rows)
			classes[0].AcksLate, classes[0].RejectOnWorkerLost = worker.On, worker.On
			layout.Workers[0].HardLimit = 10 * time.Second
			r := play(t, layout, classes, live.Options{Executor: e})
			assert.EqualValues(t, len(rows), r.Classes[0].ByOutcome[worker.OK])
		})
	}
}

func TestHangsAreCountedAtTheEnd(t *testing.T) {
	for _, e := range executors {
		layout, classes := script(worker.Threads, 2, []workloads.TraceRow{{Failure: workloads.FailHangIO}, {IO: ms}})
		r := play(t, layout, classes, live.Options{Executor: e, Drain: 100 * ms})
		assert.EqualValues(t, 1, r.Classes[0].ByOutcome[worker.Unfinished])
		assert.Equal(t, e != live.Process, r.Leaks == 1, e)
	}
}

func TestIllChildrenNeverHangTheHarness(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGSTOP")
	}
	rows := slices.Repeat([]workloads.TraceRow{{IO: 40 * ms}}, 12)
	for _, illness := range []string{"dying", "babbling"} {
		for pool, name := range []string{"prefork", "threads", "gevent"} {
			t.Run(illness+" "+name, func(t *testing.T) {
				layout, classes := script(worker.Pool(pool), 2, rows)
				r := play(t, layout, classes, live.Options{Executor: live.Process, Child: child(illness)})
				c := r.Classes[0]
				assert.EqualValues(t, 12, c.ByOutcome[worker.OK]+c.ByOutcome[worker.Lost])
				assert.Equal(t, illness == "babbling", r.Children.Garbled > 0)
				assert.Equal(t, illness == "dying", r.Children.Died > 0)
			})
		}
	}
	t.Run("stopping", func(t *testing.T) {
		layout, classes := script(worker.Prefork, 2, rows)
		layout.Workers[0].HardLimit = time.Second
		r := play(t, layout, classes, live.Options{Executor: live.Process, Child: child("stopping")})
		assert.Positive(t, r.Children.Killed)
		assert.EqualValues(t, 12, r.Classes[0].ByOutcome[worker.OK]+r.Classes[0].ByOutcome[worker.TimedOut])
	})
	t.Run("stopping without a limit", func(t *testing.T) {
		layout, classes := script(worker.Prefork, 1, rows)
		r := play(t, layout, classes, live.Options{Executor: live.Process, Child: child("stopping"), Drain: time.Second})
		assert.EqualValues(t, 1, r.Classes[0].ByOutcome[worker.Unfinished])
	})
	t.Run("rude", func(t *testing.T) {
		layout, classes := script(worker.Prefork, 2, rows)
		_, err := live.New(layout, classes, live.Options{Executor: live.Process, Rate: slowRate, Child: child("rude")}).Run(t.Context())
		require.ErrorContains(t, err, "garbage on the pipe")
	})
	t.Run("no program", func(t *testing.T) {
		layout, classes := script(worker.Prefork, 2, rows)
		_, err := live.New(layout, classes, live.Options{Executor: live.Process, Rate: slowRate, Child: []string{"/no/such/program"}}).Run(t.Context())
		require.ErrorContains(t, err, "child process")
	})
	t.Run("mute", func(t *testing.T) {
		layout, classes := script(worker.Prefork, 2, rows)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(soon, cancel)
		_, err := live.New(layout, classes, live.Options{Executor: live.Process, Rate: slowRate, Child: child("mute")}).Run(ctx)
		require.Error(t, err)
	})
}

func TestInterruptedRunReportsWhatItHas(t *testing.T) {
	for _, e := range executors {
		layout, classes := script(worker.Prefork, 2, []workloads.TraceRow{{IO: ms}, {IO: time.Hour}, {Failure: workloads.FailHangCPU}, {CPU: 1000 * time.Hour}})
		ctx, cancel := context.WithCancelCause(t.Context())
		done := 0
		r, err := live.New(layout, classes, live.Options{
			Executor: e, Rate: slowRate, Key: des.NewKey(1), Duration: time.Hour,
			Body: func(_, _ int32, _ des.Time, _ []des.Time) { done++; cancel(errors.New("enough")) },
		}).Run(ctx)
		require.NoError(t, err)
		assert.True(t, r.Interrupted)
		assert.EqualValues(t, 4, r.Classes[0].Published)
		assert.EqualValues(t, 1, r.Classes[0].ByOutcome[worker.OK])
		assert.Equal(t, 1, done)
	}
}

func TestRateIsAsked(t *testing.T) {
	layout, classes := script(worker.Prefork, 1, nil)
	_, err := live.New(layout, classes, live.Options{Executor: live.Thread}).Run(t.Context())
	require.EqualError(t, err, "rate: 0: want more than 0 units of work a second")
}

func TestParseExecutor(t *testing.T) {
	for _, e := range executors {
		got, err := live.ParseExecutor(e.String())
		require.NoError(t, err)
		assert.Equal(t, e, got)
	}
	_, err := live.ParseExecutor("fork")
	assert.EqualError(t, err, `executor: "fork": want goroutine, thread or process`)
}
