package worker

import (
	"fmt"
	"slices"

	"example.com/simrun/des"
)

// life is where a worker is between its start and its end. Whoever ends it says so by one of the methods here.
type life uint8

const (
	alive    life = iota
	leaving       // shuts down
	patient       // shuts down, and what runs has until its soft timeout
	dead          // its process; it will be started again, or is up with the end of a failure
	finished      // its process, while it was to end
	away          // until Restart
)

// mayBecome are the states that may follow each.
var mayBecome = [...][]life{
	alive:    {leaving, dead},
	leaving:  {patient, finished},
	patient:  {finished},
	dead:     {alive, finished},
	finished: {away},
	away:     {dead},
}

func (w *instance) become(next life) {
	if slices.Contains(mayBecome[w.life], next) {
		w.life = next
		return
	}
	panic(fmt.Sprintf("worker: %q goes from state %d of its life to %d", w.cfg.Name, w.life, next))
}

// down says that its process is not there.
func (w *instance) down() bool { return w.life >= dead }

// leaves says that it shuts down: it takes no more messages, and what runs goes on.
func (w *instance) leaves() bool { return w.life == patient || w.life == leaving }

// fall ends its process, if it is there. One that was to end is not started again.
func (w *instance) fall() {
	switch {
	case w.life == alive:
		w.become(dead)
	case w.leaves():
		w.become(finished)
	}
}

// kill ends a worker by SIGKILL.
func (s *System) kill(w *instance, cause int32) {
	s.tellChange(WorkerKilled, w.id)
	s.die(w, killed, cause)
}

// die ends the process of a worker. One that was to end is away then; another is started again, or is up with the end of
// what it died of.
func (s *System) die(w *instance, by loss, cause int32) {
	w.fall()
	before := s.cause
	s.cause = cause
	s.lose(w, by)
	s.cause = before
	if w.replica.state != retiring {
		s.count1(&s.tally.Workers[w.id].Restarts)
	}
	w.deaths++
	if w.life == finished {
		s.gone(w)
		return
	}
	if w.outages > 0 {
		return
	}
	after := w.cfg.Overheads.Respawn
	if w.cfg.Pool == Prefork { // killed as a whole: its children have a time of their own
		after = w.cfg.Overheads.Restart
	}
	if after > 0 {
		s.host.Schedule(des.Event{At: s.now + after, Kind: kindUp, Arg: w.id, Gen: des.MakeGen(w.deaths)})
		return
	}
	s.up(w.id)
}

// up starts a worker that is dead and wanted, on what has not failed.
func (s *System) up(id int32) {
	w := &s.workers[id]
	if w.outages > 0 || w.life != dead {
		return
	}
	w.become(alive)
	w.expelled = false
	s.shuffle(&w.rotation)
	s.resized(w)
	w.lost = des.Never
	if s.broken() {
		s.detach(w)
	}
	s.raise(w)
	s.emptyBuckets(id)
	s.pull(w)
	s.rolled(w)
}
