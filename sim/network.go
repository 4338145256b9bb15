package sim

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// network is what lies outside the workers: services and the way to them, and what breaks as planned.
type network struct {
	servers []server
	calls   []call
	spare   []int32  // entries of calls that may be used again
	callers []caller // by slot
	keeps   []bool   // slot x service: the slot has open connections
	ways    []way    // worker x service
	homes   []way    // worker x class: to what the task needs wherever it runs; nil if no task needs anything
	hauls   []haul   // worker x class x phase; nil if no task transfers anything
	sent    []int64  // bytes over each link
	faults  []fault
	boots   []des.Time // of each worker's machine
	waiting []int32    // tasks that waited at the end of each step
}

// way is the way from a worker to a place.
type way struct {
	open      bool
	roundTrip des.Time
}

// fault is a planned fault, in the time of the run.
type fault struct {
	system.Fault
	from, to des.Time
	workers  []int32
	services []int32
}

// layNetwork lays out the network of a run.
func (w *World) layNetwork(layout *strategies.Layout, machines []system.Machine) {
	o, n := &w.opts, &w.net
	zones := make([]string, len(layout.Workers))
	n.boots = make([]des.Time, len(layout.Workers))
	kinds := make([]int, len(layout.Workers))
	for i := range layout.Workers {
		kinds[i] = none
		if node := layout.Node[i]; node != none {
			kinds[i] = layout.Nodes[node]
			zones[i], n.boots[i] = machines[kinds[i]].Zone, machines[kinds[i]].Boot
		}
	}
	for i := range o.Services {
		n.servers = append(n.servers, server{cfg: &o.Services[i], slow: 1})
	}
	for _, zone := range zones {
		for i := range o.Services {
			trip, open := o.Zones.Call(zone, &o.Services[i])
			n.ways = append(n.ways, way{open, trip})
		}
	}
	if slices.ContainsFunc(w.classes, func(c workloads.Class) bool { return c.Zone != "" }) {
		for _, zone := range zones {
			for i := range w.classes {
				trip, open := o.Zones.RoundTrip(zone, w.classes[i].Zone)
				n.homes = append(n.homes, way{open, trip})
			}
		}
	}
	w.layRoutes(zones)
	n.callers = make([]caller, len(w.slots))
	n.keeps = make([]bool, len(w.slots)*len(o.Services))
	for i := range o.Faults {
		f := fault{Fault: o.Faults[i], from: o.Warmup + o.Faults[i].At, to: o.Warmup + o.Faults[i].End()}
		if f.Of == system.OfWorkers {
			f.workers = f.Workers
		}
		for k := range kinds {
			if f.Of == system.OfMachine && kinds[k] == f.Target || f.Of == system.OfZone && zones[k] == f.Zone {
				f.workers = append(f.workers, int32(k))
			}
		}
		for k := range o.Services {
			if f.Of == system.OfService && k == f.Target || f.Of == system.OfZone && o.Services[k].Zone == f.Zone {
				f.services = append(f.services, int32(k))
			}
		}
		n.faults = append(n.faults, f)
	}
	for i := range n.faults {
		if of := n.faults[i].Of; of == system.OfBroker || of == system.OfDeploy {
			continue // the worker's own
		}
		w.queue.Push(des.Event{At: n.faults[i].from, Kind: kindBreak, Arg: int32(i)})
		w.queue.Push(des.Event{At: n.faults[i].to, Kind: kindMend, Arg: int32(i)})
	}
	if o.Steps > 0 {
		n.waiting = make([]int32, 0, o.Steps)
		w.queue.Push(des.Event{At: o.Warmup + w.stepWidth(), Kind: kindSample})
	}
}

// approach is what an attempt has to do before its work: to reach what the task needs, if that stands elsewhere. It
// says whether there is anything to do.
func (w *World) approach(slot int32) bool {
	p := &w.slots[slot]
	home := &w.net.homes[int(p.worker)*len(w.classes)+int(w.bodies[p.task].ref.Class)]
	return w.reach(slot, *home, w.classes[w.bodies[p.task].ref.Class].Zone)
}

// stepWidth is the time from one sample of the waiting tasks to the next.
func (w *World) stepWidth() des.Time {
	return (w.opts.Duration + des.Time(w.opts.Steps) - 1) / des.Time(w.opts.Steps)
}

func (w *World) sample() {
	n := &w.net
	n.waiting = append(n.waiting, int32(w.system.Waiting()))
	if len(n.waiting) < w.opts.Steps {
		w.queue.Push(des.Event{At: w.now + w.stepWidth(), Kind: kindSample})
	}
}

// strike begins a planned fault.
func (w *World) strike(id int32) {
	f := &w.net.faults[id]
	if f.Of == system.OfClass {
		w.guard.begin(f)
		return
	}
	for _, id := range f.services {
		w.adjust(id)
		if f.Of == system.OfService && f.Mode == system.Down {
			w.breakDown(id)
		}
	}
	if len(f.workers) > 0 {
		w.system.Blame(id)
		w.killWorkers(f.workers)
		w.system.Blame(worker.NoCause)
	}
}

// mend ends a planned fault. The workers of its machines are up once these have booted.
func (w *World) mend(f *fault) {
	if f.Of == system.OfClass {
		w.guard.end(f)
		return
	}
	for _, id := range f.services {
		w.adjust(id)
	}
	for _, id := range f.workers {
		w.queue.Push(des.Event{At: w.now + w.net.boots[id], Kind: kindRecover, Arg: id})
	}
}

// killWorkers kills workers together with what they run on.
func (w *World) killWorkers(workers []int32) {
	for _, id := range workers {
		w.unplug(id)
	}
	w.system.Fail(w.now, workers)
	for _, id := range workers {
		if th := &w.threads[id]; th.kind == oneAtATime {
			w.passThread(th)
		}
	}
}

func (w *World) recoverWorker(id int32) {
	one := [1]int32{id}
	w.system.Recover(w.now, one[:])
}

// Stretch is by how much longer than their demands the observed tasks of a class took, all attempts together.
type Stretch struct {
	CPU     des.Sum // sharing cores or a thread
	Service des.Sum // queues, limits, round trips and faults of services
	Disk    des.Sum // the queue of the machine's disk
}
