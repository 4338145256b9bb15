package sim_test

import (
	"example.com/simrun/des"
	"example.com/simrun/workloads"
)

// plenty is more slots than tasks are ever present where a case has no limit.
const plenty = 600

// computing is a class of tasks that need a core.
func computing(name string, rate float64, demand workloads.Dist) workloads.Class {
	c := class(name, poisson(rate), demand)
	c.Work[0].Kind = workloads.CPU
	return c
}

// sharing is processor sharing by all tasks present.
func sharing(o *oracleCase) []experiment {
	cores, lambda := o.Model["cores"].(float64), o.p("lambda")
	all := experiment{model: pool(plenty, computing("task", lambda, service(o))).on(cores)}
	if o.ID != "mgc-ps-c16-lognormal4-rho95" {
		return []experiment{all}
	}
	// What a task of a given size takes depends on the load alone: a tenth of the tasks have the sizes asked for, mixed
	// so that their mean stays 1.
	some := lambda / 10
	sized := pool(plenty, computing("0.5", some*2/3, constant(0.5)), computing("2", some/3, constant(2)),
		computing("task", lambda-some, service(o))).on(cores)
	given := []experiment{all}
	for i, name := range []string{"resp_mean_given_size_0.5", "resp_mean_given_size_2"} {
		given = append(given, experiment{only: name, model: sized, own: map[string]func(*run) float64{
			name: func(r *run) float64 { return r.Classes[i].Response.Mean() },
		}})
	}
	return given
}

// sharingStates are the shares of time with so many tasks present.
func sharingStates(o *oracleCase) []experiment {
	own := map[string]func(*run) float64{}
	for n, name := range []string{"p_n0", "p_n1", "p_n2", "p_n3", "p_n4"} {
		own[name] = func(r *run) float64 { return r.census.share(n) }
	}
	m := pool(plenty, computing("task", o.p("lambda"), service(o))).on(o.Model["cores"].(float64))
	return []experiment{{model: m, own: own, census: []des.Time{}}}
}

// computeThenWait are tasks with a CPU phase and an IO phase.
func computeThenWait(o *oracleCase, cpu, io workloads.Dist, rate float64, slots int) *model {
	c := computing("task", rate, cpu)
	c.Work = append(c.Work, workloads.Phase{Kind: workloads.IO, Demand: io})
	return pool(slots, c).on(o.p("c"))
}

// cpuAndIO without a limit of slots: with a constant IO phase, what is left of the response is the CPU phase. Any law
// of the CPU demand gives the same means.
func cpuAndIO(o *oracleCase) []experiment {
	var both []experiment
	for _, cpu := range []workloads.Dist{constant(o.p("cpu")), exponential(o.p("cpu"))} {
		both = append(both, experiment{
			model: computeThenWait(o, cpu, constant(o.p("io")), o.p("lambda"), plenty),
			own: map[string]func(*run) float64{
				"cpu_resp_mean": func(r *run) float64 { return r.Classes[0].Response.Mean() - o.p("io") },
			},
		})
	}
	return both
}

// cpuAndIOInSlots has a few slots; offered three times what it can do, it does what it can.
func cpuAndIOInSlots(o *oracleCase) []experiment {
	build := func(rate float64) *model {
		return computeThenWait(o, exponential(o.p("cpu")), exponential(o.p("io")), rate, int(o.p("slots")))
	}
	saturated := build(3 * o.p("lambda"))
	saturated.layout.Queues[0].MaxLength = 100
	return []experiment{
		{model: build(o.p("lambda"))},
		{only: "saturation_throughput", model: saturated},
	}
}
