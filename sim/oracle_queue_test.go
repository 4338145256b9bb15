package sim_test

import (
	"math"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

func exponential(mean float64) workloads.Dist { return must(workloads.Exponential(mean)) }
func constant(v float64) workloads.Dist       { return must(workloads.Constant(v)) }

// law is a distribution as the file writes it, in seconds.
func law(d map[string]any) workloads.Dist {
	mean := d["mean"].(float64)
	switch name := d["dist"].(string); name {
	case "det":
		return constant(mean)
	case "erlang":
		return must(workloads.Erlang(mean, int(d["k"].(float64))))
	case "hyperexp2-balanced":
		return must(workloads.Hyperexponential(mean, math.Sqrt(d["scv"].(float64))))
	case "lognormal":
		return must(workloads.Lognormal(mean, math.Sqrt(d["scv"].(float64))))
	case "pareto":
		return must(workloads.Pareto(mean, d["alpha"].(float64), math.Inf(1)))
	case "exp":
		return exponential(mean)
	default:
		panic(name)
	}
}

func service(o *oracleCase) workloads.Dist { return law(o.Model["service"].(map[string]any)) }

// station is a pool fed by Poisson arrivals; the number of slots is that of the model, or the parameter c.
func station(o *oracleCase) *model {
	slots, ok := o.Model["servers"].(float64)
	if !ok {
		slots = o.p("c")
	}
	return pool(int(slots), class("task", poisson(o.p("lambda")), service(o)))
}

func fcfs(o *oracleCase) []experiment { return []experiment{{model: station(o)}} }

// lossSystem has K places, of which c are slots. Without places to wait the share of the blocked does not depend on
// the law of the service: both laws must agree.
func lossSystem(o *oracleCase) []experiment {
	c, k := int(o.p("c")), int(o.p("K"))
	laws := []workloads.Dist{exponential(1 / o.p("mu"))}
	if c == k {
		laws = append(laws, constant(1/o.p("mu")))
	}
	var both []experiment
	for _, d := range laws {
		m := pool(c, class("task", poisson(o.p("lambda")), d))
		m.layout.Queues[0].MaxLength = k - c
		both = append(both, experiment{model: m})
	}
	return both
}

// renewal arrivals.
func renewal(o *oracleCase) []experiment {
	arrivals := o.Model["arrivals"].(map[string]any)
	var p workloads.Process = workloads.Every{Period: des.Seconds(1 / o.p("lambda"))}
	if arrivals["kind"] == "renewal" {
		p = workloads.Renewal{Gap: must(workloads.Hyperexponential(1/o.p("lambda"), math.Sqrt(arrivals["scv"].(float64))))}
	}
	return []experiment{{model: pool(1, class("task", p, service(o)))}}
}

// impatient tasks expire. They are dropped only when a slot would take them, so that until then they lie in the
// queue: the number of those who wait in earnest is found from their waits by Little's law.
func impatient(o *oracleCase) []experiment {
	m := station(o)
	m.classes[0].Expires = exponential(1 / o.p("theta"))
	return []experiment{{model: m, own: map[string]func(*run) float64{
		"nq_mean": func(r *run) float64 { return o.p("lambda") * r.Classes[0].WaitAll.Mean() },
	}}}
}

// homogeneous is one load on two queues, on one, on a faster slot, and on a larger pool.
func homogeneous(o *oracleCase) []experiment {
	rho := o.p("rho")
	half := func(queue string) workloads.Class { return class(queue, poisson(rho), exponential(1)) }
	return []experiment{
		{name: "2xMM1", model: separated([]int{1, 1}, half("a"), half("b"))},
		{name: "MM2", model: pool(2, class("task", poisson(2*rho), exponential(1)))},
		{name: "MM1-fast(mu=2)", model: pool(1, class("task", poisson(2*rho), exponential(0.5)))},
		{name: "MM8", model: pool(8, class("task", poisson(8*rho), exponential(1)))},
	}
}

// separated has a pool of its own for each class.
func separated(slots []int, classes ...workloads.Class) *model {
	m := &model{classes: classes}
	m.addQueues()
	for i, c := range classes {
		m.add(worker.Config{Name: c.Name, Concurrency: slots[i], Queues: []int{i}, DisablePrefetch: true})
	}
	return m
}

// capacity: what the smallest pool that meets a target reaches, and the next smaller one.
func capacity(metric func(wait, response *des.Histogram) float64) func(*oracleCase) []experiment {
	return func(o *oracleCase) []experiment {
		var both []experiment
		for _, x := range o.Expect {
			if x.Metric != "min_servers" {
				continue
			}
			for i, name := range []string{"metric_at_c", "metric_at_c-1"} {
				slots := int(x.Value.(float64)) - i
				m := pool(slots, class("task", poisson(o.p("lambda")), exponential(1/o.p("mu"))))
				both = append(both, experiment{only: name, model: m, own: map[string]func(*run) float64{
					name: func(r *run) float64 { return metric(&r.Classes[0].Wait, &r.Classes[0].Response) },
				}})
			}
		}
		return both
	}
}

func longerThan(t float64) func(wait, _ *des.Histogram) float64 {
	return func(wait, _ *des.Histogram) float64 { return 1 - wait.Share(des.Seconds(t)) }
}

func waitQuantile(wait, _ *des.Histogram) float64 { return wait.Quantile(0.95) }

func responseQuantile(_, response *des.Histogram) float64 { return response.Quantile(0.99) }

// sizeHosts are two hosts, fed by size (every task below the cutoff goes to the first) or by lot.
func sizeHosts(o *oracleCase) []experiment {
	const low, high, alpha = 1, 1000, 1.5
	lambda, cutoff := o.p("lambda"), o.p("cutoff")
	cut := func(from, to float64) (share float64, d workloads.Dist) {
		tail := func(x float64) float64 { return math.Pow(x, -alpha) }
		share = (tail(from) - tail(to)) / (tail(low) - tail(high))
		mean := alpha / (1 - alpha) * (math.Pow(to, 1-alpha) - math.Pow(from, 1-alpha)) / (tail(from) - tail(to))
		return share, must(workloads.Pareto(mean, alpha, to))
	}
	small, smallLaw := cut(low, cutoff)
	large, largeLaw := cut(cutoff, high)
	first := class("small-host", poisson(lambda*small), smallLaw)
	second := class("large-host", poisson(lambda*large), largeLaw)
	return []experiment{
		{name: "sita", model: separated([]int{1, 1}, first, second)},
		{name: "sita", only: "sita:large-host", part: 0.4, model: separated([]int{1}, second)},
	}
}
