package sim_test

import (
	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// census follows the number of tasks in the system through the records: at given instants, and how long it was what.
type census struct {
	at     []des.Time // instants, ascending
	counts []int      // tasks present at each of them
	spent  [8]des.Time
	n      int
	now    des.Time
}

func (c *census) Publish(now des.Time, _ int32, _ string, _ *worker.Publication) {
	c.advance(now)
	c.n++
}

func (c *census) Record(r worker.Record) {
	c.advance(r.At)
	if r.Kind == worker.Done {
		c.n--
	}
}

func (c *census) advance(now des.Time) {
	for len(c.counts) < len(c.at) && c.at[len(c.counts)] < now {
		c.counts = append(c.counts, c.n)
	}
	if c.n < len(c.spent) {
		c.spent[c.n] += now - c.now
	}
	c.now = now
}

// share is the share of time with n tasks in the system, until the last record.
func (c *census) share(n int) float64 { return c.spent[n].Seconds() / c.now.Seconds() }

// mean is the mean over the instants from i on, every k of them.
func (c *census) mean(i, k int) float64 {
	var sum, n float64
	for ; i < len(c.at); i += k {
		if i < len(c.counts) {
			sum += float64(c.counts[i])
		} else {
			sum += float64(c.n) // nothing has happened since
		}
		n++
	}
	return sum / n
}
