package bench_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/bench"
	"example.com/simrun/scenarios"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

const scenario = `
name: b
broker: ideal
run: {duration: 1m, warmup: 0s}
tasks:
  short:
    arrivals: {poisson: 20/s}
    work: [{io: {exponential: 100ms}}]
    failures: {error: 10%}
    retry: {max: 2, delay: 50ms}
  long:
    arrivals: {poisson: 1/s}
    work: [{io: {exponential: 1s}}]
    failures: {crash: 5%}
strategies:
  one-pool:
    workers:
      w: {queues: [short, long], concurrency: 5, disable_prefetch: true}
  separated:
    workers:
      a: {queues: [short], concurrency: 3, disable_prefetch: true}
      b: {queues: [long], concurrency: 2, disable_prefetch: true}
`

// perfect is a real world that is as the simulator has it: no machine, no overheads, late by what is given.
func perfect(late des.Time) bench.Real {
	return func(_ context.Context, l *strategies.Layout, classes []workloads.Class, o bench.TrialOptions) (bench.Trial, error) {
		so := sim.Options{Key: o.Key, Duration: o.Duration, Drain: o.Drain, Start: o.Start, Services: o.Services, Faults: o.Faults}
		if o.Recorder != nil {
			so.Recorder = o.Recorder
		}
		free := *l
		free.Nodes = nil
		free.Node = make([]int, len(l.Workers))
		for i := range free.Node {
			free.Node[i] = -1
		}
		r := sim.New(&free, classes, nil, so).Run()
		t := bench.Trial{Tally: r.Tally, End: r.End}
		for range 1000 {
			t.Lag.Add(late)
			t.SendLag.Add(0)
		}
		return t, nil
	}
}

func scenarioOf(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	sc, err := scenarios.Decode("b.yaml", []byte(text), ".")
	require.NoError(t, err)
	return sc
}

func options() bench.Options {
	return bench.Options{
		For: time.Minute, Speed: 1, Rounds: 2, Executor: "goroutine", Replay: true, Keep: true,
		Calibration: bench.Calibration{Cores: 2, Efficiency: 1},
	}
}

func TestAPerfectWorldIsPredictedExactly(t *testing.T) {
	for _, speed := range []float64{1, 10} {
		o := options()
		o.Speed, o.For = speed, time.Duration(float64(time.Minute)/speed)
		b, err := bench.Measure(t.Context(), scenarioOf(t, scenario), perfect(0), o)
		require.NoError(t, err)
		require.Len(t, b.Strategies, 2)
		for _, s := range b.Strategies {
			assert.False(t, s.Void)
			assert.Len(t, s.Runs, 2)
			assert.InDelta(t, s.Predicted, s.Throughput, 1e-12)
			require.Len(t, s.Classes, 2)
			for _, c := range s.Classes {
				require.Len(t, c.Figures, 8)
				for _, f := range c.Figures {
					assert.Zero(t, f.Error, "%s %s %s", s.Name, c.Name, f.Metric)
					assert.InDelta(t, f.Measured, f.Low, 0)
					require.NotNil(t, f.ReplayError)
					assert.InDelta(t, 0, *f.ReplayError, 1e-6, "%s %s %s", s.Name, c.Name, f.Metric)
				}
			}
		}
	}
}

