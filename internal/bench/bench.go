package bench

import (
	"context"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Real runs a layout in the real world. The command takes it from package live, which this package does not know.
type Real func(context.Context, *strategies.Layout, []workloads.Class, TrialOptions) (Trial, error)

// TrialOptions say what one real run does.
type TrialOptions struct {
	Key      des.Key
	Duration des.Time
	Drain    des.Time
	Start    des.Time
	Services []system.Service
	Faults   []system.Fault // planned, of workers by their index, of services, of the broker, and deploys
	Recorder sim.Recorder   // nil = nobody listens

	// Body is told how long the body of each attempt took, and, where tasks share one thread (gevent), each of its
	// phases without the waits for the thread. It may be nil.
	Body func(task, attempt int32, took des.Time, phases []des.Time)
}

// Trial is what one real run observed.
type Trial struct {
	*worker.Tally
	End         des.Time
	Interrupted bool
	Lag         des.Histogram // how late the loop was for its timers
	SendLag     des.Histogram // how late arrivals were published
	Leaks       int           // bodies that hung and had to be abandoned
	Killed      int           // child processes, by a time limit
	Died        int           // child processes, by themselves or somebody else's hand
	Others      float64       // cores that other processes took meanwhile
}

// Options say how to measure.
type Options struct {
	For         des.Time
	Speed       float64 // arrivals come so many times as fast, and everything takes so much less time
	Rounds      int
	Executor    string
	Calibration Calibration
	Replay      bool                      // simulate the measured body times, too
	Keep        bool                      // the tasks of every run, for a recording
	Progress    func(experiment.Progress) // may be nil
	Version     string
}

// Calibration is what was measured of the machine and the harness.
type Calibration struct {
	Cores      int            `json:"cores"`
	Efficiency float64        `json:"efficiency"`      // effective cores / cores
	Rate       float64        `json:"work_per_second"` // of one thread on a core of its own
	Effective  []float64      `json:"effective_cores"` // at 1, 2, ... threads that compute
	Raised     bool           `json:"harness_before_bodies"`
	Touch      float64        `json:"seconds_per_byte"` // of memory that is taken
	Executors  []ExecutorCost `json:"executors"`
}

// ExecutorCost is what an executor adds to every task, in seconds.
type ExecutorCost struct {
	Name      string  `json:"name"`
	Overshoot Spread  `json:"overshoot"`       // of a sleep
	Overhead  Spread  `json:"overhead"`        // from the start to the end of a task, without its body
	Lag       Spread  `json:"lag"`             // of an arrival, or of a timer of the loop
	Spawn     float64 `json:"spawn,omitempty"` // processes: until a new child takes tasks, median
}

// Spread is what was measured of a cost, in seconds. The mean, which leaves out the longest 1 %, is what the prediction
// adds: what is a little longer in each of many tasks adds up in a queue.
type Spread struct {
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
	Mean float64 `json:"mean"`
}

// of returns the cost of an executor; nothing when it was not measured.
func (c *Calibration) of(executor string) ExecutorCost {
	for _, e := range c.Executors {
		if e.Name == executor {
			return e
		}
	}
	return ExecutorCost{}
}

// Result is a scenario measured, beside what is predicted for the same seconds: what bench.json holds. Durations are in
// seconds of the run, also when it was sped up.
type Result struct {
	Version     int                     `json:"version"`
	Simrun      string                  `json:"simrun"`
	Scenario    experiment.ScenarioInfo `json:"scenario"`
	For         float64                 `json:"for"`
	Speed       float64                 `json:"speed"`
	Rounds      int                     `json:"rounds"`
	Executor    string                  `json:"executor"`
	Interrupted bool                    `json:"interrupted"`
	Rule        string                  `json:"void_rule"`
	Calibration Calibration             `json:"calibration"`
	Strategies  []Strategy              `json:"strategies"`
	Notes       []string                `json:"notes,omitempty"`
}

// Strategy is one layout, measured.
type Strategy struct {
	Name       string  `json:"name"`
	Slots      int     `json:"slots"`
	Void       bool    `json:"void"` // every run is: the figures are of void runs
	Throughput float64 `json:"throughput"`
	Predicted  float64 `json:"throughput_predicted"`
	Runs       []Run   `json:"runs"`
	Classes    []Class `json:"classes"`

	// For recordings, when asked for.
	Layout *strategies.Layout    `json:"-"`
	Asked  []workloads.TraceLine `json:"-"`
	Drain  des.Time              `json:"-"`
	Tasks  []workloads.Class     `json:"-"` // as they ran
}

// Run is one real run.
type Run struct {
	Round      int     `json:"round"`
	Published  int64   `json:"published"`
	Succeeded  int64   `json:"succeeded"`
	Failed     int64   `json:"failed"`
	Timeout    int64   `json:"timeout"`
	Lost       int64   `json:"lost"`
	Unfinished int64   `json:"unfinished"` // or not started, or waiting for a retry
	Seconds    float64 `json:"seconds"`
	LagP99     float64 `json:"lag_p99"`
	SendLagP99 float64 `json:"send_lag_p99"`
	Moved      float64 `json:"moved"`          // share of a p95 of the response by which what disturbed the run could move it: the largest
	Void       string  `json:"void,omitempty"` // why
	Leaks      int     `json:"leaks"`
	Killed     int     `json:"children_killed"`
	Died       int     `json:"children_died"`
	Others     float64 `json:"cores_of_others"` // what other processes took meanwhile

	Tasks    []experiment.Task    `json:"-"`
	Attempts []experiment.Attempt `json:"-"`
}

// Class is one class under one layout, over all runs that are not void.
type Class struct {
	Name    string   `json:"name"`
	N       int64    `json:"n"` // tasks that started
	Figures []Figure `json:"figures"`

	Waits Sample `json:"-"`
}

// Sample is a distribution, for plots.
type Sample struct {
	Measured            []*des.Histogram // of each run
	Predicted, Replayed *des.Histogram
}

// Figure is one figure of one class. An error is (predicted - measured) / measured, or / 1 ms where less was
// measured.
type Figure struct {
	Metric      workloads.Metric `json:"metric"`
	Measured    float64          `json:"measured"`
	Low         float64          `json:"low"` // least and most of the runs, and Disturbed beyond
	High        float64          `json:"high"`
	Disturbed   float64          `json:"disturbed"` // by how much what disturbed the runs could move it
	Predicted   float64          `json:"predicted"`
	Error       float64          `json:"error"`
	Within      bool             `json:"within_1ms"` // the difference is no more than the real clock is good for
	Replayed    *float64         `json:"replayed,omitempty"`
	ReplayError *float64         `json:"replay_error,omitempty"`

	ReplayWithin bool `json:"replay_within_1ms,omitempty"`
}
