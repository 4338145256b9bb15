package worker

import (
	"slices"

	"example.com/simrun/des"
)

// Policy says what the number of replicas of a fleet follows.
type Policy uint8

// Policies. How many replicas each wants is in scaler.go, those of Kubernetes in hpa.go and keda.go.
const (
	QueueLength Policy = iota // messages: Target of them for each replica
	Utilization               // the share of the slots that are held, which shall be Target
	Latency                   // the wait of the oldest message, which shall be Target seconds
	Schedule                  // a plan
	KEDA                      // messages as with QueueLength, by KEDA and the HPA beneath it
	HPA                       // messages as with QueueLength, or the share of the slots as with Utilization, by an HPA
)

// Victim says which replica goes when there are too many. One that has not come up yet always goes first.
type Victim uint8

// Victims. Newest is what a ReplicaSet of Kubernetes does among pods that are ready; Idle is the one with the fewest
// tasks in hand, the newest of equals.
const (
	Newest Victim = iota
	Idle
)

// Law is the law of a time in seconds.
type Law interface{ Draw(*des.Stream) float64 }

// Span is one part of a plan.
type Span struct {
	For      des.Time
	Replicas int
}

// Fleet is a worker in several replicas whose number follows the load.
type Fleet struct {
	Workers  []int // the replicas, all alike: as many as there may be, those that are leaving among them
	Min      int
	Policy   Policy
	Target   float64  // by policy: messages a replica, a share, seconds
	Unacked  bool     // QueueLength counts also what its replicas hold unacked
	Share    bool     // HPA follows the slots
	Plan     []Span   // with Schedule; it repeats from the beginning of the week
	Poll     des.Time // from one look to the next; 0 = after every change of a QueueLength
	First    des.Time // look; 0 = at random within the first period
	Cooldown des.Time // before it gives up a replica, so long none of its looks may have wanted it
	Boot     Law      // from the order of a replica, and its machine, to its taking tasks; nil = at once
	Grace    des.Time // for which a replica that is to go may end what it runs, before it is killed
	Victim   Victim
	Cold     bool // its first replicas boot, too
	Limit    Limit

	Up, Down   Rules     // of HPA and KEDA
	Measure    Measure   // KEDA: what it asks of the queues, of which Target is one replica's
	Activation float64   // KEDA: so much of it is still no reason to be there
	Idle       bool      // KEDA: without a reason to be there, there are 0 replicas, and not Min
	Triggers   []Trigger // KEDA, HPA: several, in place of Target, Unacked, Share, Measure and Activation; the HPA takes the largest wish
	Sync       des.Time  // KEDA: from one look of the HPA to the next, where Poll is KEDA's own
}

// Trigger is one of several things that a fleet follows.
type Trigger struct {
	Queues     []int   // it asks, by their position among those that the replicas take; nil = all of them
	Target     float64 // as that of a Fleet, and so on
	Unacked    bool
	Share      bool
	Measure    Measure
	Activation float64
}

// Follows are the triggers of a fleet: one where it has no list of them.
func (f *Fleet) Follows() []Trigger {
	if f.Triggers != nil {
		return f.Triggers
	}
	return []Trigger{{Target: f.Target, Unacked: f.Unacked, Share: f.Share, Measure: f.Measure, Activation: f.Activation}}
}

// Limit is how many replicas may be ordered within a time; none where there are 0.
type Limit struct {
	Replicas int
	Per      des.Time
}

// Counts says whether a fleet follows the number of messages by a trigger.
func (f *Fleet) Counts(t *Trigger) bool {
	return f.Policy == QueueLength || f.Policy == KEDA && t.Measure == Messages || f.Policy == HPA && !t.Share
}

// FleetTally is what was observed of one fleet.
type FleetTally struct {
	Running des.Area // replicas that take tasks, or are leaving
	Booting des.Area
	Ordered int64 // within the observed window, beside the first
	Removed int64 // the same, those that had not come up among them

	Interrupted int64    // runs that were cut short, as their replica had to go and its grace was over
	Wasted      des.Time // for which they had run
}

// Landlord is a Host whose machines come and go with the replicas of fleets. Without one there is room for all.
type Landlord interface {
	// Lodge finds a machine for a replica, and says how long it takes until that is there. False: there is none.
	Lodge(worker int32) (des.Time, bool)
	// Vacate tells that the replica is gone.
	Vacate(worker int32)
}

// replica is what makes a worker one of a fleet.
type replica struct {
	state   replicaState
	fleet   int32
	boots   uint32  // how often it was ordered, and called off
	ordered uint64  // serial of its last order
	counted float64 // slot-seconds held until its fleet was last looked at
}

type replicaState uint8

const (
	present replicaState = iota // as all workers that are in no fleet
	missing
	booting
	retiring
)

// fleet is the present state of one.
type fleet struct {
	cfg     *Fleet
	follows []Trigger
	up      int // take tasks
	coming  int
	serial  uint64 // of the last order
	wanted  []wish // what looks have wanted that still counts, falling
	looked  des.Time
	next    des.Time   // look; Never = none is due
	orders  []des.Time // that the limit counts

	// Of KEDA and HPA.
	asked      int      // replicas
	active     des.Time // when KEDA last found more than the activation value; negative = never
	poll, sync des.Time // next look of KEDA, of the HPA
	advice     []wish   // what looks of the HPA wanted, within its windows
	changes    []change // that the HPA has made, within its rates

	running, booting des.Area
}

// wish is how many replicas a look wanted.
type wish struct {
	at       des.Time // when it was last wanted
	replicas int
}