// Each round has tasks of its own, which all layouts and the predictions share; rounds that are recorded have one trace.
func TestRoundsDrawTheirOwnTasks(t *testing.T) {
	published := func(keep bool) (counts [2][3]int64) {
		o := options()
		o.Keep, o.Rounds = keep, 3
		b, err := bench.Measure(t.Context(), scenarioOf(t, scenario), perfect(0), o)
		require.NoError(t, err)
		for i, s := range b.Strategies {
			require.Len(t, s.Runs, 3)
			for _, r := range s.Runs {
				counts[i][r.Round-1] = r.Published
			}
			for _, c := range s.Classes {
				for _, f := range c.Figures {
					assert.Zero(t, f.Error, "%s %s %s", s.Name, c.Name, f.Metric)
					assert.InDelta(t, 0, *f.ReplayError, 1e-6)
					if f.Metric.String() == "response.mean" {
						assert.Equal(t, keep, f.Low == f.High, "%s: rounds differ", c.Name)
					}
				}
			}
		}
		return counts
	}
	own := published(false)
	assert.Equal(t, own[0], own[1], "the layouts of a round have the same tasks")
	assert.NotEqual(t, own[0][0], own[0][1])
	assert.NotEqual(t, own[0][1], own[0][2])
	recorded := published(true)
	assert.Equal(t, own[0][0], recorded[0][0], "the first round is the first replication")
	assert.Equal(t, recorded[0][0], recorded[0][2])
}

// Ten times as fast is the same day in a tenth of the time: arrivals, demands, delays.
func TestSpeedScalesEverything(t *testing.T) {
	sc := scenarioOf(t, scenario)
	slow, err := bench.Measure(t.Context(), sc, perfect(0), options())
	require.NoError(t, err)
	o := options()
	o.Speed, o.For = 10, 6*time.Second
	fast, err := bench.Measure(t.Context(), sc, perfect(0), o)
	require.NoError(t, err)
	for i := range slow.Strategies {
		for j := range slow.Strategies[i].Classes {
			a, b := slow.Strategies[i].Classes[j], fast.Strategies[i].Classes[j]
			assert.Equal(t, a.N, b.N)
			for k := range a.Figures {
				assert.InDelta(t, a.Figures[k].Measured, 10*b.Figures[k].Measured, 0.005*a.Figures[k].Measured+1e-6, a.Figures[k].Metric)
			}
		}
	}
}

// Machines that fail, a broker that is down and a deploy strike the workers that run here, sped up as everything else.
func TestPlannedFaultsStrikeHere(t *testing.T) {
	text := strings.Replace(scenario, "tasks:", `machines:
  m: {cores: 1000, boot: 2s}
  n: {cores: 1000}
faults:
  - {at: 10s, for: 3s, machine: m}
  - {at: 20s, for: 4s, broker: down}
  - {deploy: rolling, at: 30s, grace: 1s, boot: 2s}
  - {at: 10h, for: 1m, machine: n}
tasks:`, 1)
	text = strings.Replace(text, "duration: 1m", "duration: 11h", 1)
	text = strings.ReplaceAll(text, "disable_prefetch: true", "disable_prefetch: true, machine: m")
	for _, speed := range []float64{1, 10} {
		o := options()
		o.Speed, o.For, o.Replay, o.Keep, o.Rounds = speed, time.Duration(float64(time.Minute)/speed), false, false, 1
		sc := scenarioOf(t, text)
		var seen []system.Fault
		b, err := bench.Measure(t.Context(), sc, func(ctx context.Context, l *strategies.Layout, classes []workloads.Class, to bench.TrialOptions) (bench.Trial, error) {
			seen = to.Faults
			return perfect(0)(ctx, l, classes, to)
		}, o)
		require.NoError(t, err)
		require.Len(t, seen, 4)
		assert.Equal(t, []int32{0, 1}, seen[0].Workers, "of the separated layout, which came last")
		assert.Equal(t, des.Seconds(10/speed), seen[0].At)
		assert.Equal(t, des.Seconds(5/speed), seen[0].For, "until it has booted")
		assert.Equal(t, des.Seconds(1/speed), seen[2].Grace)
		assert.Empty(t, seen[3].Workers)
		assert.Contains(t, strings.Join(b.Notes, " "), "machine n down did not happen")
		for _, s := range b.Strategies {
			assert.Positive(t, s.Runs[0].Lost)
			for _, c := range s.Classes {
				for _, f := range c.Figures {
					assert.Zero(t, f.Error, "%s %s %s", s.Name, c.Name, f.Metric)
				}
			}
		}
	}
	o := options()
	_, err := bench.Measure(t.Context(), scenarioOf(t, text), perfect(0), o)
	require.EqualError(t, err, "machine m down: a replay cannot know how long the tasks that a fault cuts off would have taken: want no --replay")
	o.Replay = false
	_, err = bench.Measure(t.Context(), scenarioOf(t, text), perfect(0), o)
	require.EqualError(t, err, "machine m down: a recording cannot hold planned faults: want no --record")
}

