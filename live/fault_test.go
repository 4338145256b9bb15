package live_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/live"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A machine that fails takes everything along, also what computes and cannot be interrupted, and its workers go on
// with what comes back.
func TestFailedMachineKillsWhatRuns(t *testing.T) {
	for _, e := range executors {
		for pool, name := range []string{"prefork", "threads", "gevent"} {
			t.Run(e.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				// At slowRate it would compute for half an hour.
				layout, classes := script(worker.Pool(pool), 2, []workloads.TraceRow{{IO: time.Hour}, {CPU: 500 * time.Hour}})
				classes = append(classes, classes[0]) // comes when the machine is up again
				classes[1].Arrivals.Process = workloads.Trace{HasWork: true, Rows: []workloads.TraceRow{{Due: ms / 2, IO: ms, CPU: time.Second}}}
				classes[1].Name, classes[1].AcksLate = "later", worker.On
				layout.ClassQueue = []int{0, 0}
				r := play(t, layout, classes, live.Options{Executor: e, Faults: []system.Fault{
					{At: 300 * ms, For: 200 * ms, Of: system.OfWorkers, Workers: []int32{0}},
				}})
				assert.EqualValues(t, 2, r.Classes[0].ByOutcome[worker.Lost])
				assert.EqualValues(t, 1, r.Classes[1].ByOutcome[worker.OK])
				assert.Zero(t, r.Leaks)
				if e == live.Process {
					assert.Positive(t, r.Children.Killed)
					distinct(t, r.Children)
				}
			})
		}
	}
}

// A rolling deploy replaces the process of every worker; who is given no time is killed.
func TestDeployReplacesProcesses(t *testing.T) {
	for _, e := range executors {
		for pool, name := range []string{"prefork", "threads", "gevent"} {
			t.Run(e.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				layout, classes := script(worker.Pool(pool), 1, []workloads.TraceRow{{IO: 200 * ms}, {CPU: time.Second}})
				layout.Group, layout.Groups = []int{0}, []string{"w"}
				r := play(t, layout, classes, live.Options{Executor: e, Faults: []system.Fault{
					{At: 50 * ms, Of: system.OfDeploy, Grace: 10 * time.Second, Boot: 20 * ms},
				}})
				assert.EqualValues(t, 2, r.Classes[0].ByOutcome[worker.OK])
				assert.EqualValues(t, 0, r.Classes[0].ByOutcome[worker.Lost])
			})
		}
	}
}
