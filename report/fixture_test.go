package report

import (
	"math"
	"math/rand/v2"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// fixture is the priority scenario as an experiment could have answered it: four layouts, two classes, one layout
// that misses its target, one unstable queue, one loss, recordings to compare with. Its figures come from a seeded
// stream, so that goldens stay.
func fixture() (*scenarios.Scenario, *experiment.Result) {
	f := &maker{r: rand.New(rand.NewPCG(1, 2))}
	one, sep := "one-pool", "separated"
	no := false
	prio := "message-priority"
	prob := 0.97
	res := &experiment.Result{
		Version: 1, Simrun: "devel",
		Scenario: experiment.ScenarioInfo{Name: "priority", About: "Real-time notifications share workers with data backups.", SHA256: "9f2c7a1e5b0d4c3f8e6a7b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e", Seed: 1, Currency: "EUR"},
		Run: experiment.RunInfo{
			Duration: 1800, Warmup: 240, WarmupRule: "MSER-5 over a pilot of 10 replications", Replications: 60, Confidence: 0.95,
			PrecisionReached: true, Events: 18_400_000,
		},
		Strategies: []experiment.Strategy{
			f.strategy(one, 8, 0.5, 4.1, 6.8, []string{"high", "low"}, map[string]int{"worker": 8}, 1),
			f.strategy("no-prefetch", 8, 0.12, 0.31, 5.2, []string{"high", "low"}, map[string]int{"worker": 8}, 0),
			f.strategy(prio, 8, 0.07, 0.062, 5.4, []string{"all"}, map[string]int{"worker": 8}, 0),
			f.strategy(sep, 8, 0.004, 0.018, 21, []string{"high", "low"}, map[string]int{"worker_high_priority": 2, "worker_low_priority": 6}, 0),
		},
		Checks: []experiment.Check{
			{Name: "little's law", Strategy: one, Expected: 9.82, Observed: est(9.82, 0.0004), OK: true},
			{Name: "flow balance", Strategy: one, Expected: 0, Observed: est(0, 0), OK: true},
			{Name: "flow balance", Strategy: sep, Expected: 0, Observed: est(0, 0), OK: true},
		},
		Verdict: experiment.Verdict{
			Status: "change", Baseline: one, BaselinePasses: &no, Recommend: &prio, SimplestThatPasses: &prio, Best: &sep, ProbabilityCorrect: &prob,
			Headline: "No: what runs today (one-pool) misses wait p95 of notify: 9.17 s against 200 ms. Change to message-priority.",
			Reasons: []string{
				"message-priority meets every target with one worker and one setting less than separated.",
				"separated waits less still, but needs a second worker.",
			},
			Headroom: map[string]experiment.Headroom{one: {}, "no-prefetch": {Factor: 0.62}, prio: {Factor: 1.18}, sep: {Factor: 4, AtLimit: true}},
			Apply: &strategies.Change{
				Commands: []string{"celery -A app worker -n worker@%h -Q all -c 8 --disable-prefetch"},
				Remove:   []string{"worker"},
				Settings: map[string]any{
					"task_routes":              map[string]any{"notify": map[string]any{"queue": "all", "priority": 0}, "backup": map[string]any{"queue": "all", "priority": 9}},
					"broker_transport_options": map[string]any{"queue_order_strategy": "priority"},
				},
				Rollout: []string{"Start the new worker on all.", "Deploy task_routes.", "Let the old worker run until high and low are empty, then stop it."},
			},
		},
		Warnings: []string{"scenarios/priority.yaml:21:5: tasks.notify.work.1: smtp has no timeout: a hanging call holds its slot for ever"},
	}
	res.Strategies[3].WhatIf = []string{"strict order: no Celery setting does this on redis"}
	res.Strategies[1].Unstable = []experiment.Unstable{{Queue: "low", Offered: 8.2, Capacity: 8, GrowthPerHour: 144}}
	res.Strategies[1].Classes[1].Wait, res.Strategies[1].Classes[1].Response = nil, nil
	res.Strategies[1].Classes[1].SLO[0].Value, res.Strategies[1].Classes[1].SLO[0].Attained = nil, nil
	res.Strategies[1].Classes[1].SLO[0].Verdict = "fail"
	for _, s := range res.Strategies[1:] {
		for i, c := range s.Classes {
			was := res.Strategies[0].Classes[i]
			if c.Wait == nil {
				continue
			}
			res.Comparisons = append(res.Comparisons, experiment.Comparison{
				Baseline: one, Strategy: s.Name, Class: c.Name, Metric: waitP95, VarianceReduction: 7.4,
				Difference: est(c.Wait.P95.Value-was.Wait.P95.Value, 0.03), Ratio: est(c.Wait.P95.Value/was.Wait.P95.Value, 0.03),
			})
		}
	}
	sc := &scenarios.Scenario{
		Name: "priority", About: res.Scenario.About, File: "scenarios/priority.yaml", Currency: "EUR",
		Expanded:    "name: priority\nrun:\n  duration: 30m\n  confidence: 95%\nbroker: redis\ntasks:\n  notify: {queue: high, priority: 0}\n",
		Assumptions: []string{"run.precision: 5% was filled in.", "workers.worker.prefetch_multiplier: Celery's default of 4 was filled in."},
		Warnings:    res.Warnings,
	}
	return sc, res
}

type maker struct{ r *rand.Rand }

func est(v, relative float64) *experiment.Estimate {
	low, high := v-math.Abs(v*relative), v+math.Abs(v*relative)
	return &experiment.Estimate{Value: v, Low: &low, High: &high}
}

// quantiles makes waits of which a share is zero and the rest gamma-like with the given mean.
func (f *maker) quantiles(n int, zero, mean float64) *experiment.Quantiles {
	h := &des.Histogram{}
	for range n {
		if f.r.Float64() < zero {
			h.Add(0)
			continue
		}
		h.Add(des.Seconds(mean * (f.r.ExpFloat64() + f.r.ExpFloat64()) / 2))
	}
	return &experiment.Quantiles{
		N: float64(n), Mean: est(h.Mean(), 0.03), P50: est(h.Quantile(0.5), 0.03), P90: est(h.Quantile(0.9), 0.04), P95: est(h.Quantile(0.95), 0.05),
		P99: est(h.Quantile(0.99), 0.09), P999: est(h.Quantile(0.999), 0.2), Max: h.Max().Seconds(), Pooled: h,
	}
}

func (f *maker) class(name, queue string, n int, wait *experiment.Quantiles, run float64, reserved float64) experiment.Class {
	response := f.quantiles(n, 0, wait.Mean.Value+run)
	c := experiment.Class{
		Name: name, Queue: queue, Published: float64(n), Succeeded: float64(n) - 14, Failed: 12, Timeout: 2, Lost: 2, Retried: 31,
		Throughput: est(float64(n)/1800, 0.01), Wait: wait, WaitAll: wait, WaitPerAttempt: wait, Response: response, Run: f.quantiles(n, 0, run),
		Slowdown:    f.quantiles(n, 0, 3),
		WaitByCause: &experiment.WaitCause{Queue: wait.Mean.Value * (1 - reserved), Reserved: wait.Mean.Value * reserved},
		Blocked: &experiment.Blocked{
			Total: wait.Mean.Value, By: map[string]float64{"backup": 0.9 * wait.Mean.Value, "notify": 0.06 * wait.Mean.Value}, Idle: 0.04 * wait.Mean.Value,
		},
		Spells: map[string]experiment.Spells{"backup": {Count: 40, Seconds: 320, Longest: 41, Share: 320.0 / 1800}},
	}
	return c
}

func (f *maker) strategy(name string, slots int, zeroLess, notify, backup float64, queues []string, workers map[string]int, prefetch float64) experiment.Strategy {
	s := experiment.Strategy{Name: name, Slots: slots, Replications: 60}
	cost := 0.19
	s.Cost = &cost
	s.Costs = &experiment.Cost{PerHour: est(cost, 0), PerMonth: est(730*cost, 0)}
	hq, lq := queues[0], queues[len(queues)-1]
	n := f.class("notify", hq, 21600, f.quantiles(21600, 1-min(1, zeroLess*1.6), notify), 0.08, 0.7*prefetch)
	b := f.class("backup", lq, 1440, f.quantiles(1440, 0.2, backup), 5, 0.3*prefetch)
	n.SLO = []experiment.SLO{
		slo(waitP95, 0.2, n.Wait.P95, n.Wait.Pooled.Share(des.Seconds(0.2))),
		{Metric: workloads.Metric{Share: workloads.Loss}, Target: 0.001, Value: est(2.0/21600, 0.4), Verdict: "pass"},
	}
	b.SLO = []experiment.SLO{slo(workloads.Metric{Of: worker.Response, Stat: workloads.Percentile(95)}, 120, b.Response.P95, b.Response.Pooled.Share(des.Seconds(120)))}
	if name == "one-pool" {
		waits := make([]float64, 400)
		for i := range waits {
			waits[i] = n.Wait.Pooled.Quantile((float64(i)+0.5)/400) * 1.1
		}
		n.Observed = []experiment.Observed{{
			Run: "run1", N: 400, WaitMean: 4.4, WaitP50: waits[200], WaitP95: waits[380], WaitP99: waits[396],
			ResponseMean: 4.5, ResponseP50: waits[200] + 0.1, ResponseP95: waits[380] + 0.1, ResponseP99: waits[396] + 0.1, Waits: waits,
		}}
	}
	s.Classes = []experiment.Class{n, b}
	all := f.class("", "", 23040, f.quantiles(5000, 0.3, (notify*15+backup)/16), 0.4, 0.5*prefetch)
	s.All = &all
	t := &experiment.Timeline{Step: 7500 * des.Time(1e6)}
	for i, q := range queues {
		level := notify*12*float64(1-i) + backup*0.8*float64(i)
		s.Queues = append(s.Queues, experiment.Queue{Name: q, LengthMean: est(level, 0.06), LengthMax: math.Round(level * 4)})
		t.Queues = append(t.Queues, f.walk(240, level, math.Inf(1)))
	}
	for _, w := range []string{"worker", "worker_high_priority", "worker_low_priority"} {
		if n, ok := workers[w]; ok {
			u := 0.82
			if w == "worker_high_priority" {
				u = 0.48
			}
			s.Workers = append(s.Workers, experiment.Worker{Name: w, Replicas: est(1, 0), Slots: n, SlotUtilization: est(u, 0.02), ReservedMean: est(12*prefetch, 0.05)})
			t.Busy = append(t.Busy, f.walk(240, u*float64(n), float64(n)))
		}
	}
	s.Machines = []experiment.Machine{{Name: "app", CPUUtilization: est(0.31, 0.02)}}
	s.Timeline = t
	return s
}

func slo(metric workloads.Metric, target float64, e *experiment.Estimate, attained float64) experiment.SLO {
	v := "undecided"
	if *e.High < target {
		v = "pass"
	} else if *e.Low > target {
		v = "fail"
	}
	return experiment.SLO{Metric: metric, Target: target, Value: e, Attained: est(attained, 0.01), Verdict: v}
}

func (f *maker) walk(n int, mean, limit float64) []float64 {
	out := make([]float64, n)
	x := mean
	for i := range out {
		x = max(0, x+(mean-x)*0.08+f.r.NormFloat64()*mean*0.2)
		out[i] = min(x, limit)
	}
	return out
}

func fixtureTasks() ([]experiment.Task, []experiment.Attempt) {
	nine := 9
	s := des.Seconds
	tasks := []experiment.Task{
		{ID: "n-1", Class: "notify", Queue: "high", Due: 0, Published: 0, Received: s(0.01), Started: s(0.5), Ended: s(0.58), Outcome: worker.OK, Attempts: 1, Worker: "worker", Strategy: "one-pool"},
		{ID: "b-1", Class: "backup", Queue: "low", Priority: &nine, Due: s(1.25), Published: s(1.25), Received: des.Never, Started: des.Never, Ended: des.Never, Outcome: worker.Unstarted, Strategy: "one-pool"},
	}
	attempts := []experiment.Attempt{
		{ID: "n-1", Class: "notify", Worker: "worker", Strategy: "one-pool", Slot: 0, Number: 1, Started: s(0.5), Ended: s(0.58), Outcome: worker.OK},
		{ID: "b-0", Class: "backup", Worker: "worker", Strategy: "one-pool", Slot: 1, Number: 2, Started: s(0.6), Ended: des.Never, Outcome: worker.Unfinished},
		{ID: "n-1", Class: "notify", Worker: "worker_high_priority", Strategy: "separated", Slot: 0, Number: 1, Started: s(0.1), Ended: s(0.18), Outcome: worker.OK},
	}
	return tasks, attempts
}
