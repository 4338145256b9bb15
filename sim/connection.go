package sim

// connect gives a slot its connections, or says that none are left.
func (w *World) connect(slot int32, s *server) bool {
	if s.cfg.Connections == 0 {
		return true
	}
	kept := &w.net.keeps[int(slot)*len(w.net.servers)+int(w.net.callers[slot].service)]
	need := max(1, s.cfg.PerSlot)
	switch {
	case *kept:
		return true
	case s.open+need > s.cfg.Connections:
		return false
	}
	s.open += need
	*kept = s.cfg.PerSlot > 0
	return true
}

// disconnect closes all connections of a slot.
func (w *World) disconnect(slot int32) {
	for i := range w.net.servers {
		if kept := &w.net.keeps[int(slot)*len(w.net.servers)+i]; *kept {
			*kept = false
			w.net.servers[i].open -= w.net.servers[i].cfg.PerSlot
		}
	}
}
