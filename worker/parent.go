package worker

// Parent is a Host with a process for each child of a prefork worker. What Start, Stop and a crash say of children it
// knows; it is told of the others: those that are recycled, that autoscaling starts and ends, and that begin and end
// with their worker.
type Parent interface {
	// Fork tells that a child begins in a slot, unless there is one already.
	Fork(slot int32)
	// Exit tells that the child in a slot ends, if there is one.
	Exit(slot int32)
}

func (s *System) fork(slots ...int32) {
	if s.parent == nil && s.keeper == nil {
		return
	}
	for _, id := range slots {
		if s.workers[s.slots[id].worker].cfg.Pool != Prefork {
			continue
		}
		if s.parent != nil {
			s.parent.Fork(id)
		}
		if s.keeper != nil {
			s.keeper.Born(id)
		}
	}
}

func (s *System) exit(slots ...int32) {
	if s.parent == nil && s.keeper == nil {
		return
	}
	for _, id := range slots {
		if s.workers[s.slots[id].worker].cfg.Pool != Prefork {
			continue
		}
		if s.parent != nil {
			s.parent.Exit(id)
		}
		if s.keeper != nil {
			s.keeper.Died(id)
		}
	}
}
