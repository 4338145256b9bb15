package bench

import (
	"fmt"
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Errors that are claimed of predictions on a quiet machine: what could move a figure by more leaves nothing to compare.
const (
	claimedSleeping  = 0.10
	claimedComputing = 0.15

	// The simulation takes the cores of others away evenly. Tasks that compute meet them in bursts, which nobody has measured:
	// beyond this share of the cores what they did is not known.
	mostOfOthers = 0.25
)

const voidRule = "a run is void when what disturbed it could move p95 of a response by more than 10 % (15 % where tasks compute) and " +
	"more than 1 ms. The run is simulated again with its loop as late as it was and without the cores that other processes " +
	"took; by how far that moves a figure, and by the lateness itself, the range of the runs is widened. Where tasks compute, a run is " +
	"also void when other processes took more than a quarter of the cores: when they did is not known"

// disturbance is what disturbed a run: how late its harness was, and the run simulated with that.
type disturbance struct {
	lag, send des.Histogram
	others    float64 // cores that other processes took
	tally     *worker.Tally
}

// blur is what disturbed one class in the runs that count.
type blur struct {
	lag, send des.Histogram
	class     worker.ClassTally // simulated with that
}

// disturbed simulates a run on the machine as it was meanwhile.
func (m *measurement) disturbed(l *strategies.Layout, burden []workloads.Class, o TrialOptions, t *Trial) (d disturbance) {
	d.lag, d.send, d.others = t.Lag, t.SendLag, t.Others
	cost := m.opts.Calibration.of(m.opts.Executor)
	if more := max(t.Lag.Mean(), t.SendLag.Mean()) - cost.Lag.Mean; more > 0 {
		cost.Lag.Mean += more
		cost.Overhead.Mean += 2 * more // a slot waits for its task to be handed over, and for its end to be heard of
	}
	machine := m.machine[0]
	machine.Cores = max(machine.Cores/100, machine.Cores-t.Others)
	d.tally = m.simulate(encumbered(l, cost), burden, []system.Machine{machine}, o)
	return d
}

// add counts a run.
func (b *blur) add(d *disturbance, class int) {
	b.lag.Merge(&d.lag)
	b.send.Merge(&d.send)
	b.class.Merge(&d.tally.Classes[class])
}

// moves returns the seconds by which a figure of the class, which is predicted without, could be moved.
func (b *blur) moves(f workloads.Metric, predicted *worker.ClassTally) float64 {
	late := func(h *des.Histogram) float64 {
		if f.Stat.Kind == workloads.Mean {
			return h.Mean()
		}
		return h.Quantile(f.Stat.P)
	}
	by := math.Abs(f.In(&b.class) - f.In(predicted))
	if math.IsNaN(by) {
		return 0
	}
	for _, h := range []*des.Histogram{&b.lag, &b.send} {
		if h.Count() > 0 {
			by += late(h)
		}
	}
	return by
}

// moved returns the largest share of a p95 of the response by which the disturbance could move it, and why the run is void
// if that is more than predictions are claimed to be off.
func (m *measurement) moved(p *pair) (most float64, void string) {
	figure := workloads.Metric{Of: worker.Response, Stat: workloads.Percentile(95)}
	worst := 0.0 // over what is claimed
	if cores := m.machine[0].Cores; p.others > mostOfOthers*cores && slices.ContainsFunc(m.classes, computes) {
		worst = math.Inf(1)
		void = fmt.Sprintf("other processes took %s of %s cores, and when is not known", units.Number(p.others), units.Number(cores))
	}
	for i := range m.classes {
		measured := &p.measured.Classes[i]
		if !shown(figure, measured) {
			continue
		}
		var b blur
		b.add(&p.disturbance, i)
		by := b.moves(figure, &p.predicted.Classes[i])
		share := by / max(figure.In(measured), allowance)
		most = max(most, share)
		if over := share / claimed(&m.classes[i]); by > allowance && over > max(1, worst) {
			worst = over
			void = fmt.Sprintf("lateness and other processes could move %s of %s by %s", figure.Words(), m.classes[i].Name, units.Share(share))
		}
	}
	return most, void
}

// claimed is the error that is claimed of predictions for a class.
func claimed(c *workloads.Class) float64 {
	if computes(*c) {
		return claimedComputing
	}
	return claimedSleeping
}

func computes(c workloads.Class) bool {
	return slices.ContainsFunc(c.Work, func(p workloads.Phase) bool { return p.Kind == workloads.CPU })
}
