package imports

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/logs"
	"example.com/simrun/internal/recordings"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
)

// Check is the log through its own layout: what is predicted of these tasks again beside what was observed. A log that its
// own layout does not give back answers no other question.
type Check struct {
	Figures []Figure
	Missing []string // what may be why some do not hold, as sentences; the likeliest first
	Unseen  []string // what is wrong under another layout even where all hold, as sentences
}

// Figure is one figure of one class.
type Figure struct {
	Class, Metric, Stat string
	Predicted, Observed float64 // s; Predicted is NaN where it was withheld
}

// A figure holds within a tenth, or five milliseconds: what a second run of real Celery predicts of the first.
const (
	tolerance = 0.10
	slack     = 0.005
)

// Holds says whether the prediction is near what was observed.
func (f *Figure) Holds() bool {
	return math.Abs(f.Predicted-f.Observed) <= max(tolerance*f.Observed, slack)
}

// Held counts the figures that hold.
func (c *Check) Held() (n int) {
	for i := range c.Figures {
		if c.Figures[i].Holds() {
			n++
		}
	}
	return n
}

// stats are the figures that are compared, and how many tasks it takes to know one.
var stats = []struct {
	name  string
	least int
	of    func(q *experiment.Quantiles) *experiment.Estimate
}{
	{"mean", 25, func(q *experiment.Quantiles) *experiment.Estimate { return q.Mean }},
	{"p50", 25, func(q *experiment.Quantiles) *experiment.Estimate { return q.P50 }},
	{"p95", 60, func(q *experiment.Quantiles) *experiment.Estimate { return q.P95 }},
	{"p99", 300, func(q *experiment.Quantiles) *experiment.Estimate { return q.P99 }},
}

// compare puts what a run of these tasks predicts beside what the log shows.
func compare(r *experiment.Result) (all []Figure) {
	for i := range r.Strategies[0].Classes {
		c := &r.Strategies[0].Classes[i]
		if len(c.Observed) == 0 {
			continue
		}
		seen := &c.Observed[0]
		for _, metric := range []struct {
			name     string
			of       *experiment.Quantiles
			observed []float64
		}{
			{"wait", c.Wait, []float64{seen.WaitMean, seen.WaitP50, seen.WaitP95, seen.WaitP99}},
			{"response", c.Response, []float64{seen.ResponseMean, seen.ResponseP50, seen.ResponseP95, seen.ResponseP99}},
		} {
			for k, s := range stats {
				if seen.N < s.least {
					continue
				}
				f := Figure{Class: c.Name, Metric: metric.name, Stat: s.name, Predicted: math.NaN(), Observed: metric.observed[k]}
				if metric.of != nil && s.of(metric.of).Known() {
					f.Predicted = s.of(metric.of).Value
				}
				all = append(all, f)
			}
		}
	}
	return all
}

// again simulates the tasks of a log in a scenario that replays them, so many times. It ends where the log ends: what had not
// started by then is in no figure of either.
func again(ctx context.Context, sc *scenarios.Scenario, l *logs.Log, replications int) (*experiment.Result, error) {
	own := *sc
	own.Run.Min, own.Run.Max = replications, replications
	own.Run.Drain = 0
	own.Observed = []scenarios.Observation{{Name: "log", Tasks: observed(l)}}
	return experiment.Run(ctx, &own, experiment.Options{})
}

// observed is a log as a table of tasks.
func observed(l *logs.Log) (all []scenarios.ObservedTask) {
	for i := range l.Tasks {
		t := &l.Tasks[i]
		o := scenarios.ObservedTask{
			ID: t.ID, Class: logs.Nameable(t.Class), Outcome: t.Outcome, Due: t.Arrived, Received: t.Received, Attempts: len(t.Attempts),
			Started: math.NaN(), Ended: math.NaN(), Published: math.NaN(), Queue: t.Queue,
		}
		if n := len(t.Attempts); n > 0 {
			o.Ended, o.Worker = t.Attempts[n-1].Ended, t.Attempts[n-1].Worker
			if !t.Attempts[0].Reckoned {
				o.Started = t.Attempts[0].Started
			}
		}
		all = append(all, o)
	}
	return all
}

// worthSaying is the share of tasks above which what is not known of them changes figures of all.
const worthSaying = 0.05

// checkRuns is how often the tasks are simulated for the check.
const checkRuns = 20

// check simulates the log in its own layout, and says what may be missing where it does not come out.
func check(ctx context.Context, sc *scenarios.Scenario, l *logs.Log, m *Import) (*Check, error) {
	r, err := again(ctx, sc, l, checkRuns)
	if err != nil {
		return nil, err
	}
	c := &Check{Figures: compare(r)}
	if !m.Log.Measured && len(m.Computes) == 0 {
		c.Unseen = append(c.Unseen, "The check cannot see which tasks compute: run times of this layout hold what its crowd made of them, and come out of it as they are. Under another layout they would not. If none computes, all is well; else name those that do with --computes.")
	}
	if share := hidden(l, sc); l.Unsent && share >= worthSaying {
		c.Unseen = append(c.Unseen, fmt.Sprintf("The check cannot see what waited in the broker: %s of the tasks came to a worker that then held all it may, and the log does not say since when they had been sent. They are taken to come when it had room for them, so what is predicted of another layout may wait longer. Celery's events say when tasks are sent.", units.Share(share)))
	}
	if share := float64(l.Discarded) / float64(len(l.Tasks)+l.Discarded); share >= worthSaying {
		c.Unseen = append(c.Unseen, fmt.Sprintf("The log lacks the %s of the tasks that were discarded before they ran: where some of them run, others wait longer than is predicted. Celery's events tell those that expired, which are kept.", units.Share(share)))
	}
	if c.Held() < len(c.Figures) {
		c.Missing = m.missing(c)
	}
	return c, nil
}

