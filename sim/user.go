package sim

import "example.com/simrun/worker"

// user is who uses the cores of a node: the process of a slot, the one thread of a worker, or a thread of Celery itself.
type user int32

// slotUser, threadUser and labourUser number the users of a run: slots first, then the threads of workers, then the
// labourers, which are the consumer of each worker, the broker and the producers.
func (w *World) slotUser(slot int32) user     { return user(slot) }
func (w *World) threadUser(worker int32) user { return user(len(w.slots)) + user(worker) }
func (w *World) labourUser(labourer int) user {
	return user(len(w.slots)+len(w.threads)) + user(labourer)
}

func (w *World) users() int { return len(w.slots) + 2*len(w.threads) + 2 }

// slotOf is the slot whose process a user is, or none.
func (w *World) slotOf(u user) int32 {
	if int(u) < len(w.slots) {
		return int32(u)
	}
	return none
}

// threadOf is the thread of a worker that a user is, or nil.
func (w *World) threadOf(u user) *thread {
	if i := int(u) - len(w.slots); i >= 0 && i < len(w.threads) {
		return &w.threads[i]
	}
	return nil
}

// labourerOf is the labourer that a user is, or nil.
func (w *World) labourerOf(u user) *labourer {
	if i := int(u) - len(w.slots) - len(w.threads); i >= 0 {
		return &w.labour[i]
	}
	return nil
}

// labourerFor is the index of the labourer that does the work of a thread of Celery.
func (w *World) labourerFor(by worker.Thread, number int32) int32 {
	switch by {
	case worker.Server:
		return int32(len(w.threads))
	case worker.Producer:
		return int32(len(w.threads)) + 1
	}
	return number
}
