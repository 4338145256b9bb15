package sim

import (
	"math"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// haul is the way of a transfer, and the link that it goes over; none = it stays in its zone.
type haul struct {
	way
	link int32
}

// layRoutes finds the way of every transfer from every worker.
func (w *World) layRoutes(zones []string) {
	transfers := func(p workloads.Phase) bool { return p.Kind == workloads.Transfer }
	if !slices.ContainsFunc(w.phases, func(all []workloads.Phase) bool { return slices.ContainsFunc(all, transfers) }) {
		return
	}
	links := w.opts.Zones.Links()
	w.net.sent = make([]int64, len(links))
	for _, zone := range zones {
		for _, phases := range w.phases {
			for i := range w.stride {
				h := haul{link: none}
				if i < len(phases) && transfers(phases[i]) {
					to := phases[i].To
					h.roundTrip, h.open = w.opts.Zones.RoundTrip(zone, to)
					h.link = int32(slices.IndexFunc(links, func(l system.Route) bool { return l.From == zone && l.To == to }))
				}
				w.net.hauls = append(w.net.hauls, h)
			}
		}
	}
}

// send sends what a phase of the task in slot has to send, and says whether it takes any time.
func (w *World) send(slot int32, phase int) bool {
	p := &w.slots[slot]
	b := &w.bodies[p.task]
	h := &w.net.hauls[(int(p.worker)*len(w.classes)+int(b.ref.Class))*w.stride+phase]
	to := w.phases[b.ref.Class][phase].To
	waits := w.reach(slot, h.way, to)
	if h.link != none && b.observed && !p.failed {
		w.net.sent[h.link] += int64(math.Round(w.source.Size(b.ref, int(b.attempt), phase)))
	}
	return waits
}

// reach lets the task in slot go on a round trip later, and says whether it has to wait at all. Where there is no way,
// or the zone is dark for longer than that, its attempt fails once it gives up connecting.
func (w *World) reach(slot int32, to way, zone string) bool {
	p := &w.slots[slot]
	after, answers := to.roundTrip, to.open
	if zone != "" {
		after += w.darkUntil(zone) - w.now
	}
	if !answers || after > system.ConnectTimeout {
		after = system.ConnectTimeout
		p.failed = true
	}
	if after == 0 {
		return false
	}
	p.began, p.due = w.now, after
	w.queue.Push(des.Event{At: w.now + after, Kind: kindPhase, Arg: slot, Gen: des.MakeGen(p.gen)})
	return true
}

// darkUntil is the end of the planned faults of a zone, now if there are none.
func (w *World) darkUntil(zone string) des.Time {
	return w.net.lasts(w.now, func(f *fault) bool { return f.Of == system.OfZone && f.Zone == zone })
}

// lasts is the end of the faults of a kind that last now, and of those that adjoin or overlap them: together they are one.
// It is now if there are none.
func (n *network) lasts(now des.Time, of func(f *fault) bool) des.Time {
	end := now
	for i := 0; i < len(n.faults); i++ {
		if f := &n.faults[i]; f.from <= end && end < f.to && of(f) {
			end, i = f.to, -1
		}
	}
	return end
}
