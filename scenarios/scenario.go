package scenarios

import (
	"reflect"

	"example.com/simrun/capacity"
	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// MostSeed is the largest seed that a file may have.
const MostSeed = 1 << 53

// Scenario is one file, read, checked, expanded and with every default filled in. No YAML type leaves the package.
type Scenario struct {
	Name, About string
	File        string   // as given
	SHA256      string   // of the file's bytes, in hexadecimal
	Reads       []string // the files that it names, as they are found
	Seed        uint64
	Run         Run
	Classes     []workloads.Class
	CopyOf      []string // of each class, the task of which it is a copy, "" = none; nil = there are no copies
	Machines    []system.Machine
	Services    []system.Service
	Zones       system.Zones
	Faults      []system.Fault // planned
	TaskFaults  []TaskFault    // by chance; part of the classes' failures
	Layouts     []strategies.Layout
	Baseline    int    // index of the layout that runs today
	Release     string // of Celery, as written
	Currency    string
	Observed    []Observation // runs of the real thing to be shown beside the prediction
	Imported    Imported      // from a log; zero = it was not
	Expanded    string        // the scenario as YAML with defaults filled in, layouts resolved
	Assumptions []string      // defaults that were filled in and matter, as sentences
	Warnings    []string      // as "FILE:LINE:COL: path: message"
	Warned      []Problem     // the same, with their places
	written     *value        // what the file says, extends merged
	dir         folder        // in which the files that it names are looked for
	Plan        *Plan         // nil = the file bounds no plan
	Assumed     []Assumed     // nil = its author is sure of everything
	Sweep       *Sweep        // nil = the file varies nothing
}

// Position is the line and the column of the deepest key on a path that the file writes; 0 where there is no file.
func (s *Scenario) Position(path string) (line, column int) {
	if s.written == nil {
		return 0, 0
	}
	v, _ := descend(s.written, path)
	return v.at.line, v.at.column
}

// Same says that a run of another scenario is a run of this one, however either is written.
func (s *Scenario) Same(other *Scenario) bool {
	bare := func(s Scenario) Scenario {
		s.File, s.SHA256, s.Reads, s.Expanded, s.Assumptions, s.Warnings, s.Warned = "", "", nil, "", nil, nil, nil
		s.written, s.dir, s.Plan, s.Assumed, s.Sweep, s.Observed, s.CopyOf = nil, nil, nil, nil, nil, nil, nil
		return s
	}
	return reflect.DeepEqual(bare(*s), bare(*other))
}

// Outside returns what lies outside the workers.
func (s *Scenario) Outside() capacity.Outside {
	return capacity.Outside{Services: s.Services, Zones: s.Zones}
}

// Run says how long and how often to simulate.
type Run struct {
	Duration    des.Time // observed time of one replication
	Warmup      des.Time // deleted before it; AutoWarmup = found from a pilot
	AutoWarmup  bool
	Min, Max    int     // replications
	Precision   float64 // relative half-width
	Confidence  float64 // 0..1
	Drain       des.Time
	Start       des.Time // time of the week at which the observed time starts, from Monday 00:00
	AllowWhatIf bool
}

// Imported says that a scenario was made of a log: how many inputs about its tasks were measured, of how many.
type Imported struct{ Measured, Of int }

// Observation is one recorded run of the real thing: tasks in the form of the tasks CSV.
type Observation struct {
	Name  string // the file's name without its ending
	Tasks []ObservedTask
}

// ObservedTask is one row of a recording, times in seconds from its start, NaN where it did not happen.
type ObservedTask struct {
	ID, Class, Outcome  string
	Due, Started, Ended float64
	Attempts            int

	Queue, Worker       string  // "" where the recording does not say
	Published, Received float64 // NaN likewise
	Priority            *int    // nil likewise
	CPU                 float64 // time of its attempts on a core, s; 0 where there is none, or the recording does not say
}
