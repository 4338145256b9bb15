package imports

import (
	"math"
	"slices"

	"example.com/simrun/worker"
)

// crowd is one machine while the log was written: who wanted its cores, moment by moment. Who computed when is in the
// log, so what each attempt got is a sum over time and no guess: its share of the cores, as package sim deals them out,
// from its start until it ended or had what it asked for.
type crowd struct {
	cores, speed float64
	hosts        []*host
	threads      []*labourer
	now          float64
}

// host is a worker on the machine: prefork children compute beside each other, those of a threads worker share one
// thread, those of a gevent worker have it one after the other.
type host struct {
	pool worker.Pool
	runs []*stay // that want a core, the first that started first
}

// stay is an attempt while it is on the machine.
type stay struct {
	limit    float64 // CPU time that it asks for, s; +Inf = as much as it gets
	got      float64
	sated    float64 // when it had got its limit; NaN = not yet
	from, to float64 // as the log has it
}

// labourer is a thread of Celery, of the broker or of the producers: one piece of work after the other.
type labourer struct {
	left []float64 // CPU time of each piece, s
}

func (l *labourer) give(cpu float64) {
	if cpu > 0 {
		l.left = append(l.left, cpu)
	}
}

// wanting is the number of threads that want a core.
func (c *crowd) wanting() (n float64) {
	for _, h := range c.hosts {
		n += h.wanting()
	}
	for _, l := range c.threads {
		if len(l.left) > 0 {
			n++
		}
	}
	return n
}

func (h *host) wanting() float64 {
	if h.oneThread() {
		return float64(min(1, len(h.runs)))
	}
	return float64(len(h.runs))
}

func (h *host) oneThread() bool { return h.pool == worker.Threads || h.pool == worker.Gevent }

// share is the part of a thread that the attempt at this place of the host has.
func (h *host) share(place int) float64 {
	switch {
	case h.pool == worker.Threads:
		return 1 / float64(len(h.runs))
	case h.pool == worker.Gevent && place > 0:
		return 0 // a greenlet that computes is not interrupted
	}
	return 1
}

// advance lets everybody have a share of the cores until a moment.
func (c *crowd) advance(to float64) {
	for c.now < to {
		n := c.wanting()
		if n == 0 {
			c.now = to
			return
		}
		rate := c.speed * min(1, c.cores/n)
		step := to - c.now
		for _, l := range c.threads {
			if len(l.left) > 0 {
				step = min(step, l.left[0]/rate)
			}
		}
		for _, h := range c.hosts {
			for i, s := range h.runs {
				if r := rate * h.share(i); r > 0 && !math.IsInf(s.limit, 1) {
					step = min(step, (s.limit-s.got)/r)
				}
			}
		}
		c.now = min(to, c.now+step)
		c.serve(rate, step)
	}
}

// tiny is a CPU time that is none, s.
const tiny = 1e-9

// serve gives everybody its part of so much time. Who has what it asked for leaves.
func (c *crowd) serve(rate, step float64) {
	for _, l := range c.threads {
		if len(l.left) == 0 {
			continue
		}
		if l.left[0] -= rate * step; l.left[0] < tiny {
			l.left = l.left[1:]
		}
	}
	for _, h := range c.hosts {
		for i, s := range h.runs {
			s.got += rate * h.share(i) * step
		}
		h.runs = slices.DeleteFunc(h.runs, func(s *stay) bool {
			if s.limit-s.got > tiny {
				return false
			}
			s.got, s.sated = s.limit, c.now
			return true
		})
	}
}

// enter lets an attempt compute from now on.
func (h *host) enter(s *stay) {
	if s.limit > tiny {
		h.runs = append(h.runs, s)
	}
}

func (h *host) leave(s *stay) {
	h.runs = slices.DeleteFunc(h.runs, func(other *stay) bool { return other == s })
}