// A calendar that is sped up has its hours in as much less time, from whatever hour it starts.
func TestCalendarsAreSpedUp(t *testing.T) {
	text := `
name: c
broker: ideal
run: {duration: 6h, start: "Tue 01:30"}
tasks:
  hourly: {arrivals: {cron: "0 * * * *", batch: 3}, work: [{io: 20m}]}
strategies:
  s: {workers: {w: {queues: [hourly], concurrency: 1}}}
`
	for _, speed := range []float64{1, 60, 77, 7200} {
		o := options()
		o.Speed, o.For, o.Rounds, o.Replay = speed, time.Duration(float64(6*time.Hour)/speed), 1, false
		b, err := bench.Measure(t.Context(), scenarioOf(t, text), perfect(0), o)
		require.NoError(t, err)
		s := b.Strategies[0]
		require.EqualValues(t, 18, s.Runs[0].Published, speed)
		for i, a := range s.Asked {
			hour := float64(i/3) + 0.5
			assert.InDelta(t, hour*3600/speed, a.Due.Seconds(), 1e-6, "speed %v", speed)
		}
		for _, f := range s.Classes[0].Figures {
			if f.Metric.String() == "wait.mean" {
				assert.InDelta(t, 1200/speed, f.Measured, 0.01*1200/speed, "20 minutes on average: none, one or two before it")
			}
		}
	}
}

// A run counts unless what disturbed it could move a p95 by more than is claimed of predictions: timers that are late
// now and then do not, nor do other processes while cores are idle.
func TestWhatDisturbsARun(t *testing.T) {
	computing := `
name: b
broker: ideal
tasks:
  job: {arrivals: {poisson: 5/s}, work: [{cpu: {exponential: 60ms}}]}
strategies:
  one-pool: {workers: {w: {queues: [job], concurrency: 2, disable_prefetch: true}}}
`
	for _, c := range []struct {
		name, text string
		disturb    func(*bench.Trial)
		void       string
	}{
		{"late now and then", scenario, func(r *bench.Trial) {
			for range 30 { // of 1030
				r.Lag.Add(8 * time.Millisecond)
			}
		}, ""},
		{"late each time", scenario, func(r *bench.Trial) {
			for range 10_000 {
				r.Lag.Add(100 * time.Millisecond)
			}
		}, "lateness and other processes could move response p95 of short by "},
		{"published late", scenario, func(r *bench.Trial) {
			for range 10_000 {
				r.SendLag.Add(100 * time.Millisecond)
			}
		}, "lateness and other processes could move response p95 of short by "},
		{"others, cores to spare", computing, func(r *bench.Trial) { r.Others = 0.1 }, ""},
		{"others, no cores left", strings.ReplaceAll(computing, "60ms", "300ms"), func(r *bench.Trial) { r.Others = 0.45 }, "lateness and other processes could move response p95 of job by "},
		{"others, nobody knows when", computing, func(r *bench.Trial) { r.Others = 0.55 }, "other processes took 0.55 of 2 cores, and when is not known"},
		{"others, nobody computes", scenario, func(r *bench.Trial) { r.Others = 1.6; r.Lag.Add(time.Millisecond) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := bench.Measure(t.Context(), scenarioOf(t, c.text), func(ctx context.Context, l *strategies.Layout, classes []workloads.Class, o bench.TrialOptions) (bench.Trial, error) {
				r, err := perfect(0)(ctx, l, classes, o)
				c.disturb(&r)
				return r, err
			}, options())
			require.NoError(t, err)
			s := b.Strategies[0]
			assert.Equal(t, c.void != "", s.Void)
			if c.void == "" {
				assert.Empty(t, s.Runs[0].Void)
			}
			assert.Contains(t, s.Runs[0].Void, c.void)
			require.NotEmpty(t, s.Classes, "void figures are shown as such")
			for _, f := range s.Classes[0].Figures {
				if f.Metric.String() == "response.mean" {
					assert.Positive(t, f.Disturbed)
				}
				assert.InDelta(t, f.Measured, f.Low, f.Disturbed+1e-9, "both runs are the same, and the range is widened by what could have moved them")
				assert.InDelta(t, f.High-f.Measured, f.Disturbed, 1e-9)
			}
		})
	}
}

