package recordings

import (
	"slices"

	"example.com/simrun/internal/units"
)

// sendSomewhere gives a queue to the classes whose log has none: the one that is said, or else one that the workers are told
// to take from.
func (m *Imported) sendSomewhere(t *Today) {
	var taken []string
	for _, w := range t.Workers {
		for _, q := range w.Queues {
			if !slices.Contains(taken, q) {
				taken = append(taken, q)
			}
		}
		if w.Queues == nil && !slices.Contains(taken, defaultQueue) {
			taken = append(taken, defaultQueue)
		}
	}
	to := defaultQueue
	if len(taken) > 0 && !slices.Contains(taken, defaultQueue) {
		to = taken[0]
	}
	var unsaid []string
	for i := range m.Classes {
		c := &m.Classes[i]
		said, known := t.Sent[c.Name]
		switch {
		case known && c.Queue != "" && c.Queue != said:
			m.warn("%s: the log says that it was sent to %s: so it stays there, not in %s", c.Name, c.Queue, said)
		case c.Queue != "":
		case known:
			c.Queue = said
		default:
			c.Queue = to
			unsaid = append(unsaid, c.Name)
		}
	}
	if unsaid != nil && (len(taken) > 1 || to != defaultQueue) {
		m.warn("no queue of %s is in the log: put into %s, of those that the workers take from (%s). Say where each is sent with --queue TASK=QUEUE", units.And(unsaid), to, units.And(taken))
	}
}
