package live

import (
	"fmt"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Executor says what a slot is made of.
type Executor uint8

// Executors. Goroutines only sleep: every phase, of whatever kind, waits for its demand, which is what a bubble of fake
// time and thousands of slots need. Threads compute, and the kernel shares the cores among them as among processes.
// Processes can be killed.
const (
	Goroutine Executor = iota
	Thread
	Process
)

var executorNames = []string{"goroutine", "thread", "process"}

// String is the executor's name on the command line.
func (e Executor) String() string { return executorNames[e] }

// ParseExecutor is the executor of a name.
func ParseExecutor(name string) (Executor, error) {
	for i, n := range executorNames {
		if n == name {
			return Executor(i), nil
		}
	}
	return 0, fmt.Errorf("executor: %q: want goroutine, thread or process", name)
}

// crew runs the bodies of the slots that live in one process. Its methods are called by the loop and never block, but
// for close.
type crew interface {
	start(j job)
	// stop abandons an attempt. What it still posts is recognised by its gen. Leaked means that it goes on until the
	// end of the run, as a goroutine cannot be killed.
	stop(slot int32, gen uint64) (leaked bool)
	// fork starts a process where there is none, and exit ends the one of a slot, in which nothing runs.
	fork()
	exit(slot int32)
	// kill ends what runs here and cannot be stopped otherwise; its worker is dead.
	kill()
	// close ends every body and waits until nothing is left of them.
	close()
}

// job is one attempt as its body sees it.
type job struct {
	slot   int32
	gen    uint64
	fate   workloads.Fate
	phases []phase
	hold   int64 // bytes, while it runs
	leak   int64 // bytes that stay in its process
	stalls bool  // gevent: the loop takes it for computing from now on
}

// computes says that the attempt begins with computing.
func (j *job) computes() bool {
	if j.fate == workloads.Hang || j.fate == workloads.HangCPU {
		return j.fate == workloads.HangCPU
	}
	for i := range j.phases {
		if p := &j.phases[i]; p.asks() {
			return p.cpu
		}
	}
	return false
}

// phase is one step of an attempt.
type phase struct {
	cpu    bool
	cores  int32
	demand des.Time // of a call: what its service works on it

	call    bool
	service int32
	timeout des.Time // 0 = its caller waits for ever
	fails   bool     // the call does, when it is answered
}

// asks says that there is anything to do: also a call that takes no time is made.
func (p *phase) asks() bool { return p.call || p.demand > 0 }

// notice is what a crew tells the loop.
type notice struct {
	kind   noticeKind
	slot   int32
	gen    uint64
	result worker.Result
	took   des.Time   // by the body's own clock
	crowd  bool       // of woken: others wait for the thread
	phases []des.Time // gevent: how long each of its phases took, without waiting for the thread
}

type noticeKind uint8

const (
	ended   noticeKind = iota // the attempt is over
	stalled                   // gevent: the attempt computes, its worker stands still
	woken                     // gevent: it does so no longer
)
