package sim_test

import (
	"strconv"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// figure is a metric of the oracle, over some classes.
func (r *run) figure(e *experiment, metric string, classes []int) (float64, bool) {
	if own := e.own[metric]; own != nil {
		return own(r), true
	}
	switch metric {
	case "wait_mean_all":
		return r.merged(classes, func(c *worker.ClassTally) *des.Histogram { return &c.WaitAll }).Mean(), true
	case "wait_mean_per_attempt":
		return r.merged(classes, func(c *worker.ClassTally) *des.Histogram { return &c.WaitPerAttempt }).Mean(), true
	case "total_resp_mean":
		return r.response(classes).Mean(), true
	case "slowdown_mean":
		return r.slowdown(classes), true
	case "slowdown_wait_mean":
		return r.slowdown(classes) - 1, true // response / demand = wait / demand + 1
	case "p_wait":
		// Of all who came: those who gave up had waited.
		all := r.merged(classes, func(c *worker.ClassTally) *des.Histogram { return &c.WaitAll })
		return 1 - all.Share(0), true
	case "kingman_upper_bound_wait_mean":
		return r.wait(classes).Mean(), true
	case "n_mean":
		return r.present(classes), true
	case "nq_mean":
		return r.queued(), true
	case "n_mean_station":
		return r.queued() + r.busy(), true
	case "n_mean_backoff":
		return r.present(classes) - r.queued() - r.busy(), true
	case "util":
		if len(r.Nodes) > 0 {
			return r.Nodes[0].Busy / r.Nodes[0].Cores, true
		}
		return r.busy() / float64(r.model.layout.Slots()), true
	case "cpu_util":
		return r.Nodes[0].Busy / r.Nodes[0].Cores, true
	case "throughput", "saturation_throughput":
		return r.count(classes, func(c *worker.ClassTally) int64 { return c.ByOutcome[worker.OK] }) / r.window, true
	case "p_block":
		return r.share(classes, func(c *worker.ClassTally) int64 { return c.ByOutcome[worker.Rejected] }), true
	case "p_abandon":
		return r.share(classes, func(c *worker.ClassTally) int64 { return c.ByOutcome[worker.Expired] }), true
	case "p_dead":
		return r.share(classes, func(c *worker.ClassTally) int64 { return c.ByOutcome[worker.Failed] }), true
	case "attempts_mean":
		return r.share(classes, func(c *worker.ClassTally) int64 { return c.Attempts }), true
	case "sum_rho_wait":
		var sum float64
		for _, i := range classes {
			c := &r.model.classes[i]
			sum += c.Arrivals.Process.Rate() * c.Work[0].Demand.Mean() * r.Classes[i].Wait.Mean()
		}
		return sum, true
	}
	kind, which, _ := strings.Cut(metric, "_")
	var h *des.Histogram
	switch kind {
	case "wait":
		h = r.wait(classes)
	case "resp":
		h = r.response(classes)
	default:
		return 0, false
	}
	if which == "mean" {
		return h.Mean(), true
	}
	percent, err := strconv.Atoi(strings.TrimPrefix(which, "p"))
	return h.Quantile(float64(percent) / 100), err == nil
}

func (r *run) merged(classes []int, of func(*worker.ClassTally) *des.Histogram) *des.Histogram {
	all := &des.Histogram{}
	for _, i := range classes {
		all.Merge(of(&r.Classes[i]))
	}
	return all
}

func (r *run) wait(classes []int) *des.Histogram {
	return r.merged(classes, func(c *worker.ClassTally) *des.Histogram { return &c.Wait })
}

func (r *run) response(classes []int) *des.Histogram {
	return r.merged(classes, func(c *worker.ClassTally) *des.Histogram { return &c.Response })
}

func (r *run) slowdown(classes []int) float64 {
	return r.merged(classes, func(c *worker.ClassTally) *des.Histogram { return &c.Slowdown }).Mean()
}

func (r *run) count(classes []int, of func(*worker.ClassTally) int64) float64 {
	var n int64
	for _, i := range classes {
		n += of(&r.Classes[i])
	}
	return float64(n)
}

func (r *run) share(classes []int, of func(*worker.ClassTally) int64) float64 {
	return r.count(classes, of) / r.count(classes, func(c *worker.ClassTally) int64 { return c.Published })
}

// present is the mean number of tasks in the system.
func (r *run) present(classes []int) float64 {
	var n float64
	for _, i := range classes {
		n += r.Classes[i].InSystem.Mean(r.end)
	}
	return n
}

// queued is the mean number of messages in the broker or reserved.
func (r *run) queued() float64 {
	var n float64
	for i := range r.Queues {
		n += r.Queues[i].Length.Mean(r.end)
	}
	for i := range r.Workers {
		n += r.Workers[i].Reserved.Mean(r.end)
	}
	return n
}

// busy is the mean number of slots in use.
func (r *run) busy() float64 {
	var n float64
	for i := range r.Workers {
		n += r.Workers[i].Busy.Mean(r.end)
	}
	return n
}
