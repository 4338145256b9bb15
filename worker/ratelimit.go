package worker

import "example.com/simrun/des"

// bucket is the token bucket of one kind of task on one worker (kombu/utils/limits.py: TokenBucket, with a capacity of
// one token). What has no token waits in the worker's memory, unacked: it counts in the window, first in first out
// (celery/worker/consumer/consumer.py: _limit_task). Tasks without a limit pass it by, but the window that it fills is
// theirs too.
type bucket struct {
	waiting list
	ready   des.Time // when there is a token
	born    des.Time // when its worker has started
	fresh   bool     // no token has been taken yet
	armed   bool     // a timer is set
}

// newBuckets makes those of every worker and class, nil where no class has a limit. A worker that is up at time 0 has been
// so for long.
func (s *System) newBuckets() {
	for i := range s.classes {
		if s.classes[i].Pace > 0 {
			s.buckets = make([]bucket, len(s.workers)*len(s.classes))
		}
	}
	for i := range s.buckets {
		s.buckets[i].empty(-s.classes[i%len(s.classes)].Pace)
	}
}

func (b *bucket) empty(born des.Time) {
	b.waiting = emptyList()
	b.born, b.ready, b.fresh = born, born, true
}

// emptyBuckets makes the buckets of a worker that has lost its memory new ones.
func (s *System) emptyBuckets(worker int32) {
	if s.buckets == nil {
		return
	}
	for c := range s.classes {
		s.buckets[int(worker)*len(s.classes)+c].empty(s.now)
	}
}

// dropThrottled forgets what waits for a token; the tokens stay (celery/worker/consumer/consumer.py: on_close).
func (s *System) dropThrottled(worker int32) {
	if s.buckets == nil {
		return
	}
	for c := range s.classes {
		s.buckets[int(worker)*len(s.classes)+c].waiting = emptyList()
	}
}

func (s *System) limited(t *task) bool { return s.buckets != nil && s.classes[t.class].Pace > 0 }

// throttle puts a message behind those of its kind that wait for a token: when it comes, or when a timer lets go of it.
func (s *System) throttle(t *task, timer bool) {
	s.move(t, &s.workers[t.worker], throttled)
	i := t.worker*int32(len(s.classes)) + t.class
	s.pushBack(&s.buckets[i].waiting, t)
	s.spendTokens(i, timer)
}

// spendTokens hands on what there are tokens for. kombu does not note when it looks into a full bucket, so that the time from
// the start of the worker to the first token taken counts for the second: a worker runs the first two at once. One that
// shuts down hands nothing on (celery/worker/consumer/consumer.py: on_close).
func (s *System) spendTokens(i int32, timer bool) {
	b := &s.buckets[i]
	pace := s.classes[int(i)%len(s.classes)].Pace
	w := &s.workers[int(i)/len(s.classes)]
	for b.waiting.n > 0 && b.ready <= s.now && !w.leaves() {
		b.ready = s.now + pace
		if b.fresh {
			b.fresh = false
			b.ready = b.born + pace
		}
		t := s.popFront(&b.waiting)
		s.move(t, w, received)
		if timer {
			s.letGo(t, w)
		} else {
			s.enlist(t, w)
		}
	}
	if b.waiting.n > 0 && !b.armed && !w.leaves() {
		b.armed = true
		s.host.Schedule(des.Event{At: b.ready, Kind: kindToken, Arg: i})
	}
}

// token looks into a bucket that has a token now. A gevent worker whose thread is taken by a task looks later.
func (s *System) token(i int32) {
	s.buckets[i].armed = false
	w := &s.workers[int(i)/len(s.classes)]
	if w.stalled {
		w.throttled = true
		return
	}
	s.spendTokens(i, true)
	if !w.down() {
		s.turnAfterTimer(w)
	}
}

// spendAllTokens looks into all buckets of a worker whose thread is free again.
func (s *System) spendAllTokens(w *instance) {
	w.throttled = false
	me := w.id
	for c := range s.classes {
		if s.classes[c].Pace > 0 {
			s.spendTokens(me*int32(len(s.classes))+int32(c), false)
		}
	}
}
