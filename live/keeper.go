package live

import (
	"sync"
	"time"

	"example.com/simrun/worker"
)

// Deadlines of what a healthy child does at once. Whoever misses one is killed.
const (
	greeting = 10 * time.Second // from its start to its first word
	writing  = 2 * time.Second  // for one frame to leave
)

// Children counts what became of child processes.
type Children struct {
	Started int
	Killed  int // by their keeper: a time limit, or the death of their worker
	Retired int // ended by their keeper with nothing to do: recycled, or one too many
	Died    int // by themselves, or by somebody else's hand
	Garbled int // killed because what they wrote were no frames
	PIDs    []int
}

// keeper is the parent of one child process: it starts it, gives it jobs, kills it, and starts another when it is dead.
// A goroutine of its own does that, so that the loop waits for no process.
type keeper struct {
	command  []string
	pool     worker.Pool
	rate     Rate
	post     func(notice)
	services string          // where a child calls them
	over     <-chan struct{} // closed at the end of the run: no child is waited for any more

	mu       sync.Mutex
	orders   []order
	children Children
	wake     chan struct{}
	done     chan struct{}

	// Of the goroutine.
	child   *child
	failure error // why no child could be started
}

// order is what the goroutine is asked to do.
type order struct {
	kind orderKind
	job  job
	dead *child
}

type orderKind uint8

const (
	orderStart orderKind = iota
	orderStop
	orderFork
	orderExit
	orderKill
	orderBury // the pipe of a child has ended
	orderEnd
)

func (c *Children) add(o Children) {
	c.Started += o.Started
	c.Killed += o.Killed
	c.Retired += o.Retired
	c.PIDs = append(c.PIDs, o.PIDs...)
	c.Died += o.Died
	c.Garbled += o.Garbled
}

func newKeeper(command []string, pool worker.Pool, rate Rate, post func(notice), over <-chan struct{}) *keeper {
	return &keeper{
		command: command, pool: pool, rate: rate, post: post, over: over,
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// begin starts the first child, if it is to be there from the beginning, and waits for its first word.
func (k *keeper) begin(born bool) error {
	if born {
		var err error
		if k.child, err = k.spawn(); err != nil {
			close(k.done)
			return err
		}
	}
	go k.work()
	return nil
}

func (k *keeper) start(j job) { k.order(order{kind: orderStart, job: j}) }

func (k *keeper) stop(slot int32, gen uint64) (leaked bool) {
	k.order(order{kind: orderStop, job: job{slot: slot, gen: gen}})
	return false
}

func (k *keeper) fork() { k.order(order{kind: orderFork}) }

func (k *keeper) exit(int32) { k.order(order{kind: orderExit}) }

func (k *keeper) kill() { k.order(order{kind: orderKill}) }

func (k *keeper) close() {
	k.order(order{kind: orderEnd})
	<-k.done
}

func (k *keeper) order(o order) {
	k.mu.Lock()
	k.orders = append(k.orders, o)
	k.mu.Unlock()
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *keeper) work() {
	defer close(k.done)
	for {
		k.mu.Lock()
		orders := k.orders
		k.orders = nil
		k.mu.Unlock()
		for _, o := range orders {
			if o.kind == orderEnd {
				k.end()
				return
			}
			k.obey(o)
		}
		if len(orders) == 0 {
			<-k.wake
		}
	}
}

func (k *keeper) obey(o order) {
	switch o.kind {
	case orderStart:
		k.give(o.job)
	case orderStop:
		k.take(o.job)
	case orderBury:
		if o.dead == k.child {
			k.bury()
			k.succeed()
		}
	case orderFork:
		if k.child == nil {
			k.replace()
		}
	case orderExit, orderKill:
		k.retire()
	case orderEnd: // seen before
	}
}

// give hands a job to the child.
func (k *keeper) give(j job) {
	if k.child == nil {
		k.replace()
	}
	lost := notice{kind: ended, slot: j.slot, gen: j.gen, result: worker.Crashed}
	if k.child == nil {
		k.post(lost)
		if j.stalls {
			k.post(notice{kind: woken, slot: j.slot, gen: j.gen})
		}
		return
	}
	f := frame{kind: frameStart, slot: j.slot, gen: j.gen, code: uint8(j.fate), phases: j.phases, hold: j.hold, leak: j.leak}
	k.child.mu.Lock()
	k.child.running = append(k.child.running, lost)
	if j.stalls {
		k.child.holder, f.number = j.slot, 1
	}
	k.child.mu.Unlock()
	if k.child.send(&f) != nil {
		k.bury()
	}
}

// take ends an attempt: a prefork child is killed, and any other is told, as the attempt shares it with others.
func (k *keeper) take(j job) {
	if k.child == nil || !k.child.runs(j.slot, j.gen) {
		return // it has ended meanwhile, or died with its child
	}
	if k.pool == worker.Prefork {
		k.count(func(c *Children) { c.Killed++ })
		k.end()
		k.replace() // a soft limit leaves its worker a child, here another one
		return
	}
	if k.child.send(&frame{kind: frameStop, slot: j.slot, gen: j.gen}) != nil {
		k.bury()
	}
}

// succeed starts a child in the place of a dead one, if its worker does not: a prefork worker forks its own children.
func (k *keeper) succeed() {
	if k.pool != worker.Prefork {
		k.replace()
	}
}

// retire ends a child that has nothing more to do, or whose worker has died.
func (k *keeper) retire() {
	if k.child == nil {
		return
	}
	busy := k.child.busy()
	k.count(func(c *Children) {
		if busy {
			c.Killed++
		} else {
			c.Retired++
		}
	})
	k.end()
}

// bury ends what is left of a child that died of itself, and says what it took along. The worker hears of the first
// attempt, and knows itself what else is lost with it: the others it has then abandoned.
func (k *keeper) bury() {
	c := k.child
	k.end()
	k.count(func(n *Children) {
		if c.garbled {
			n.Garbled++
		} else {
			n.Died++
		}
	})
	if c.holder != none {
		k.post(notice{kind: woken, slot: c.holder})
	}
	for _, lost := range c.running {
		k.post(lost)
	}
}

// end kills the child, in whatever state it is, and leaves nothing of it.
func (k *keeper) end() {
	c := k.child
	if c == nil {
		return
	}
	k.child = nil
	_ = c.cmd.Process.Kill()
	_ = c.in.Close()
	<-c.read // the kernel has closed its end
	_ = c.out.Close()
	_ = c.cmd.Wait()
}

func (k *keeper) replace() {
	c, err := k.spawn()
	if err == nil {
		k.child = c
		return
	}
	select {
	case <-k.over: // the run has ended meanwhile, and the child with it
	default:
		k.failure = err
	}
}

func (k *keeper) count(add func(*Children)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	add(&k.children)
}
