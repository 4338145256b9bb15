package worker

// Rabbitmq keeps the consumers of a queue that have room in a line: who is served goes to its end, and so does who has room
// again after a time without (rabbit_queue_consumers.erl: deliver, unblock; rabbit_fifo.erl: service_queue). So a worker
// that was full comes after the others, however much these hold.

// firstInLine is the worker with room that has stood in the line of a queue longest, or none.
func (s *System) firstInLine(workers []int32, queue int32) int32 {
	best := int32(none)
	for _, id := range workers {
		if w := &s.workers[id]; hasRoom(w, queue) && (best == none || w.lines[queue] < s.workers[best].lines[queue]) {
			best = id
		}
	}
	return best
}

// lineUp puts a worker at the end of the line of a queue.
func (s *System) lineUp(w *instance, queue int32) {
	s.asks++
	w.lines[queue] = s.asks
}

// relieve notes that the broker hears of n acks for a queue: where the window was full, its consumers line up again.
func (s *System) relieve(w *instance, queue int32, n int) {
	switch {
	case w.lines == nil || n == 0:
	case w.channel != nil:
		if w.channel.unacked[queue] >= w.channel.most {
			s.lineUp(w, queue)
		}
	case w.window > 0 && w.unacked >= w.window+w.widened-w.narrowed:
		for _, q := range w.cfg.Queues {
			s.lineUp(w, int32(q))
		}
	}
}
