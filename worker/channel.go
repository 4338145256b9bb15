package worker

// channel is the account of a worker whose broker counts the window for each of its consumers, one a queue, by itself:
// rabbitmq with a prefetch count that is not global (basic.qos; rabbitmq.com, "Consumer Prefetch"). The count is set when
// the worker connects, and stays: neither held messages nor an autoscaler widen it (celery/worker/consumer/tasks.py:
// qos_global).
type channel struct {
	full    int   // messages of each queue, at the start
	most    int   // and since a connection was lost
	unacked []int // by queue
	acking  []int // of these, whose acks the loop has to send yet
}

// newChannel is nil where there is one window for all queues, or none.
func newChannel(cfg *Config, queues int) *channel {
	most := cfg.PrefetchMultiplier * cfg.Concurrency
	if cfg.AutoscaleMin > 0 {
		most = cfg.PrefetchMultiplier * cfg.AutoscaleMin
	}
	if !cfg.PerConsumer || most == 0 {
		return nil
	}
	return &channel{full: most, most: most, unacked: make([]int, queues), acking: make([]int, queues)}
}

// has says whether there is room for a message of a queue.
func (c *channel) has(queue int32) bool { return c == nil || c.unacked[queue] < c.most }

// any says whether there is room for a message of some queue of the worker.
func (c *channel) any(queues []int) bool {
	for _, q := range queues {
		if c.unacked[q] < c.most {
			return true
		}
	}
	return false
}

func (c *channel) toAck(queue int32) {
	if c != nil {
		c.acking[queue]++
	}
}

// flush sends the acks that have waited.
func (c *channel) flush() {
	if c == nil {
		return
	}
	for q, n := range c.acking {
		c.unacked[q] -= n
		c.acking[q] = 0
	}
}

// narrow is what a release makes of its count when it connects again: a count of a consumer, once set, stays (celery issue
// 9512).
func (c *channel) narrow(by int) {
	if c != nil {
		c.most = max(1, c.full-by)
	}
}

func (c *channel) reset() {
	if c != nil {
		clear(c.unacked)
		clear(c.acking)
	}
}
