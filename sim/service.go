package sim

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// server is the world's side of a service. What a caller gives up on, a service still works on: it does not see that
// nobody waits for the answer.
type server struct {
	cfg   *system.Service
	busy  int
	line  line[int32] // calls that wait for capacity
	open  int         // connections
	epoch uint32      // of its last break-down: what it worked on before is gone

	// due is when the next call would be admitted if calls came no faster than the rate: the virtual scheduling of the
	// generic cell rate algorithm (ITU-T I.371), which is a token bucket.
	due des.Time

	down  int      // planned faults now
	stuck des.Time // answers nothing before
	slow  float64
}

// caller is a slot that calls a service, or not.
type caller struct {
	gen     uint32
	calling bool
	service int32
	began   des.Time
	latency des.Time
}

// call is a call as the service sees it.
type call struct {
	slot, service int32
	gen           uint32 // of its caller
	epoch         uint32
	latency       des.Time
	fails         bool
	own           bool // has a connection that is closed after it
}

// call begins a call of a service from slot.
func (w *World) call(slot int32, phase *workloads.Phase, number int, latency des.Time) {
	n := &w.net
	p, c := &w.slots[slot], &n.callers[slot]
	s := &n.servers[phase.Service]
	c.calling, c.service, c.began, c.latency = true, int32(phase.Service), w.now, latency
	to := &n.ways[int(p.worker)*len(n.servers)+phase.Service]
	if phase.Timeout > 0 {
		w.failAt(slot, w.now+phase.Timeout)
	}
	switch {
	case !to.open:
		if phase.Timeout == 0 {
			w.failAt(slot, w.now+system.ConnectTimeout)
		}
		return
	case s.down > 0, !w.connect(slot, s):
		w.failAt(slot, w.now+to.roundTrip)
		return
	}
	b := &w.bodies[p.task]
	id := w.newCall(call{
		slot: slot, service: c.service, gen: c.gen, epoch: s.epoch, latency: latency,
		fails: w.source.CallFails(b.ref, int(b.attempt), number, s.cfg.Errors),
		own:   s.cfg.Connections > 0 && s.cfg.PerSlot == 0,
	})
	if s.cfg.Rate == 0 {
		w.admit(id)
		return
	}
	gap := min(des.Seconds(1/s.cfg.Rate), des.Longest)
	burst := des.Seconds((s.cfg.Burst() - 1) / s.cfg.Rate)
	at := max(w.now, s.due-burst)
	if at > w.now && s.cfg.RejectRate {
		w.refuse(id)
		return
	}
	s.due = min(max(s.due, w.now)+gap, 2*des.Longest)
	if at > w.now {
		w.queue.Push(des.Event{At: at, Kind: kindAdmit, Arg: id})
		return
	}
	w.admit(id)
}

// failAt lets the present call of slot fail at a time, unless it is over before.
func (w *World) failAt(slot int32, at des.Time) {
	w.queue.Push(des.Event{At: at, Kind: kindCallFails, Arg: slot, Gen: des.MakeGen(w.net.callers[slot].gen)})
}

func (w *World) newCall(c call) int32 {
	n := &w.net
	if last := len(n.spare) - 1; last >= 0 {
		id := n.spare[last]
		n.spare = n.spare[:last]
		n.calls[id] = c
		return id
	}
	n.calls = append(n.calls, c)
	return int32(len(n.calls) - 1)
}

// closeCall ends a call for the service: its connection is closed, and its entry may be used again.
func (w *World) closeCall(id int32) {
	c := &w.net.calls[id]
	if s := &w.net.servers[c.service]; c.own && c.epoch == s.epoch {
		s.open--
	}
	w.net.spare = append(w.net.spare, id)
}

// wanted says whether somebody still waits for the answer.
func (w *World) wanted(c *call) bool {
	from := &w.net.callers[c.slot]
	return from.calling && from.gen == c.gen
}

// admit lets in a call that the rate of its service allows.
func (w *World) admit(id int32) {
	c := &w.net.calls[id]
	s := &w.net.servers[c.service]
	switch {
	case c.epoch != s.epoch:
		w.closeCall(id)
	case s.cfg.Capacity > 0 && s.busy >= s.cfg.Capacity && s.cfg.RejectFull:
		w.refuse(id)
	case s.cfg.Capacity > 0 && s.busy >= s.cfg.Capacity:
		s.line.push(id)
	default:
		w.serve(id)
	}
}

