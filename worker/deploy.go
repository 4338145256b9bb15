package worker

import "example.com/simrun/des"

// Deploy is a rolling deploy: the workers of each row are shut down and started again one after the other, all rows at
// the same time. The next is shut down when the one before is up.
type Deploy struct {
	At    des.Time
	Grace des.Time // from being told to end until a worker is killed; des.Never = it is given all the time it needs
	Boot  des.Time // from its end until it is up again
	Rows  [][]int32
	Cause int32 // in the tolls; none = -1
}

// rollout is one row of a deploy under way.
type rollout struct {
	grace, boot des.Time
	row         []int32
	next        int
	cause       int32
}

// plan schedules deploys.
func (s *System) plan(deploys []Deploy) {
	s.deploys = deploys
	for i := range deploys {
		s.host.Schedule(des.Event{At: deploys[i].At, Kind: kindDeploy, Arg: int32(i)})
	}
}

// deploy begins one. A row of which a worker is still in the hands of an earlier deploy sits this one out.
func (s *System) deploy(id int32) {
	d := &s.deploys[id]
	for _, row := range d.Rows {
		busy := false
		for _, id := range row {
			busy = busy || s.workers[id].rollout > 0
		}
		if busy {
			continue
		}
		s.rollouts = append(s.rollouts, rollout{grace: d.Grace, boot: d.Boot, row: row, cause: d.Cause})
		for _, id := range row {
			s.workers[id].rollout = int32(len(s.rollouts))
		}
		s.roll(int32(len(s.rollouts)))
	}
}

// roll goes on with the next worker of a row. One that is not there, or about to leave, needs no deploy: it comes back
// with the new code, if it does.
func (s *System) roll(id int32) {
	r := &s.rollouts[id-1]
	for r.next < len(r.row) {
		me := r.row[r.next]
		w := &s.workers[me]
		r.next++
		if w.rollout != id {
			continue
		}
		if w.life == away || w.leaves() {
			w.rollout = 0
			continue
		}
		w.cause = r.cause
		s.shutdown(w, r.grace)
		return
	}
}

// itsTurn says whether a worker is the one that its deploy is at.
func (s *System) itsTurn(w *instance) bool {
	if w.rollout == 0 {
		return false
	}
	r := &s.rollouts[w.rollout-1]
	return r.row[r.next-1] == w.id
}

// rolled goes on with the deploy that was waiting for a worker to be up. One that has merely died before its turn was
// started again as it was, with the old code, and its turn comes.
func (s *System) rolled(w *instance) {
	if s.itsTurn(w) {
		s.spare(w)
	}
}

// spare takes a worker out of the hands of its deploy, which goes on if it was waiting for it.
func (s *System) spare(w *instance) {
	r, waited := w.rollout, s.itsTurn(w)
	w.rollout = 0
	if waited {
		s.roll(r)
	}
}
