package worker

import (
	"cmp"
	"slices"

	"example.com/simrun/des"
)

// Copier is a Host that can run a task twice. Without it nothing is delivered a second time while it is held.
type Copier interface {
	// Copy tells that the task copy is another delivery of the same message as task. Done is not called for it.
	Copy(task, copied int32)
}

// Redis knows an unacked message by its delivery tag, which lies in the message: all its deliveries have the same
// (kombu/transport/virtual/base.py: _inplace_augment_message, on publishing only). A delivery notes it, an ack of any of
// them takes it away: then there is nothing that could be restored until another copy is delivered.

// tag notes the tag of a message that is delivered.
func (s *System) tag(t *task) {
	if t.message != 0 {
		s.messages[t.message-1].acked = false
	}
}

// untag takes it away, unless the ack is of a connection that was lost meanwhile.
func (s *System) untag(t *task) {
	if t.message != 0 && t.delivered >= s.workers[t.worker].connected {
		s.messages[t.message-1].acked = true
	}
}

// tagged says whether redis knows that a message is unacked. The others know each delivery by itself.
func (s *System) tagged(t *task) bool {
	m := t.message
	return m == 0 || s.broker.Kind != Redis || !s.messages[m-1].acked
}

// restoredAtOnce is how many messages one look restores, the last delivered first (kombu/transport/redis.py:
// restore_visible, num=10).
const restoredAtOnce = 10

// restoreVisible lets a worker look for messages of redis that nobody has acked for longer than the visibility timeout: dead
// workers' and, as redis cannot tell, those that take long. They go to the front of their queues (kombu/transport/
// redis.py: restore_by_tag, rpush).
func (s *System) restoreVisible(id int32) {
	w := &s.workers[id]
	s.host.Schedule(des.Event{At: s.now + w.cfg.Overheads.Look, Kind: kindLook, Arg: id})
	if w.life != alive || w.cut() || s.copier == nil {
		return
	}
	s.lost = s.lost[:0]
	for i := range s.tasks.n {
		t := s.tasks.at(i)
		if t.unacked && !s.superseded(t) && s.tagged(t) && t.state >= fetching && s.now-t.delivered >= s.broker.Visibility {
			s.lost = append(s.lost, i)
		}
	}
	slices.SortFunc(s.lost, func(a, b int32) int {
		return cmp.Or(cmp.Compare(s.tasks.at(b).delivered, s.tasks.at(a).delivered), cmp.Compare(a, b))
	})
	for _, i := range slices.Clone(s.lost[:min(len(s.lost), restoredAtOnce)]) {
		s.enqueue(s.copyOf(s.tasks.at(i)), true)
	}
}

// restoreDelay is the time until a message of a dead worker is delivered again: at the first look of any worker after
// the visibility timeout.
func (s *System) restoreDelay(t *task) des.Time {
	if s.broker.Visibility == 0 {
		return s.broker.Restore
	}
	ripe := max(t.delivered+s.broker.Visibility, s.now)
	first := des.Never
	for i := range s.workers {
		w := &s.workers[i]
		if period := w.cfg.Overheads.Look; period > 0 && w.life != away {
			first = min(first, w.firstLook+(ripe-w.firstLook+period-1)/period*period)
		}
	}
	if first == des.Never {
		return s.broker.Restore
	}
	return first - s.now
}
