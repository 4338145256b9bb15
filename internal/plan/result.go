package plan

import (
	"example.com/simrun/internal/experiment"
	"example.com/simrun/workloads"
)

// Result is what was planned: what plan.json holds, and untagged what tables and plots need besides.
type Result struct {
	Version  int       `json:"version"`
	Status   string    `json:"status"` // found | open (between the answer and one slot less) | none
	Answer   *Answer   `json:"answer"`
	Minimal  []Minimal `json:"minimal"`
	Frontier []Point   `json:"frontier"`
	Searched *Searched `json:"searched"` // null where there was no search

	Name, Currency string              `json:"-"` // of the scenario
	Target         string              `json:"-"` // in words: whose figure the frontier shows
	Metric         workloads.Metric    `json:"-"` // of that figure
	Bound          float64             `json:"-"` // and its target
	Headline       string              `json:"-"`
	Said           []string            `json:"-"` // further sentences, the most important first
	Today          experiment.Estimate `json:"-"` // what the baseline costs a month; 0 without prices
	TodaySlots     int                 `json:"-"`
	Events         int64               `json:"-"`
	YAML           string              `json:"-"` // the answer as a strategy of the file
	Change         string              `json:"-"` // what it takes to get there: lines, settings, machines, steps; empty where there is nothing to deploy
}

// Answer is the layout to take.
type Answer struct {
	Strategy   string     `json:"strategy"`
	Workers    []Worker   `json:"workers"`
	Slots      int        `json:"slots"`
	Machines   []Machines `json:"machines,omitempty"` // that workers share, where their number varied
	Cost       *float64   `json:"cost"`               // a month; null without prices
	Confidence float64    `json:"confidence"`         // with which it passes, and one slot less does not where the status is found
}

// Machines are those of one kind that workers share.
type Machines struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Bound string `json:"bound,omitempty"` // min or max of count, where they come and go
}

// Searched is what a search tried.
type Searched struct {
	Layouts []Tried  `json:"layouts"` // that were made up, by what was tried of them
	Untried []string `json:"untried"` // what the file rules out
}

// Tried is how many layouts had something in common.
type Tried struct {
	Try string `json:"try"` // one of scenarios.Tries, or queues: only who takes which of them
	N   int    `json:"n"`
}

// Worker is one worker of a layout, as written.
type Worker struct {
	Name        string   `json:"name"`
	Queues      []string `json:"queues"`
	Concurrency int      `json:"concurrency"`
	Replicas    int      `json:"replicas"`
	Pool        string   `json:"pool"`
	Command     string   `json:"command"`
}

// Minimal is a layout at its least capacity.
type Minimal struct {
	Strategy string   `json:"strategy"`
	Slots    int      `json:"slots"`
	Workers  []Worker `json:"workers"`
	OneLess  *OneLess `json:"one_less"` // null where nothing can be less

	Cost     *float64   `json:"-"`
	Changes  int        `json:"-"`
	Machines []Machines `json:"-"`
	With     string     `json:"-"`
	Written  bool       `json:"-"` // in the file: others were found
}

// OneLess is the layout with one slot less, or one machine.
type OneLess struct {
	Slots   int       `json:"slots"`
	Machine *Machines `json:"machine,omitempty"` // where its number is what is less
	Verdict string    `json:"verdict"`           // fail | marginal | undecided
}

// Point is one layout of one size on the frontier.
type Point struct {
	Strategy string   `json:"strategy"`
	Slots    int      `json:"slots"`
	Cost     *float64 `json:"cost"`
	Figure   Figure   `json:"figure"`

	Sizes    []string   `json:"-"` // of what varies, one for each worker: 4, or 2 x 4 where its replicas vary, too
	Machines []Machines `json:"-"`
	Passes   string     `json:"-"` // pass | marginal | fail | undecided
	Grows    bool       `json:"-"` // a queue grows without end, so there is no figure; without a figure otherwise, too little was seen for one
	Trap     string     `json:"-"` // why it is none to advise, whatever a run says; empty = it is none
}

// Figure is the figure of the deciding target.
type Figure struct {
	Value *float64 `json:"value"` // null where there is none
	Low   *float64 `json:"low"`
	High  *float64 `json:"high"`
}
