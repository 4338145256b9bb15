package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
	"example.com/simrun/theory"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// closedForms returns the waits that queueing theory gives for the queues of a layout: exact where the model's
// assumptions hold, and nothing elsewhere. They hold for one worker that takes one queue with one class of Poisson
// arrivals, ideal broker, no overheads, no failures, and cores enough for every slot.
func closedForms(sc *scenarios.Scenario, layout int) (lines []string) {
	l := &sc.Layouts[layout]
	if l.Broker.Kind != worker.Ideal {
		return nil
	}
	for w := range l.Workers {
		class, ok := soleClass(l, w)
		if !ok || !plain(&sc.Classes[class]) || !coresEnough(sc, l, w) {
			continue
		}
		cfg, c := &l.Workers[w], &sc.Classes[class]
		if law := expected(workloads.MeanRate(sc.Classes, class), cfg.Concurrency, speedOf(sc, l, w), c.Work); law != "" {
			lines = append(lines, fmt.Sprintf("%s, %s: %s", l.Name, c.Name, law))
		}
	}
	return lines
}

// soleClass returns the class of the only queue that a worker takes, if no other class and no other worker uses it.
func soleClass(l *strategies.Layout, w int) (class int, ok bool) {
	if len(l.Workers[w].Queues) != 1 || len(l.Workers[w].Overflow) > 0 {
		return 0, false
	}
	q := l.Workers[w].Queues[0]
	if l.Queues[q].MaxLength >= 0 {
		return 0, false
	}
	for other := range l.Workers {
		if other != w && (slices.Contains(l.Workers[other].Queues, q) || slices.Contains(l.Workers[other].Overflow, q)) {
			return 0, false
		}
	}
	for i, queue := range l.ClassQueue {
		if queue == q {
			if ok {
				return 0, false
			}
			class, ok = i, true
		}
	}
	return class, ok
}

// plain tells whether a class is what the closed forms are about.
func plain(c *workloads.Class) bool {
	_, poisson := c.Arrivals.Process.(workloads.Poisson)
	f := &c.Failures
	return poisson && c.Arrivals.Batch == nil && c.Expires == nil && c.Countdown == nil && len(c.Work) > 0 &&
		f.Error.P+f.Hang.P+f.Crash.P+f.Slow.P == 0 && c.SoftLimit == 0 && c.HardLimit == 0 && c.Pace == 0 && c.Zone == "" && !calls(c)
}

// calls tells whether tasks of the class call a service, where others may be in their way, or send data over a distance.
func calls(c *workloads.Class) bool {
	return slices.ContainsFunc(c.Work, func(p workloads.Phase) bool { return p.Kind == workloads.Call || p.Kind == workloads.Transfer })
}

// coresEnough tells whether CPU phases never share a core: then they take what they ask for.
func coresEnough(sc *scenarios.Scenario, l *strategies.Layout, w int) bool {
	cfg := &l.Workers[w]
	if cfg.SoftLimit > 0 || cfg.HardLimit > 0 || cfg.Overheads != (worker.Overheads{}) {
		return false
	}
	node := l.Node[w]
	slots := 0
	for i := range l.Workers {
		if l.Node[i] == node {
			slots += l.Workers[i].Concurrency
		}
	}
	for i := range sc.Classes {
		for _, p := range sc.Classes[i].Work {
			if p.Kind != workloads.CPU {
				continue
			}
			if p.Cores > 1 || cfg.Pool != worker.Prefork && cfg.Concurrency > 1 {
				return false // threads inside a task, or a lock around all of them: demands are not run times
			}
			if node >= 0 && float64(slots) > effective(sc, l, node) {
				return false
			}
		}
	}
	return true
}

func effective(sc *scenarios.Scenario, l *strategies.Layout, node int) float64 {
	m := &sc.Machines[l.Nodes[node]]
	return m.Cores * m.Efficiency
}

// speedOf returns by how much a worker's machine is faster than the one on which CPU demands were measured.
func speedOf(sc *scenarios.Scenario, l *strategies.Layout, w int) float64 {
	if node := l.Node[w]; node >= 0 && sc.Machines[l.Nodes[node]].Speed > 0 {
		return sc.Machines[l.Nodes[node]].Speed
	}
	return 1
}

// expected returns the law that applies and what it gives; empty where none does.
func expected(rate float64, slots int, speed float64, work []workloads.Phase) string {
	mean, variance := 0.0, 0.0
	for _, p := range work {
		m := p.Demand.Mean()
		if p.Kind == workloads.CPU {
			m /= speed
		}
		mean += m
		if cv := p.Demand.CV(); cv != 0 {
			variance += float64(m*m) * cv * cv
		}
	}
	if !(rate > 0) || !(mean > 0) || rate*mean >= float64(slots) {
		return ""
	}
	switch {
	case len(work) == 1 && strings.HasPrefix(work[0].Demand.String(), "{exponential"):
		q := theory.MMC{Lambda: rate, Mu: 1 / mean, C: slots}
		return wait(fmt.Sprintf("M/M/%d", slots), q.MeanWait(), q.WaitQuantile)
	case variance == 0:
		q := theory.NewMDC(rate, mean, slots)
		return wait(fmt.Sprintf("M/D/%d", slots), q.MeanWait(), q.WaitQuantile)
	case slots == 1 && !math.IsInf(variance, 0):
		q := theory.MG1{Lambda: rate, ES: mean, ES2: variance + mean*mean}
		return wait("M/G/1 (Pollaczek-Khinchine)", q.MeanWait(), nil)
	}
	return ""
}

func wait(law string, mean float64, quantile func(float64) float64) string {
	s := fmt.Sprintf("%s, mean wait %s", law, units.Duration(mean))
	if quantile != nil {
		s += fmt.Sprintf(", p50 %s, p95 %s, p99 %s", units.Duration(quantile(0.5)), units.Duration(quantile(0.95)), units.Duration(quantile(0.99)))
	}
	return s
}
