package worker

import "example.com/simrun/des"

// Kinds of events that a System schedules. A host's own kinds start at FirstHostKind.
const (
	// Of a task: void once that is another's, or another message.
	kindPublished des.Kind = iota // the message, or its retry, is in the broker
	kindFetched                   // the message is in the worker's hands
	kindDue                       // held by the worker, its eta has come
	kindGiveUp                    // it cannot be published
	kindCarried                   // the message has come from a far broker
	kindNoted                     // and the far broker knows that it has

	// Of a slot: void once that is at something else.
	kindStart   // the body begins
	kindFree    // the slot can take another task
	kindNotice  // the parent sees that the child is dead
	kindReplied // what its worker asked of a far broker is done

	// Of a worker: void once that has died.
	kindUp        // restarted
	kindRestart   // up after a deploy
	kindReconnect // connects again
	kindCold      // its soft timeout is over
	kindKill      // the time that it was given to shut down is over

	// Whose void is looked for where they are handled, if at all.
	kindLimit     // slot: a time limit
	kindTimer     // worker: a timer wakes its loop
	kindNudge     // worker: a timer wakes its loop that has nothing to do any more
	kindKeepalive // worker: the timer of its autoscaler
	kindLook      // worker: it looks for messages that are unacked for too long
	kindWiden     // worker: its window is widened for a held eta
	kindGrown     // worker: it has started processes for what is reserved
	kindBooted    // worker: a replica that was ordered takes tasks
	kindToken     // bucket: a task of its kind may start
	kindPoll      // fleet: it is looked at
	kindDeploy    // deploy: it begins
	kindOutage    // outage of the broker: it begins
	kindOverlong  // messages that are unacked for too long are looked for
	kindObserve   // the observed window begins or ends
	FirstHostKind
)

const (
	lastOfTasks = kindNoted
	lastOfSlots = kindReplied
	lastOfLives = kindKill
)

// Handle takes back an event that the System had scheduled.
func (s *System) Handle(e des.Event) {
	s.clock(e.At)
	if s.now < s.blocked && s.postpone(e) {
		return
	}
	switch k := e.Kind; {
	case k <= lastOfTasks:
		if t := s.tasks.at(e.Arg); s.mine(t, e) {
			s.handleTask(k, t)
		}
	case k <= lastOfSlots:
		if sl := &s.slots[e.Arg]; sl.mine(e) {
			s.handleSlot(k, sl)
		}
	case k <= lastOfLives:
		if w := &s.workers[e.Arg]; des.MakeGen(w.deaths) == e.Gen {
			s.handleLife(e, w)
		}
	default:
		s.handleOther(e)
	}
}

func (s *System) handleTask(kind des.Kind, t *task) {
	switch kind {
	case kindPublished:
		s.charge(t)
		s.enqueue(t, false)
	case kindFetched:
		s.fetched(t)
	case kindDue:
		s.due(t)
	case kindGiveUp:
		s.giveUp(t)
	case kindCarried:
		s.carried(t)
	case kindNoted:
		s.noted(t)
	}
}

func (s *System) handleSlot(kind des.Kind, sl *slot) {
	switch kind {
	case kindStart:
		w := &s.workers[sl.worker]
		s.begin(s.tasks.at(sl.task), sl, w)
		s.started(w)
	case kindFree:
		s.freeSlot(sl, &s.workers[sl.worker])
	case kindNotice:
		s.notice(sl)
	case kindReplied:
		s.conclude(sl, &s.workers[sl.worker], sl.settling)
	}
}

func (s *System) handleLife(e des.Event, w *instance) {
	switch e.Kind {
	case kindUp:
		s.up(e.Arg)
	case kindRestart:
		s.Restart(s.now, e.Arg)
	case kindReconnect:
		s.reconnect(e.Arg)
	case kindCold:
		s.die(w, closing, w.cause)
	case kindKill:
		s.kill(w, w.cause)
	}
}

func (s *System) handleOther(e des.Event) {
	switch e.Kind {
	case kindLimit:
		s.limit(e)
	case kindTimer:
		s.timer(e.Arg)
	case kindNudge:
		s.nudge(e.Arg)
	case kindKeepalive:
		s.keepalive(e.Arg)
	case kindLook:
		s.restoreVisible(e.Arg)
	case kindWiden:
		s.widenByOne(e.Arg)
	case kindGrown:
		s.born(e.Arg)
	case kindToken:
		s.token(e.Arg)
	case kindBooted:
		if w := &s.workers[e.Arg]; des.MakeGen(w.replica.boots) == e.Gen {
			s.booted(e.Arg)
		}
	case kindPoll:
		s.inspect(e.Arg)
	case kindDeploy:
		s.deploy(e.Arg)
	case kindOutage:
		s.breakDown(&s.outages[e.Arg])
	case kindOverlong:
		s.findOverlong()
	case kindObserve:
		s.observe(e.Arg == 1)
	}
}

// postpone puts off an event that a blocked loop has to handle, and says whether it did.
func (s *System) postpone(e des.Event) bool {
	var id int32
	switch e.Kind {
	case kindFetched, kindDue, kindCarried, kindNoted:
		t := s.tasks.at(e.Arg)
		if des.MakeGen(t.gen) != e.Gen {
			return false
		}
		id = t.worker
	case kindFree, kindNotice, kindLimit, kindReplied:
		id = s.slots[e.Arg].worker
	case kindToken:
		id = e.Arg / int32(len(s.classes))
	case kindTimer, kindNudge, kindKeepalive, kindGrown:
		id = e.Arg
	default:
		return false
	}
	w := &s.workers[id]
	if w.blocked <= s.now {
		return false
	}
	e.At = w.blocked
	s.host.Schedule(e)
	return true
}