// enroll makes a worker a replica that is not there yet, if it is one.
func (w *instance) enroll(fleets []Fleet) {
	for i := range fleets {
		if slices.Contains(fleets[i].Workers, int(w.id)) {
			w.replica = replica{state: missing, fleet: int32(i)}
			w.life = away
		}
	}
}

// assemble makes the fleets at time 0.
func (s *System) assemble(setup *Setup) {
	if len(setup.Fleets) == 0 {
		return
	}
	s.bootKey = setup.Key.WithName("boots")
	s.boots = des.NewStream(s.bootKey)
	s.landlord, _ = s.host.(Landlord)
	s.fleets = make([]fleet, len(setup.Fleets))
	s.tally.Fleets = make([]FleetTally, len(setup.Fleets))
	for i := range s.fleets {
		f := &s.fleets[i]
		f.cfg = &setup.Fleets[i]
		f.follows = f.cfg.Follows()
		f.wanted = make([]wish, 0, len(f.cfg.Workers)+2)
		f.next = des.Never
		s.meters(f)
		s.opening = !f.cfg.Cold
		first := f.cfg.Min
		if f.cfg.Policy == Schedule {
			first = s.planned(f)
		}
		for range first {
			s.order(int32(i))
		}
		s.opening = false
		f.asked, f.active = first, -1
		s.firstLook(int32(i))
	}
}

// order starts one replica more, and says whether there was one, and room for it.
func (s *System) order(i int32) bool {
	f := &s.fleets[i]
	id := int32(none)
	for _, w := range f.cfg.Workers {
		if s.workers[w].replica.state == missing {
			id = int32(w)
			break
		}
	}
	if id == none {
		return false
	}
	w := &s.workers[id]
	var after des.Time
	if s.landlord != nil {
		wait, room := s.landlord.Lodge(id)
		if !room {
			return false
		}
		after = wait
	}
	if f.cfg.Boot != nil && !s.opening {
		// By the replica and how often it has booted: what others do changes nothing.
		s.boots.Reset(s.bootKey.With(uint64(id)).With(uint64(w.replica.boots)))
		after += des.Seconds(f.cfg.Boot.Draw(s.boots))
	}
	w.replica.boots++
	f.serial++
	w.replica.ordered = f.serial
	w.replica.state = booting
	f.coming++
	f.booting.Add(s.now, 1)
	if !s.opening {
		s.count1(&s.tally.Fleets[i].Ordered)
	}
	s.replica(ReplicaOrdered, id)
	if after > 0 {
		s.host.Schedule(des.Event{At: s.now + after, Kind: kindBooted, Arg: id, Gen: des.MakeGen(w.replica.boots)})
		return true
	}
	s.booted(id)
	return true
}

// booted puts a replica to work, if what it runs on has not failed.
func (s *System) booted(id int32) {
	w := &s.workers[id]
	f := &s.fleets[w.replica.fleet]
	w.replica.state = present
	f.coming--
	f.up++
	f.booting.Add(s.now, -1)
	f.running.Add(s.now, 1)
	s.replica(ReplicaUp, id)
	s.Restart(s.now, id)
}

// dismiss lets one replica go.
func (s *System) dismiss(i int32) {
	f := &s.fleets[i]
	id := s.victim(f)
	w := &s.workers[id]
	if w.replica.state == booting {
		w.replica.boots++ // its boot is void
		f.coming--
		f.booting.Add(s.now, -1)
		s.withdrawn(id)
		return
	}
	w.replica.state = retiring
	f.up--
	s.replica(ReplicaLeaving, id)
	gone := w.life == away // a deploy has it
	s.Shutdown(s.now, id, f.cfg.Grace)
	if gone {
		s.departed(id)
	}
}

// victim is the replica that goes first.
func (s *System) victim(f *fleet) int32 {
	best := int32(none)
	for _, i := range f.cfg.Workers {
		w := &s.workers[i]
		if w.replica.state != present && w.replica.state != booting {
			continue
		}
		if best == none || s.goesBefore(f, w, &s.workers[best]) {
			best = int32(i)
		}
	}
	return best
}

func (s *System) goesBefore(f *fleet, w, than *instance) bool {
	if a, b := w.replica.state == booting, than.replica.state == booting; a != b {
		return a
	}
	if f.cfg.Victim == Idle && w.inHand() != than.inHand() {
		return w.inHand() < than.inHand()
	}
	return w.replica.ordered > than.replica.ordered
}

// inHand is the number of messages that a worker has, running or reserved.
func (w *instance) inHand() int { return w.holding() + w.in[held] }

// departed takes a replica off its fleet, as its process is gone.
func (s *System) departed(id int32) {
	s.fleets[s.workers[id].replica.fleet].running.Add(s.now, -1)
	s.withdrawn(id)
}

// withdrawn gives up the place of a replica that is not there any more.
func (s *System) withdrawn(id int32) {
	w := &s.workers[id]
	w.replica.state = missing
	s.count1(&s.tally.Fleets[w.replica.fleet].Removed)
	if s.landlord != nil {
		s.landlord.Vacate(id)
	}
	s.replica(ReplicaGone, id)
	s.changed() // there may be room for another's
}

func (s *System) replica(kind RecordKind, id int32) {
	if s.recorder != nil {
		s.recorder.Record(Record{At: s.now, Kind: kind, Task: none, Class: none, Queue: none, Worker: id, Slot: none})
	}
}

// recount keeps what the fleets have seen of their replicas when the sums over time begin anew.
func (s *System) recount() {
	for i := range s.fleets {
		for _, id := range s.fleets[i].cfg.Workers {
			w := &s.workers[id]
			w.replica.counted -= w.busy.Integral(s.now)
		}
	}
}
