package fidelity

import (
	"context"
	"fmt"
	"math"
	"slices"

	"example.com/simrun/celery"
	"example.com/simrun/internal/recordings"
)

// Metrics of figures.
const (
	Wait       = "wait"       // s, intended arrival to first start, of tasks that started
	Response   = "response"   // s, intended arrival to final end, of tasks that ended ok
	Throughput = "throughput" // tasks a second that ended ok while tasks were published
	Tasks      = "tasks"      // number of tasks with an outcome other than ok, or [Repeated]
)

// Repeated stands among the outcomes for tasks that started more than once: retried or redelivered.
const Repeated = "repeated"

// Stats are the statistics that are compared of a duration.
var Stats = []string{"mean", "p50", "p90", "p95", "p99"}

// Figure is one figure of one class, predicted and observed.
type Figure struct {
	Class     string    `json:"class"`
	Metric    string    `json:"metric"`
	Stat      string    `json:"stat"`      // of a duration, or the outcome counted; "" = the rate
	Predicted float64   `json:"predicted"` // what as many runs as reality had typically give
	Observed  float64   `json:"observed"`  // mean of the runs
	Runs      []float64 `json:"runs"`
	Error     float64   `json:"error"` // relative to observed
	Noise     float64   `json:"noise"` // between the runs: largest - smallest, relative to observed
	Bar       float64   `json:"bar"`   // relative; of tasks: a number of tasks
	Holds     bool      `json:"holds"`
	Chance    float64   `json:"chance"` // share of runs of the model that are at least as far from what is predicted
}

// Comparison is one recording against its prediction.
type Comparison struct {
	Recording    string     `json:"recording"`
	About        string     `json:"about,omitempty"`
	Release      string     `json:"celery"` // as recorded
	Preset       string     `json:"preset"` // as simulated
	Broker       string     `json:"broker"`
	Pool         string     `json:"pool"`
	CPUHeavy     bool       `json:"cpu_heavy"`
	Replications int        `json:"replications"` // distinct ones: 1 = nothing in it is left to chance
	NotModelled  []string   `json:"not_modelled,omitempty"`
	Figures      []Figure   `json:"figures"`
	Distances    []Distance `json:"distances"`
	OtherOutcome Outcomes   `json:"other_outcome"`
	Notes        []string   `json:"notes,omitempty"`

	pools map[string]string // by class
	trace string            // what tells which recordings met the same tasks
	waits []overlaid        // for plots, by class
}

// Outcomes says how many tasks ended otherwise than in the first run of reality.
type Outcomes struct {
	Predicted float64 `json:"predicted"` // mean over replications
	Rerun     float64 `json:"rerun"`     // in the other runs of reality, their mean
}

// overlaid are the waits of one class.
type overlaid struct {
	class     string
	predicted []float64   // of all replications, sorted
	observed  [][]float64 // by run, sorted
}

// Held counts the figures that hold.
func (c *Comparison) Held() (held, all int) {
	for i := range c.Figures {
		if c.Figures[i].Holds {
			held++
		}
	}
	return held, len(c.Figures)
}

// Replications of each recording's scenario, unless Options say otherwise: 780 pairs.
const Replications = 40

// Options say how to compare.
type Options struct {
	Replications int // 0 = Replications
}

// Compare runs the scenario of a recording and compares. A recording that needs what the scenario format cannot say
// yet comes back with NotModelled and no figures; the error is ctx's, or that of a scenario that cannot be made.
func Compare(ctx context.Context, rec *recordings.Recording, o Options) (*Comparison, error) {
	if o.Replications == 0 {
		o.Replications = Replications
	}
	preset, _ := celery.BehavesAs(rec.Preset())
	c := &Comparison{
		Recording: rec.Name, About: rec.About, Release: rec.Release, Preset: preset, Broker: rec.Broker.Kind, Pool: rec.Pool(), CPUHeavy: rec.CPUHeavy(),
		Notes: rec.Notes, trace: fingerprint(rec), pools: map[string]string{},
	}
	predicted, err := predict(ctx, rec, o.Replications)
	if lacks := unsupported(err); lacks != nil {
		c.NotModelled = lacks
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	c.Replications = distinct(predicted)
	var observed []*sample
	for i := range rec.Runs {
		observed = append(observed, newSample(observedTasks(rec.Runs[i].Tasks), rec.Duration))
	}
	for i := range rec.Classes {
		c.pools[rec.Classes[i].Name] = rec.PoolOf(rec.Classes[i].Name)
		c.compareClass(rec.Classes[i].Name, rec.Duration, predicted, observed)
	}
	c.OtherOutcome = compareOutcomes(predicted, observed)
	return c, nil
}

// compareClass adds the figures of one class.
func (c *Comparison) compareClass(class string, duration float64, predicted, observed []*sample) {
	add := func(metric, stat string, of func(*sample) float64) {
		f := Figure{Class: class, Metric: metric, Stat: stat}
		var all []float64
		for _, s := range predicted {
			all = append(all, of(s))
		}
		for _, s := range observed {
			f.Runs = append(f.Runs, of(s))
		}
		means := typical(all, len(observed))
		f.Predicted = median(means)
		f.settle(c.CPUHeavy)
		f.Chance = chanceOf(f.Observed, means)
		if !(math.IsNaN(f.Predicted) && math.IsNaN(f.Observed)) { // neither in the prediction nor in reality
			c.Figures = append(c.Figures, f)
		}
	}
	for _, stat := range Stats {
		add(Wait, stat, func(s *sample) float64 { return statistic(stat, s.waits[class]) })
	}
	for _, stat := range Stats {
		add(Response, stat, func(s *sample) float64 { return statistic(stat, s.responses[class]) })
	}
	add(Throughput, "", func(s *sample) float64 { return float64(s.done[class]) / duration })
	for _, outcome := range outcomesOf(class, predicted, observed) {
		add(Tasks, outcome, func(s *sample) float64 { return s.count(class, outcome) })
	}
	w := overlaid{class: class}
	for _, s := range predicted {
		w.predicted = append(w.predicted, s.waits[class]...)
	}
	slices.Sort(w.predicted)
	for _, s := range observed {
		w.observed = append(w.observed, s.waits[class])
	}
	c.waits = append(c.waits, w)
	c.Distances = append(c.Distances, newDistance(&w))
}

// outcomesOf are the outcomes other than ok that a class had, in the prediction or in reality, and Repeated.
func outcomesOf(class string, all ...[]*sample) (names []string) {
	repeated := false
	for _, samples := range all {
		for _, s := range samples {
			for outcome := range s.outcomes[class] {
				if outcome != ok && !slices.Contains(names, outcome) {
					names = append(names, outcome)
				}
			}
			repeated = repeated || s.repeated[class] > 0
		}
	}
	slices.Sort(names)
	if repeated {
		names = append(names, Repeated)
	}
	return names
}

// compareOutcomes counts the tasks whose outcome, or whether they ran more than once, is not that of the first run.
func compareOutcomes(predicted, observed []*sample) Outcomes {
	key := func(t *task) string { return fmt.Sprint(t.outcome, t.attempts > 1) }
	first := map[string]string{}
	for i := range observed[0].tasks {
		t := &observed[0].tasks[i]
		first[t.id] = key(t)
	}
	differing := func(samples []*sample) (mean float64) {
		for _, s := range samples {
			n := 0
			for i := range s.tasks {
				if t := &s.tasks[i]; first[t.id] != key(t) {
					n++
				}
			}
			mean += float64(n) / float64(len(samples))
		}
		return mean
	}
	return Outcomes{Predicted: differing(predicted), Rerun: differing(observed[1:])}
}
