package worker

// Observer is a Host that follows the processes of workers. It must not call back from inside any of these.
type Observer interface {
	// Observe tells what becomes of the process of a worker, or of a slot. It may be told twice.
	Observe(what Change, id int32)
	// Peak is the most that the child in slot has held in its life, in bytes.
	Peak(slot int32) int64
}

// Weigher is a Host that has an account of the messages that lie in the memory of workers. It must not call back from
// inside.
type Weigher interface {
	// Weighs says whether it has, in this run.
	Weighs() bool
	// Weigh tells that a worker has n more messages of a class in its hands, which wait for a slot; below 0, fewer. Those
	// of a process that is gone have gone with it (WorkerDown), and are not told of.
	Weigh(worker, class int32, n int)
}

// Change is what becomes of a process.
type Change uint8

// Changes. Only a prefork worker has children; what Start, Stop and a crash say of them is not said again.
const (
	WorkerUp     Change = iota // worker: its own process has started
	WorkerKilled               // worker: it is killed now; until this instant is over Stop can end every body, also one that computes
	WorkerDown                 // worker: its process is gone, and its children with it
	WorkerGone                 // worker: it was shut down, and stays away until Restart
	ChildStarted               // slot: its child begins
	ChildEnded                 // slot: its child ends as its parent wants it
	ChildDied                  // slot: its child has died by itself, or was killed
	SlotRenewed                // slot: its process is gone, whatever the pool, and what it will have is a new one
)

func (s *System) tellChange(what Change, id int32) {
	if s.observer != nil {
		s.observer.Observe(what, id)
	}
}

// tellChildren tells what becomes of the children in some slots, if these have any.
func (s *System) tellChildren(what Change, slots ...int32) {
	for _, id := range slots {
		if s.workers[s.slots[id].worker].cfg.Pool == Prefork {
			s.tellChange(what, id)
		}
	}
}

// raise tells that a worker is up with its children.
func (s *System) raise(w *instance) {
	s.tellChange(WorkerUp, w.id)
	s.tellChildren(ChildStarted, w.free...)
}

// outgrown says that a child is to be replaced for its memory. Celery looks once a task has ended, and at the highest
// resident set size of the child's life (billiard/pool.py: workloop; billiard/compat.py: mem_rss, ru_maxrss): what the
// task has given back counts as well.
func (s *System) outgrown(sl *slot, cfg *Config) bool {
	return s.observer != nil && cfg.Pool == Prefork && s.observer.Peak(sl.id) > cfg.MaxMemoryPerChild
}
