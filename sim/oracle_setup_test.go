package sim_test

import (
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// setup is a fleet of single slots that starts a replica for every task in the system that has none and gives one up as
// soon as it is idle: looked at after every change, with a message a replica, and what runs counted because its ack is late.
func setup(o *oracleCase) []experiment {
	most := 1
	if k, ok := o.Params["k"]; ok {
		most = int(k.(float64))
	}
	var boot workloads.Dist
	if d, ok := o.Params["D"]; ok {
		boot = constant(d.(float64))
	} else {
		boot = exponential(1 / o.p("alpha"))
	}
	m := &model{classes: []workloads.Class{class("task", poisson(o.p("lambda")), service(o))}}
	m.addQueues()
	f := worker.Fleet{Policy: worker.QueueLength, Target: 1, Unacked: true, Boot: boot, Victim: worker.Idle}
	for n := range most {
		m.add(worker.Config{Name: "worker", Concurrency: 1, Queues: m.all(), DisablePrefetch: true, AcksLate: true})
		f.Workers = append(f.Workers, n)
	}
	m.layout.Fleets = []worker.Fleet{f}
	return []experiment{{model: m, own: map[string]func(*run) float64{
		"servers_on_mean":       func(r *run) float64 { return r.Fleets[0].Running.Mean(r.end) },
		"servers_in_setup_mean": func(r *run) float64 { return r.Fleets[0].Booting.Mean(r.end) },
	}}}
}
