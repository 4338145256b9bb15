package worker

// quota deals places out to queues: some are kept for one queue each, the others are for whoever comes first.
type quota struct {
	kept   []int // by queue
	used   []int // by queue
	shared int   // places that are kept for none
	over   int   // of these, taken by queues that have used up their own
}

func newQuota(places int, kept []int) quota {
	q := quota{kept: kept, used: make([]int, len(kept)), shared: places}
	for _, n := range kept {
		q.shared -= n
	}
	return q
}

func (q *quota) has(queue int32) bool { return q.used[queue] < q.kept[queue] || q.over < q.shared }

func (q *quota) take(queue int32) {
	if q.used[queue] >= q.kept[queue] {
		q.over++
	}
	q.used[queue]++
}

func (q *quota) give(queue int32) {
	q.used[queue]--
	if q.used[queue] >= q.kept[queue] {
		q.over--
	}
}

// kept are the slots of a worker for some of its queues. A slot that is kept brings its part of the window along,
// so that what is reserved for the other slots does not fill it: with all slots kept, every queue has what a worker of
// its own would have. No setting of Celery does this.
type kept struct {
	slots   quota
	hands   quota   // of what the worker has: on its way, reserved or in a slot
	window  quota   // of what counts in its window, in messages; held ones widen it
	inSlot  []int32 // the queue that each slot serves
	waiting []int   // messages reserved, by queue
}

// newKept is nil where nothing is kept.
func newKept(cfg *Config, queues int) *kept {
	slots, window := make([]int, queues), make([]int, queues)
	any := false
	for i, n := range cfg.Reserve {
		slots[cfg.Queues[i]] = n
		window[cfg.Queues[i]] = n * cfg.PrefetchMultiplier
		any = any || n > 0
	}
	if !any {
		return nil
	}
	return &kept{
		slots:   newQuota(cfg.Concurrency, slots),
		hands:   newQuota(cfg.Concurrency, slots),
		window:  newQuota(cfg.Concurrency*cfg.PrefetchMultiplier, window),
		inSlot:  make([]int32, cfg.Concurrency),
		waiting: make([]int, queues),
	}
}

// reset forgets what a worker had that died.
func (r *kept) reset() {
	for _, q := range []*quota{&r.slots, &r.hands, &r.window} {
		q.reset()
	}
	clear(r.waiting)
}

func (q *quota) reset() {
	clear(q.used)
	q.over = 0
}

// takes says whether the worker may take one more message of a queue, if it has room for any.
func (w *instance) takes(queue int32) bool {
	return w.channel == nil && w.keeps == nil || w.channel.has(queue) && (w.keeps == nil || w.keepsFor(queue))
}

// keepsFor says whether those that it keeps for others leave any for a queue.
func (w *instance) keepsFor(queue int32) bool {
	return (w.window == 0 || w.keeps.window.has(queue)) && (w.most == 0 || w.keeps.hands.has(queue))
}

// inHands says whether a message in a state takes one of the hands of its worker.
func (st state) inHands() bool { return st != held && st != throttled }

// move notes that a message of a queue goes on from one state to another. One that is held has left the window, as it
// widens it.
func (r *kept) move(queue int32, from, to state) {
	switch {
	case from.inHands() && !to.inHands():
		r.hands.give(queue)
	case !from.inHands() && to.inHands():
		r.hands.take(queue)
	}
	switch {
	case to == held:
		r.window.give(queue)
	case from == held:
		r.window.take(queue)
	}
	switch {
	case to == reserved:
		r.waiting[queue]++
	case from == reserved:
		r.waiting[queue]--
	}
	switch {
	case to == starting:
		r.slots.take(queue)
	case from == starting:
		r.slots.give(queue)
	}
}

// drop notes that a message of a queue is gone that had no slot.
func (r *kept) drop(queue int32, from state) {
	if from.inHands() {
		r.hands.give(queue)
	}
	if from == reserved {
		r.waiting[queue]--
	}
}

// dispatchKept hands the first reserved messages to free slots that their queues may have. Only what may start now is
// looked for, so that a long reserve is not read in vain.
func (s *System) dispatchKept(w *instance) {
	for len(w.free) > 0 && !w.stalled && w.keeps.startable() && (!w.leaves() || w.mayStart()) {
		t := s.tasks.at(w.reserved.head)
		for !w.keeps.slots.has(s.queueOf(t).id) {
			t = s.tasks.at(t.next)
		}
		s.unlist(&w.reserved, t)
		s.occupy(t, w)
	}
}

// startable says whether a reserved message may have a free slot.
func (r *kept) startable() bool {
	for q, n := range r.waiting {
		if n > 0 && r.slots.has(int32(q)) {
			return true
		}
	}
	return false
}

// unlist takes a task out of the list it stands in.
func (s *System) unlist(l *list, t *task) {
	if l.head == t.id {
		s.popFront(l)
		return
	}
	s.tasks.at(t.prev).next = t.next
	if t.next == none {
		l.tail = t.prev
	} else {
		s.tasks.at(t.next).prev = t.prev
	}
	l.n--
}