// A quantile with no task beyond it is the largest of them, and says nothing of others: 2 x 6 tasks have a p50, not a p95.
func TestFewTasksHaveNoTail(t *testing.T) {
	b, err := bench.Measure(t.Context(), scenarioOf(t, strings.ReplaceAll(scenario, "poisson: 1/s", "every: 10s")), perfect(0), options())
	require.NoError(t, err)
	for _, s := range b.Strategies {
		shown := map[string][]string{}
		for _, c := range s.Classes {
			for _, f := range c.Figures {
				shown[c.Name] = append(shown[c.Name], f.Metric.String())
			}
		}
		assert.Equal(t, []string{"wait.mean", "wait.p50", "response.mean", "response.p50"}, shown["long"], s.Name)
		assert.Len(t, shown["short"], 8, s.Name)
	}
}

func TestInterruptedBenchKeepsWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	runs := 0
	third := func(ctx context.Context, l *strategies.Layout, classes []workloads.Class, o bench.TrialOptions) (bench.Trial, error) {
		r, err := perfect(0)(ctx, l, classes, o)
		if runs++; runs == 3 {
			cancel()
			r.Interrupted = true
		}
		return r, err
	}
	b, err := bench.Measure(ctx, scenarioOf(t, scenario), third, options())
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, b)
	assert.True(t, b.Interrupted)
	assert.Len(t, b.Strategies[0].Runs, 1)
	assert.Len(t, b.Strategies[1].Runs, 2)
}

// What was asked is what the run published: the trace of a recording and its tasks join on id.
func TestAskedTasksAreThoseThatRan(t *testing.T) {
	b, err := bench.Measure(t.Context(), scenarioOf(t, scenario), perfect(0), options())
	require.NoError(t, err)
	for _, s := range b.Strategies {
		due := map[string]des.Time{}
		failures := map[string]string{}
		for _, a := range s.Asked {
			due[a.ID], failures[a.ID] = a.Due, a.Failure.String()
			assert.Zero(t, a.CPU)
		}
		ran := 0
		for _, task := range s.Runs[0].Tasks {
			if task.Due >= time.Minute {
				continue // arrived while the others ended
			}
			ran++
			assert.Equal(t, due[task.ID], task.Due)
			switch task.Outcome {
			case worker.Lost:
				assert.Contains(t, failures[task.ID], "crash")
			case worker.OK:
				assert.Contains(t, []string{"none", "flaky"}, failures[task.ID])
			default:
			}
		}
		assert.Equal(t, len(s.Asked), ran)
	}
}

// phased is a world of gevent workers whose bodies tell how long each of their phases took.
type phased struct {
	sim.Recorder
	body    func(task, attempt int32, took des.Time, phases []des.Time)
	classes map[int32][]des.Time
	began   map[int32]des.Time
}

