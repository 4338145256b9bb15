package experiment

import (
	"encoding/json"
	"math"

	"example.com/simrun/capacity"
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Result is one answered scenario: what results.json holds (its tags are that contract), and, untagged, what plots
// need besides.
type Result struct {
	Version     int          `json:"version"`
	Simrun      string       `json:"simrun"`
	Scenario    ScenarioInfo `json:"scenario"`
	Run         RunInfo      `json:"run"`
	Strategies  []Strategy   `json:"strategies"`
	Comparisons []Comparison `json:"comparisons"`
	Checks      []Check      `json:"checks"`
	Verdict     Verdict      `json:"verdict"`
	Warnings    []string     `json:"warnings,omitempty"`
	Sweep       *Sweep       `json:"sweep,omitempty"`

	Figures  []Figure  `json:"-"` // what figures.json holds
	Flips    *Flips    `json:"-"` // what flip.json holds; nil where nobody asked
	CopyOf   []string  `json:"-"` // of each class, the task of which it is a copy; "" = none
	Exact    bool      `json:"-"` // nothing is random: one replication says it all
	Tasks    []Task    `json:"-"` // of the first replication, every strategy, when asked for
	Attempts []Attempt `json:"-"` // the same
}

// ScenarioInfo identifies the input.
type ScenarioInfo struct {
	Name   string `json:"name"`
	About  string `json:"about"`
	SHA256 string `json:"sha256"`
	Seed   uint64 `json:"seed"`

	Currency string `json:"currency,omitempty"` // of all prices
}

// RunInfo says how much was simulated. Durations in seconds.
type RunInfo struct {
	Duration         float64 `json:"duration"`
	Warmup           float64 `json:"warmup"`
	WarmupRule       string  `json:"warmup_rule"`  // "MSER-5 over a pilot of 10 replications", "as given", "none: terminating"
	Replications     int     `json:"replications"` // of the strategy that took most
	Confidence       float64 `json:"confidence"`
	PrecisionReached bool    `json:"precision_reached"`
	Events           int64   `json:"events"`
}

// Estimate is a figure of all tasks of all replications together, with its interval. Low and high are nil with a single
// replication, and where a figure has no interval (a maximum). Where too few tasks were seen for a claim, the value is
// NaN (null in JSON) and Needs says how many it takes; an infinite value (null, too) is a quantile that so few tasks
// reached that it does not exist.
type Estimate struct {
	Value     float64
	Low, High *float64
	Needs     int64
}

// Known says that there is a value to show.
func (x *Estimate) Known() bool { return x != nil && !math.IsNaN(x.Value) && !math.IsInf(x.Value, 0) }

// MarshalJSON writes null for what is not known.
func (x Estimate) MarshalJSON() ([]byte, error) {
	out := struct {
		Value *float64 `json:"value"`
		Low   *float64 `json:"low"`
		High  *float64 `json:"high"`
		Needs int64    `json:"needs,omitempty"`
	}{Low: number(x.Low), High: number(x.High), Needs: x.Needs}
	out.Value = number(&x.Value)
	return json.Marshal(out)
}

// number is nil for what JSON cannot say.
func number(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	return x
}

// UnmarshalJSON reads null as NaN.
func (x *Estimate) UnmarshalJSON(text []byte) error {
	var in struct {
		Value, Low, High *float64
		Needs            int64
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*x = Estimate{Value: math.NaN(), Low: in.Low, High: in.High, Needs: in.Needs}
	if in.Value != nil {
		x.Value = *in.Value
	}
	return nil
}

// Quantiles are the figures of one duration, in seconds (slowdown: a ratio).
type Quantiles struct {
	N    float64   `json:"n"` // mean per replication
	Mean *Estimate `json:"mean"`
	P50  *Estimate `json:"p50"`
	P90  *Estimate `json:"p90"`
	P95  *Estimate `json:"p95"`
	P99  *Estimate `json:"p99"`
	P999 *Estimate `json:"p999"`
	Max  float64   `json:"max"`

	Pooled *des.Histogram `json:"-"` // for CDFs
	// Due are P50, P95 and P99 of all tasks that were due, infinite where fewer ever have the duration; nil where nearly all do.
	Due []*Estimate `json:"-"`
}

// Strategy is everything found about one layout.
type Strategy struct {
	Name         string           `json:"name"`
	Cost         *float64         `json:"cost_per_hour,omitempty"` // the mean of Costs.PerHour
	Costs        *Cost            `json:"cost,omitempty"`
	Egress       []Egress         `json:"egress,omitempty"` // of each way over which tasks send anything
	Slots        int              `json:"slots"`
	Replications int              `json:"replications"` // as many as its targets took
	WhatIf       []string         `json:"what_if,omitempty"`
	Classes      []Class          `json:"classes"`
	All          *Class           `json:"all"`
	Queues       []Queue          `json:"queues"`
	Workers      []Worker         `json:"workers"`
	Machines     []Machine        `json:"machines,omitempty"`
	Unstable     []Unstable       `json:"unstable,omitempty"`
	Leaks        []Leak           `json:"leaks,omitempty"`
	Leaky        bool             `json:"-"` // so that it loses some in a run, and takes no load for good
	Faults       []Fault          `json:"faults,omitempty"`
	Stalls       []capacity.Stall `json:"-"` // the warnings say it
	Timeline     *Timeline        `json:"-"` // of the first replications
	Changes      int              `json:"-"` // of what runs today, as they are counted to find the simplest layout

	Memory *MemoryCourse `json:"-"` // of the first replication; nil where the scenario says nothing of memory

	Breaches    []Breach     `json:"breaches,omitempty"` // of clearance, where the scenario names any: such a layout does not pass
	Compromised []Compromise `json:"compromised,omitempty"`
}

// Class is what was found of one class of tasks (or of all) under one layout. Counts are means per replication.
type Class struct {
	Name       string  `json:"name"`
	Queue      string  `json:"queue,omitempty"`
	Published  float64 `json:"published"`
	Succeeded  float64 `json:"succeeded"`
	Failed     float64 `json:"failed"`
	Timeout    float64 `json:"timeout"`
	Expired    float64 `json:"expired"`
	Dead       float64 `json:"dead"`
	Lost       float64 `json:"lost"`
	Rejected   float64 `json:"rejected"`
	Unfinished float64 `json:"unfinished"`
	Unstarted  float64 `json:"unstarted"`
	Retrying   float64 `json:"retrying"`
	Cut        float64 `json:"cut"` // of the three before: had been there no longer than others that did end
	Retried    float64 `json:"retried"`
	Duplicated float64 `json:"duplicated"`

	Throughput     *Estimate  `json:"throughput"`
	Wait           *Quantiles `json:"wait"` // nil when withheld: the class's queue is unstable
	WaitAll        *Quantiles `json:"wait_all"`
	WaitPerAttempt *Quantiles `json:"wait_per_attempt"`
	Response       *Quantiles `json:"response"`
	Run            *Quantiles `json:"run"`
	Slowdown       *Quantiles `json:"slowdown"`
	WaitByCause    *WaitCause `json:"wait_by_cause"`
	// BlockedBy has mean seconds a task, by class, and in brackets what no task held; together the whole wait for the first
	// start, of tasks that never started, too.
	BlockedBy map[string]float64 `json:"blocked_by,omitempty"`
	Spells    map[string]Spells  `json:"spells,omitempty"` // by class, in which it held all slots
	Blocked   *Blocked           `json:"-"`                // the same
	// BlockedWorst is the same of the five minutes in which most of it was waited.
	BlockedWorst *BlockedWorst `json:"blocked_worst,omitempty"`

	Window         *Window `json:"window,omitempty"` // of the wait
	ResponseWindow *Window `json:"response_window,omitempty"`

	StretchByCause  *StretchCause `json:"stretch_by_cause"`
	ServiceFailures float64       `json:"service_failures"` // attempts that a service failed
	Killed          *Killed       `json:"killed,omitempty"` // by the kernel for want of memory

	Exposure map[string]*Exposure `json:"exposure,omitempty"` // by label

	SLO      []SLO      `json:"slo"`
	Observed []Observed `json:"observed,omitempty"`
}

// Reached is the share of the tasks that were due, but for those cut off, that have a duration: the others never started, or
// never ended.
func (c *Class) Reached(q *Quantiles) float64 {
	if q == nil {
		return 0
	}
	return reached(q.N, c.Published, c.Cut)
}

// WaitCause splits the mean wait, in seconds a task.
type WaitCause struct {
	Queue    float64 `json:"queue"`    // in the broker
	Reserved float64 `json:"reserved"` // prefetched by a worker that was busy
	ETA      float64 `json:"eta"`      // asked for by the task: its countdown
}

// Blocked splits the wait for the first start of all published tasks by who held the slots meanwhile, in mean seconds a
// task. Of a queue each slot that takes from it is charged with its part, of what is reserved each slot of the worker.
type Blocked struct {
	Total     float64
	By        map[string]float64 // by class
	Replaced  float64            // slots whose child was being replaced
	Idle      float64            // slots that were free
	Absent    float64            // workers down, or not there yet: no slot at all
	Countdown float64            // asked for by the task
	Elsewhere float64            // on its way, or held back by a rate limit
}

// BlockedWorst is who held the slots in the worst five minutes of each replication, those of all replications together.
type BlockedWorst struct {
	Seconds float64            `json:"seconds"` // that a window lasts
	Waiting float64            `json:"waiting"` // mean number of tasks that waited for slots
	By      map[string]float64 `json:"by"`      // of these, as in BlockedBy
}

// Spells are the times during which one class held all slots of another's queue, in one replication.
type Spells struct {
	Count   float64 `json:"count"`
	Seconds float64 `json:"seconds"` // together
	Longest float64 `json:"longest"` // seconds, of all replications
	Share   float64 `json:"share"`   // of the run
}

// SLO is one target and whether it is met.
type SLO struct {
	Metric   workloads.Metric `json:"metric"`
	Target   float64          `json:"target"`   // seconds, or a share
	Value    *Estimate        `json:"value"`    // nil when withheld
	Attained *Estimate        `json:"attained"` // share of tasks within the target, counted exactly; nil for shares
	Verdict  string           `json:"verdict"`  // pass | marginal | fail | undecided

	over   int      // replications in which a maximum, or a target of every slice, was missed
	within des.Time // the target is to hold in every slice of this length
	by     bool     // the target is an hour of the day
}

// Observed is one recorded run of the real thing, in seconds, beside the prediction.
type Observed struct {
	Run          string  `json:"run"`
	N            int     `json:"n"`
	WaitMean     float64 `json:"wait_mean"`
	WaitP50      float64 `json:"wait_p50"`
	WaitP95      float64 `json:"wait_p95"`
	WaitP99      float64 `json:"wait_p99"`
	ResponseMean float64 `json:"response_mean"`
	ResponseP50  float64 `json:"response_p50"`
	ResponseP95  float64 `json:"response_p95"`
	ResponseP99  float64 `json:"response_p99"`

	Waits []float64 `json:"-"` // sorted
}

// Queue is what was found of one queue: messages lying in the broker.
type Queue struct {
	Name       string    `json:"name"`
	LengthMean *Estimate `json:"length_mean"`
	LengthMax  float64   `json:"length_max"`
}

// Worker is what was found of one worker of a layout (its replicas together).
type Worker struct {
	Name            string    `json:"name"`
	Replicas        *Estimate `json:"replicas"`
	Slots           int       `json:"slots"`
	SlotUtilization *Estimate `json:"slot_utilization"`
	ReservedMean    *Estimate `json:"reserved_mean"`
	Restarts        float64   `json:"restarts"`
	MemoryMax       *float64  `json:"memory_max,omitempty"`   // bytes, of any instance; absent where the scenario says nothing of memory
	MemoryLimit     *float64  `json:"memory_limit,omitempty"` // of one instance
	Killed          *float64  `json:"killed,omitempty"`       // children or instances, by the kernel for want of memory
	Fleet           *Fleet    `json:"fleet,omitempty"`        // whose replicas follow the load
	ScaledIn        *ScaledIn `json:"scaled_in,omitempty"`    // the same

	lost float64 // whole workers that died, per replication
}

// Machine is what was found of one kind of machine.
type Machine struct {
	Name           string    `json:"name"`
	CPUUtilization *Estimate `json:"cpu_utilization"`

	DiskUtilization *Estimate `json:"disk_utilization,omitempty"` // share of the requests that its disks can work on at once
	MemoryMax       *float64  `json:"memory_max,omitempty"`       // bytes, of any of them
	MemoryLimit     *float64  `json:"memory_limit,omitempty"`     // of one
}

// Comparison is a paired difference against the baseline on the same tasks.
type Comparison struct {
	Baseline          string           `json:"baseline"`
	Strategy          string           `json:"strategy"`
	Class             string           `json:"class"`
	Metric            workloads.Metric `json:"metric"`
	Difference        *Estimate        `json:"difference"` // strategy - baseline, seconds
	Ratio             *Estimate        `json:"ratio"`      // strategy / baseline
	VarianceReduction float64          `json:"variance_reduction"`
}

// Differs says that the difference is shown: its interval leaves out zero, or there is none, as nothing is random.
func (c *Comparison) Differs() bool {
	d := c.Difference
	if d.Low == nil || d.High == nil {
		return d.Known() && d.Value != 0
	}
	return *d.Low > 0 || *d.High < 0
}

// Check is something that must hold in every run. Where one does not, the verdict is withheld.
type Check struct {
	Name     string    `json:"name"`
	Strategy string    `json:"strategy"`
	Expected float64   `json:"expected"`
	Observed *Estimate `json:"observed"`
	OK       bool      `json:"ok"`
}

// Verdict is the answer.
type Verdict struct {
	Status             string              `json:"status"` // keep_baseline | change | none_passes | undecided | withheld
	Baseline           string              `json:"baseline"`
	BaselinePasses     *bool               `json:"baseline_passes"` // nil = undecided
	Recommend          *string             `json:"recommend"`
	SimplestThatPasses *string             `json:"simplest_that_passes"`
	Best               *string             `json:"best"`
	Closest            *Closest            `json:"closest,omitempty"`
	ProbabilityCorrect *float64            `json:"probability_correct"` // confidence that no layout is better than the best by more than Within; nil where layouts are alike, or it is open
	Within             float64             `json:"within,omitempty"`
	Headline           string              `json:"headline"` // the first line: does what we run today pass?
	Reasons            []string            `json:"reasons"`
	Headroom           map[string]Headroom `json:"headroom"`
	Flips              []Flip              `json:"flips,omitempty"`                // where they were asked for
	Survives           *Survival           `json:"survives_assumptions,omitempty"` // where the file assumes anything
	ModelError         *ModelError         `json:"model_error"`                    // null = not verified
	Inputs             Inputs              `json:"inputs"`
	Apply              *strategies.Change  `json:"apply,omitempty"`

	tied []string // layouts that cannot be told from the best, with it; nil if it stands alone
}

// ModelError is how far predictions of this kind were off against recordings of real Celery.
type ModelError struct {
	P95    float64 `json:"p95"`    // relative: nine of ten p95 figures of wait and response were within it
	Preset string  `json:"preset"` // what was compared: release, broker, pool, kind of work
}

// Inputs counts what the scenario says of its tasks, their arrivals and their work: taken from a recording of the real
// thing, or assumed by its author.
type Inputs struct {
	Measured int `json:"measured"`
	Assumed  int `json:"assumed"`
}

// Closest names the layout that misses by least when none passes.
type Closest struct {
	Strategy string           `json:"strategy"`
	Class    string           `json:"class"`
	Metric   workloads.Metric `json:"metric"`
	Value    float64          `json:"value"`
	Target   float64          `json:"target"`
}

// Task is one row of the tasks table.
type Task struct {
	ID, Class, Queue                         string
	Priority                                 *int
	Due, Published, Received, Started, Ended des.Time // des.Never where it did not happen
	Outcome                                  worker.Outcome
	Attempts                                 int
	Worker                                   string
	Strategy                                 string
}

// Attempt is one stay of a task in a slot.
type Attempt struct {
	ID, Class, Worker, Strategy string
	Slot                        int // within its worker
	Number                      int // from 1
	Started, Ended              des.Time
	Outcome                     worker.Outcome
}
