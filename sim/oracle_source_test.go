package sim_test

import (
	"math"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// machineRepair are clients that think and wait for what they asked.
func machineRepair(o *oracleCase) []experiment {
	think := workloads.Closed{Clients: int(o.p("N")), Think: exponential(o.p("Z"))}
	m := pool(int(o.p("c")), class("task", think, exponential(o.p("S"))))
	return []experiment{{model: m, rate: o.p("c")}}
}

func modulated(o *oracleCase) []experiment {
	arrivals := o.Model["arrivals"].(map[string]any)
	var p workloads.MMPP
	for i, rate := range arrivals["rates"].([]any) {
		p.Rates = append(p.Rates, rate.(float64))
		p.Hold = append(p.Hold, 1/arrivals["switch"].([]any)[i].(float64))
	}
	return []experiment{{model: pool(int(o.p("c")), class("task", p, service(o)))}}
}

// geometric has the law of the number of trials up to the first success.
type geometric struct{ workloads.Dist }

func (g geometric) Draw(s *des.Stream) float64 {
	return 1 + math.Floor(math.Log(1-s.Float64())/math.Log(1-1/g.Mean()))
}

// batches of a fixed or a geometric size.
func batches(o *oracleCase) []experiment {
	size := constant(o.p("EX"))
	if o.p("EX2") != o.p("EX")*o.p("EX") {
		size = geometric{size}
	}
	c := class("task", poisson(o.p("lambda_batches")), service(o))
	c.Arrivals.Batch = size
	return []experiment{{model: pool(1, c)}}
}

// retrying tasks fail with a chance, and come again to the back of the queue after a time with other demands.
func retrying(o *oracleCase) []experiment {
	m := station(o)
	c := &m.classes[0]
	c.Fresh = true
	c.Retry = worker.Retry{Backoff: 1, OnError: true}
	if p, endless := o.Params["p"].(float64); endless {
		c.Failures.Error.P = p
		c.Retry.Max = math.MaxInt32
	} else {
		c.Failures.Error.P = o.p("pf")
		c.Retry.Max = int(o.p("max_attempts")) - 1
		// Full jitter halves the mean; any law of the delay with this mean does.
		c.Retry.Delay, c.Retry.Jitter = des.Seconds(2*o.p("backoff_mean")), true
	}
	return []experiment{{model: m}}
}

// tandem is a chain of three stations.
func tandem(o *oracleCase) []experiment {
	var classes []workloads.Class
	for i, mu := range o.Params["mu"].([]any) {
		p := poisson(o.p("lambda"))
		if i > 0 {
			p = workloads.After{Class: i - 1, Chance: 1}
		}
		classes = append(classes, class([]string{"s1", "s2", "s3"}[i], p, exponential(1/mu.(float64))))
	}
	return []experiment{{model: separated([]int{1, 1, 1}, classes...), own: map[string]func(*run) float64{
		"total_resp_mean": func(r *run) float64 {
			return r.Classes[0].Response.Mean() + r.Classes[1].Response.Mean() + r.Classes[2].Response.Mean()
		},
	}}}
}

// fromEmpty watches many runs from an empty system at given instants.
func fromEmpty(m *model, rounds int, names []string, at ...float64) []experiment {
	e := experiment{model: m, rounds: rounds, window: at[len(at)-1], own: map[string]func(*run) float64{}}
	for i, x := range at {
		e.census = append(e.census, des.Seconds(x))
		e.own[names[i]] = func(r *run) float64 { return r.census.mean(i, len(at)) }
	}
	return []experiment{e}
}

func transient(o *oracleCase) []experiment {
	names := []string{"n_mean@t=1.0", "n_mean@t=5.0", "n_mean@t=20.0", "n_mean@t=80.0"}
	return fromEmpty(station(o), 420, names, 1, 5, 20, 80)
}

// overload for 20 s; the plan must not repeat within the run.
func overload(o *oracleCase) []experiment {
	plan := workloads.Stages{Steps: []workloads.Stage{
		{For: 20 * time.Second, From: 6, To: 6}, {For: hour, From: 2, To: 2},
	}}
	m := pool(int(o.p("c")), class("task", plan, exponential(1)))
	return fromEmpty(m, 350, []string{"n_mean@t=20", "n_mean@t=30", "n_mean@t=50"}, 20, 30, 50)
}

// sinusoidal rates on as many slots as are ever wanted, watched at the same hours of many days. The plan has straight
// pieces of a tenth of the unit of time: a sine is nowhere off them by more than 2e-5 of 50.
func sinusoidal(*oracleCase) []experiment {
	const period, piece, days = 24, 0.1, 20
	rate := func(t float64) float64 { return 50 + 20*math.Sin(2*math.Pi*t/period) }
	var plan workloads.Stages
	for i := range int(math.Round(period / piece)) {
		t := float64(i) * piece
		plan.Steps = append(plan.Steps, workloads.Stage{For: des.Seconds(piece), From: rate(t), To: rate(t + piece)})
	}
	hours := []float64{6, 6.97805, 18}
	names := []string{"n_mean@t=6 (mod 24)", "n_mean@peak", "n_mean@t=18 (mod 24)"}
	e := experiment{model: pool(plenty, class("task", plan, exponential(1))), own: map[string]func(*run) float64{}}
	for i, name := range names {
		e.own[name] = func(r *run) float64 { return r.census.mean(len(hours)+i, len(hours)) } // the first day has no past
	}
	for day := range days {
		for _, h := range hours {
			e.census = append(e.census, des.Seconds(float64(day*period)+h))
		}
	}
	e.window = days * period
	return []experiment{e}
}