func (p *phased) Record(r worker.Record) {
	switch r.Kind {
	case worker.Started:
		p.began[r.Task] = r.At
	case worker.Ended:
		p.body(r.Task, r.Attempt, r.At-p.began[r.Task], p.classes[r.Class])
	default:
	}
	p.Recorder.Record(r)
}

// What a task that computes does to the others of a gevent worker is nothing that their own times show: a replay of the
// times of phases has to find it again.
func TestReplayOfGeventFindsWhoWaitsForWhom(t *testing.T) {
	const ms = time.Millisecond
	sc := scenarioOf(t, `
name: g
broker: ideal
tasks:
  think: {arrivals: {poisson: 3/s}, work: [{cpu: 200ms}]}
  fetch: {arrivals: {poisson: 20/s}, work: [{io: 40ms}, {cpu: 2ms}, {io: 10ms}]}
strategies:
  s: {workers: {w: {queues: [think, fetch], pool: gevent, concurrency: 20}}}
`)
	o := options()
	o.Keep = false
	b, err := bench.Measure(t.Context(), sc, func(ctx context.Context, l *strategies.Layout, classes []workloads.Class, to bench.TrialOptions) (bench.Trial, error) {
		require.NotNil(t, to.Body)
		to.Recorder = &phased{to.Recorder, to.Body, map[int32][]des.Time{0: {200 * ms}, 1: {40 * ms, 2 * ms, 10 * ms}}, map[int32]des.Time{}}
		return perfect(0)(ctx, l, classes, to)
	}, o)
	require.NoError(t, err)
	for _, c := range b.Strategies[0].Classes {
		for _, f := range c.Figures {
			require.NotNil(t, f.ReplayError)
			assert.InDelta(t, 0, *f.ReplayError, 1e-9, "%s %s", c.Name, f.Metric)
			if c.Name == "fetch" && f.Metric.String() == "wait.p95" {
				assert.Greater(t, f.Measured, 0.1, "it waits for what computes, in the broker")
			}
		}
	}
}

// What services do happens as fast as everything else: timeouts, planned faults, and rates with their bursts.
func TestSpeedScalesServices(t *testing.T) {
	sc := scenarioOf(t, `
name: b
broker: ideal
run: {duration: 1m, warmup: 0s}
services:
  api: {latency: {exponential: 400ms}, capacity: 4, errors: 2%}
  metered: {latency: 5ms, rate_limit: 3/s}
  strict: {latency: 5ms, rate_limit: 2/s, when_limited: reject}
tasks:
  a: {arrivals: {poisson: 10/s}, work: [{io: {exponential: 50ms}}, {io: api, timeout: 2s}], retry: {max: 2, delay: 1s}}
  b: {arrivals: {poisson: 2/s}, work: [{io: metered}]}
  c: {arrivals: {poisson: 2/s}, work: [{io: strict}], rate_limit: 100/m}
faults:
  - {at: 20s, for: 3s, service: api}
  - {at: 40s, for: 3s, service: api, mode: hang}
strategies:
  pool: {workers: {w: {queues: [a], concurrency: 20}, v: {queues: [b, c], concurrency: 20}}}
`)
	measured := func(speed float64) *bench.Strategy {
		o := options()
		o.Speed, o.For, o.Replay, o.Keep = speed, time.Duration(float64(time.Minute)/speed), false, false
		b, err := bench.Measure(t.Context(), sc, perfect(0), o)
		require.NoError(t, err)
		return &b.Strategies[0]
	}
	slow, fast := measured(1), measured(10)
	assert.Equal(t, slow.Runs[0].Failed, fast.Runs[0].Failed)
	assert.Positive(t, slow.Runs[0].Failed)
	for i := range slow.Classes {
		for k, f := range slow.Classes[i].Figures {
			assert.Zero(t, f.Error)
			assert.InDelta(t, f.Measured, 10*fast.Classes[i].Figures[k].Measured, 0.005*f.Measured+1e-6, "%s %s", slow.Classes[i].Name, f.Metric)
		}
	}
}