// refuse answers a call at once that it will not be served.
func (w *World) refuse(id int32) {
	c := &w.net.calls[id]
	if w.wanted(c) {
		w.failAt(c.slot, w.now+w.wayOf(c).roundTrip)
	}
	w.closeCall(id)
}

func (w *World) wayOf(c *call) *way {
	return &w.net.ways[int(w.slots[c.slot].worker)*len(w.net.servers)+int(c.service)]
}

// serve lets the service work on a call.
func (w *World) serve(id int32) {
	c := &w.net.calls[id]
	s := &w.net.servers[c.service]
	s.busy++
	latency := c.latency
	if s.slow != 1 {
		latency = min(des.Seconds(latency.Seconds()*s.slow), des.Longest)
	}
	w.queue.Push(des.Event{At: max(w.now, s.stuck) + latency, Kind: kindServed, Arg: id})
}

// served ends the service's work on a call. While it is stuck no answer leaves it.
func (w *World) served(id int32) {
	c := &w.net.calls[id]
	s := &w.net.servers[c.service]
	switch {
	case c.epoch != s.epoch:
		w.closeCall(id)
		return
	case s.stuck > w.now:
		w.queue.Push(des.Event{At: s.stuck, Kind: kindServed, Arg: id})
		return
	}
	s.busy--
	slot, gen, fails, back, wanted := c.slot, c.gen, c.fails, w.wayOf(c).roundTrip, w.wanted(c)
	w.closeCall(id)
	w.serveNext(s)
	switch {
	case !wanted:
	case back > 0:
		kind := kindAnswer
		if fails {
			kind = kindCallFails
		}
		w.queue.Push(des.Event{At: w.now + back, Kind: kind, Arg: slot, Gen: des.MakeGen(gen)})
	default:
		w.callDone(slot, fails)
	}
}

// serveNext takes the first call of the line for which somebody still waits.
func (w *World) serveNext(s *server) {
	for s.line.len() > 0 {
		id := s.line.pop()
		if w.wanted(&w.net.calls[id]) {
			w.serve(id)
			return
		}
		w.closeCall(id)
	}
}

// callDone ends the call of a slot.
func (w *World) callDone(slot int32, failed bool) {
	p, c := &w.slots[slot], &w.net.callers[slot]
	c.calling = false
	c.gen++
	p.failed = failed
	took := w.now - c.began
	if b := &w.bodies[p.task]; b.observed {
		w.stretch[b.ref.Class].Service.Add(max(0, took-c.latency))
	}
	p.due = took // what comes on top until the body goes on is a wait for its thread
	e := des.Event{Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)}
	if !w.lockedOut(e, p) {
		w.phaseDone(p)
	}
}

// hangUp ends the call of a slot whose attempt is over.
func (w *World) hangUp(slot int32) {
	p, c := &w.slots[slot], &w.net.callers[slot]
	p.failed = false
	if c.calling {
		c.calling = false
		c.gen++
		if b := &w.bodies[p.task]; b.observed {
			w.stretch[b.ref.Class].Service.Add(max(0, w.now-c.began-c.latency))
		}
	}
}

// breakDown loses what a service works on and everything that is connected to it.
func (w *World) breakDown(id int32) {
	n := &w.net
	s := &n.servers[id]
	for s.line.len() > 0 {
		n.spare = append(n.spare, s.line.pop())
	}
	s.busy, s.open = 0, 0
	s.epoch++
	for slot := range n.callers {
		n.keeps[slot*len(n.servers)+int(id)] = false
		if c := &n.callers[slot]; c.calling && c.service == id {
			w.failAt(int32(slot), w.now)
		}
	}
}

// adjust finds what the planned faults of this moment make of a service.
func (w *World) adjust(id int32) {
	s := &w.net.servers[id]
	s.down, s.slow = 0, 1
	for i := range w.net.faults {
		f := &w.net.faults[i]
		if w.now < f.from || w.now >= f.to || !f.strikes(id) {
			continue
		}
		switch {
		case f.sticks():
			s.stuck = w.net.lasts(w.now, func(f *fault) bool { return f.strikes(id) && f.sticks() })
		case f.Mode == system.Down:
			s.down++
		default:
			s.slow *= f.Factor
		}
	}
}

func (f *fault) strikes(service int32) bool {
	return slices.Contains(f.services, service)
}

// sticks says that what it strikes does not answer before it is over: nothing that is sent to a dark zone comes back.
func (f *fault) sticks() bool { return f.Of == system.OfZone || f.Mode == system.Hang }
