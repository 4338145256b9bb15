package strategies

import (
	"example.com/simrun/celery"
	"example.com/simrun/system"
)

// Spec is one strategy as written in a scenario, extends already merged. Nil and empty mean "not given".
type Spec struct {
	Name    string
	Workers []WorkerSpec
	Routes  []Route
	Derive  *Derive
	Broker  BrokerSpec
	App     celery.App // what holds for all of it, unless its workers say something else
	Release string     // of Celery, "5.6" or "5.6.2"
}

// Route sends a task, or with "*" every task that has no route of its own, to a queue, and perhaps with a priority.
type Route struct {
	Task, Queue string
	Priority    *int // in place of the task's own; nil = that
}

// BrokerSpec is the broker as written.
type BrokerSpec struct {
	celery.Broker

	Machine   string // that it runs on; empty = its CPU is not counted
	Producers string // machine that the producers run on; empty = their CPU is not counted
	ACL       string // none | per_queue
	Zone      string // where it stands; empty = where its machine does, or else next door to everything

	Zones system.Zones // of the scenario
}

// WorkerSpec is one worker as written: explicit settings override its command line.
type WorkerSpec struct {
	celery.Worker

	Command    string
	Source     string // the file that starts it, and where in it; "" = the scenario
	Machine    string
	OwnMachine bool // one for each replica, bought with it
	Replicas   *int
	Fleet      *FleetSpec // its number of replicas follows the load
	Start      string     // warm | cold, with a fleet
	Clearance  []string
	Container  ContainerSpec
}

// Derive makes a layout from another one within the same budget of slots.
type Derive struct {
	From    string
	SplitBy string         // queue | kind | priority | label | memory
	Share   string         // load | equal; empty with Shares
	Shares  map[string]int // slots by group name
}

// Problem is something wrong with a specification. Path is relative to the strategy ("workers.worker.queues").
type Problem struct {
	Path    string
	Message string
	Warning bool // it can run all the same
}

// Change is what to do to get from the baseline to another layout. The commands and settings are ones that Celery
// accepts.
type Change struct {
	Commands []string       `json:"commands"`         // every worker of the new layout, as its command line
	Remove   []string       `json:"remove,omitempty"` // workers of the baseline to stop in the end
	Settings map[string]any `json:"settings"`         // by Celery's names, task_routes included; all that the layout needs
	Rollout  []string       `json:"rollout"`          // steps in order
	WhatIf   []string       `json:"what_if"`          // what no setting can do
	Places   []string       `json:"places,omitempty"` // machines that the baseline does not use, and limits of workers

	// WorkerSettings are settings that only the named worker may have, by its name in Commands: Celery has them for
	// the whole app, so that this worker needs a configuration of its own.
	WorkerSettings map[string]map[string]any `json:"worker_settings,omitempty"`

	// AsToday lists the commands and the names of the settings that are the same in the baseline.
	AsToday []string `json:"as_today,omitempty"`
}