// unsaid are settings of an app that no line shows, and which change who waits.
var unsaid = []string{"task_acks_late=True", "worker_prefetch_multiplier=1", "worker_disable_prefetch=True"}

// ofRabbit are those of its queues.
var ofRabbit = []string{"task_queue_max_priority=10", "task_create_missing_queue_type=quorum"}

// suspect simulates a log that its layout does not give back with settings that nobody has named, and says so where one
// explains at least half of what is left open.
func (m *Import) suspect(ctx context.Context, l *logs.Log, o recordings.ImportOptions) error {
	open := len(m.Check.Figures) - m.Check.Held()
	if open == 0 || !o.Today.Told() {
		return nil
	}
	best, held := "", m.Check.Held()+(open+1)/2-1
	tried := unsaid
	if o.Today.Broker == worker.RabbitMQ.String() && o.Today.Queues == nil {
		tried = slices.Concat(unsaid, ofRabbit)
	}
	for _, text := range tried {
		name, _, _ := strings.Cut(text, "=")
		if slices.ContainsFunc(o.Today.Settings, func(s string) bool { return strings.HasPrefix(s, name+":") }) {
			continue
		}
		line, err := setting(text, o.Today.Celery)
		if err != nil {
			continue
		}
		with := o
		with.Today.Settings = append(slices.Clone(o.Today.Settings), line)
		sc, err := decode(recordings.Import(l, with))
		if err != nil {
			continue // not with this broker, or this release
		}
		r, err := again(ctx, sc, l, roundRuns)
		if err != nil {
			return err
		}
		if n := (&Check{Figures: compare(r)}).Held(); n > held {
			best, held = text, n
		}
	}
	if best != "" {
		m.Check.Missing = slices.Insert(m.Check.Missing, 0, fmt.Sprintf("a setting that no line shows: with %s in the app's configuration %d figures would hold. If it is set, say --setting %s", best, held, best))
	}
	return nil
}

// missing says what was not told, what did not come to an end, and where waits are longer than the layout explains.
func (m *Import) missing(c *Check) (all []string) {
	if !m.Today.Told() {
		all = append(all, "what runs the tasks is not said: the workers are as the log shows them, with Celery's defaults. Say it with --worker or --workers")
	}
	if m.Today.Cores == 0 {
		all = append(all, "how many cores the workers share is not said, so nobody waits for one. Say it with --cores")
	}
	if lacking := m.queueless(); lacking != nil {
		all = append(all, fmt.Sprintf("no queue of %s is in the log, so they are taken to wait in one, first come, first served. Say where each is sent with --queue TASK=QUEUE, and what the workers take from with -Q", units.And(lacking)))
	}
	for _, name := range slices.Sorted(maps.Keys(m.Open)) {
		all = append(all, fmt.Sprintf("the run times of %s are not given back after %d rounds: predicted over observed is %s", name, mostRounds, units.Number(m.Open[name])))
	}
	more, less := c.waits()
	if more != nil {
		countdowns := ""
		if m.Log.Unsent {
			countdowns = "countdowns, "
		}
		all = append(all, units.And(more)+" waited more than this layout explains: "+countdowns+"a rate limit (rate_limit of the task), tasks that are not in the log, workers that are not named or that were away, a machine that others use")
	}
	if less != nil {
		all = append(all, units.And(less)+" waited less than this layout explains: more slots or workers than are named, settings that are not on their lines")
	}
	return all
}

// queueless are the classes of which nobody says to which queue they are sent, where there are several: it changes who waits
// for whom.
func (m *Import) queueless() (names []string) {
	for i := range m.Log.Tasks {
		t := &m.Log.Tasks[i]
		if _, said := m.Today.Sent[t.Class]; t.Queue == "" && !said && !slices.Contains(names, t.Class) {
			names = append(names, t.Class)
		}
	}
	if len(names) < 2 {
		return nil
	}
	return names
}

// waits are the classes whose waits do not hold, each with the first figure that does not: those that waited more than is
// predicted, and those that waited less.
func (c *Check) waits() (more, less []string) {
	said := map[string]bool{}
	for i := range c.Figures {
		f := &c.Figures[i]
		if f.Metric != "wait" || f.Holds() || said[f.Class] {
			continue
		}
		said[f.Class] = true
		text := fmt.Sprintf("%s (%s %s, predicted %s)", f.Class, f.Stat, units.Duration(f.Observed), units.Duration(f.Predicted))
		if f.Predicted > f.Observed {
			less = append(less, text)
		} else {
			more = append(more, text)
		}
	}
	return more, less
}
