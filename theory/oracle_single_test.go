package theory

import (
	"math"
	"strconv"
	"strings"
)

// The single stations: what each case's model is, in terms of the package.

func (o oracleCase) mmc() MMC {
	return MMC{Lambda: o.num("lambda"), Mu: o.num("mu"), C: o.count("c", 1)}
}

func mmcCase(o oracleCase) figures {
	q := o.mmc()
	return figures{
		"wait_mean": q.MeanWait(), "resp_mean": q.MeanResponse(),
		"n_mean": q.MeanNumber(), "nq_mean": q.MeanQueue(),
		"util": q.Rho(), "p_wait": q.PWait(),
		"wait_p50": q.WaitQuantile(0.5), "wait_p90": q.WaitQuantile(0.9),
		"wait_p95": q.WaitQuantile(0.95), "wait_p99": q.WaitQuantile(0.99),
		"resp_p50": q.ResponseQuantile(0.5), "resp_p95": q.ResponseQuantile(0.95),
		"resp_p99": q.ResponseQuantile(0.99),
	}
}

func homogeneousCase(o oracleCase) figures {
	rho := o.num("rho")
	got := figures{}
	for name, q := range map[string]MMC{
		"2xMM1": {rho, 1, 1}, "MM2": {2 * rho, 1, 2},
		"MM1-fast(mu=2)": {2 * rho, 2, 1}, "MM8": {8 * rho, 1, 8},
	} {
		got["wait_mean/"+name], got["resp_mean/"+name] = q.MeanWait(), q.MeanResponse()
	}
	return got
}

func lossCase(o oracleCase) figures {
	a, c := o.num("lambda")/o.num("mu"), o.count("c", 1)
	b := ErlangB(c, a)
	return figures{"p_block": b, "util": a * (1 - b) / float64(c)}
}

func mmckCase(o oracleCase) figures {
	q := MMCK{Lambda: o.num("lambda"), Mu: o.num("mu"), C: o.count("c", 1), K: o.count("K", 1)}
	return figures{
		"p_block": q.Blocking(), "throughput": q.Throughput(),
		"n_mean": q.MeanNumber(), "nq_mean": q.MeanQueue(),
		"wait_mean": q.MeanWait(), "resp_mean": q.MeanResponse(),
	}
}

func waitP95(q MMC) float64 { return q.WaitQuantile(0.95) }
func respP99(q MMC) float64 { return q.ResponseQuantile(0.99) }

func capacityWait(o oracleCase, t, share float64) figures {
	return capacity(o, share, func(q MMC) float64 { return q.WaitTail(t) })
}

func capacityTime(o oracleCase, limit float64, metric func(MMC) float64) figures {
	return capacity(o, limit, metric)
}

func capacity(o oracleCase, limit float64, metric func(MMC) float64) figures {
	c := MinServers(o.num("lambda"), o.num("mu"), func(q MMC) bool { return metric(q) <= limit })
	at := func(c int) float64 { return metric(MMC{o.num("lambda"), o.num("mu"), c}) }
	return figures{"min_servers": float64(c), "metric_at_c": at(c), "metric_at_c-1": at(c - 1)}
}

func sinusoidalCase(o oracleCase) figures {
	q := SinusoidalInfinite{
		Base: o.at("arrivals", "base").(float64), Amp: o.at("arrivals", "amp").(float64),
		Period: o.at("arrivals", "period").(float64), Mu: o.num("mu"),
	}
	return figures{
		"n_mean@t=6 (mod 24)": q.MeanNumber(6), "n_mean@t=18 (mod 24)": q.MeanNumber(18),
		"peak_time (mod 24)": q.PeakTime(), "n_mean@peak": q.MeanNumber(q.PeakTime()),
	}
}

func transientCase(o oracleCase) figures {
	q := NewTransient(1, 1, 400)
	got := figures{}
	var now float64
	for _, t := range []string{"1.0", "5.0", "20.0", "80.0"} {
		at, _ := strconv.ParseFloat(t, 64)
		q.Advance(o.num("lambda"), at-now)
		now = at
		got["n_mean@t="+t] = q.MeanNumber()
	}
	return got
}

func overloadCase(o oracleCase) figures {
	q := NewTransient(1, o.count("c", 1), 400)
	got := figures{}
	q.Advance(6, 20)
	got["n_mean@t=20"] = q.MeanNumber()
	q.Advance(2, 10)
	got["n_mean@t=30"] = q.MeanNumber()
	q.Advance(2, 20)
	got["n_mean@t=50"] = q.MeanNumber()
	return got
}

func mdcCase(o oracleCase) figures {
	q := NewMDC(o.num("lambda"), o.num("D"), o.count("c", 1))
	return figures{
		"wait_mean": q.MeanWait(), "resp_mean": q.MeanResponse(), "p_wait": q.PWait(),
		"wait_p90": q.WaitQuantile(0.9), "wait_p95": q.WaitQuantile(0.95), "wait_p99": q.WaitQuantile(0.99),
	}
}

// service is the model's service law: moments, and a transform where it has one.
func (o oracleCase) service() (es, es2 float64, lst LST) {
	s := func(name string) float64 { v, _ := o.at("service", name).(float64); return v }
	es = s("mean")
	switch o.at("service", "dist") {
	case "exp":
		return es, 2 * es * es, ExpLST(es)
	case "det":
		return es, es * es, DeterministicLST(es)
	case "erlang":
		return es, es * es * (1 + 1/s("k")), ErlangLST(int(s("k")), es)
	case "hyperexp2-balanced":
		return es, es * es * (1 + s("scv")), HyperexpLST(numbers(o.at("service", "p")), numbers(o.at("service", "rates")))
	case "pareto":
		a, xm := s("alpha"), s("xm")
		return es, a * xm * xm / (a - 2), nil
	default: // lognormal
		return es, es * es * (1 + s("scv")), nil
	}
}

func mg1Case(o oracleCase) figures {
	es, es2, lst := o.service()
	q := MG1{Lambda: o.num("lambda"), ES: es, ES2: es2}
	got := figures{"wait_mean": q.MeanWait(), "resp_mean": q.MeanResponse()}
	if lst != nil {
		got["wait_p50"] = q.WaitQuantile(lst, 0.5)
		got["wait_p95"] = q.WaitQuantile(lst, 0.95)
		got["wait_p99"] = q.WaitQuantile(lst, 0.99)
	}
	return got
}

// sitaCase splits tasks by size at the cutoff onto two hosts, against a coin.
func sitaCase(o oracleCase) figures {
	const k, p, alpha = 1.0, 1000.0, 1.5
	// moment is E[X^r; a < X <= b] of the bounded Pareto law.
	moment := func(r, a, b float64) float64 {
		norm := alpha * math.Pow(k, alpha) / (1 - math.Pow(k/p, alpha))
		return norm * (math.Pow(b, r-alpha) - math.Pow(a, r-alpha)) / (r - alpha)
	}
	l, cut := o.num("lambda"), o.num("cutoff")
	host := func(a, b float64) (share, wait, inverse float64) {
		share = moment(0, a, b)
		q := MG1{Lambda: l * share, ES: moment(1, a, b) / share, ES2: moment(2, a, b) / share}
		return share, q.MeanWait(), moment(-1, a, b) / share
	}
	share1, wait1, inv1 := host(k, cut)
	share2, wait2, inv2 := host(cut, p)
	random := MG1{Lambda: l / 2, ES: moment(1, k, p), ES2: moment(2, k, p)}.MeanWait()
	return figures{
		"wait_mean/sita:small-host": wait1, "wait_mean/sita:large-host": wait2,
		"wait_mean/sita:all":            share1*wait1 + share2*wait2,
		"slowdown_wait_mean/sita:all":   share1*wait1*inv1 + share2*wait2*inv2,
		"wait_mean/random:all":          random,
		"slowdown_wait_mean/random:all": random * moment(-1, k, p),
	}
}

func srptCase(o oracleCase) figures {
	return figures{"resp_mean": SRPTMeanResponse(o.num("lambda"), 1)}
}

func gim1Case(o oracleCase) figures {
	lambda, va := o.num("lambda"), 0.0
	var lst LST
	switch {
	case o.at("dispatch") == "round-robin": // every second arrival of a Poisson stream
		lambda /= 2
		lst = ErlangLST(2, 1/lambda)
	case o.at("arrivals", "kind") == "deterministic":
		lst = DeterministicLST(1 / lambda)
	default:
		lst = HyperexpLST(numbers(o.at("arrivals", "p")), numbers(o.at("arrivals", "rates")))
		va = o.at("arrivals", "scv").(float64) / (lambda * lambda)
	}
	q := NewGIM1(lambda, 1, lst)
	return figures{
		"wait_mean": q.MeanWait(), "resp_mean": q.MeanResponse(), "p_wait": q.Sigma,
		"wait_p95": q.WaitQuantile(0.95), "resp_p95": q.ResponseQuantile(0.95),
		"kingman_upper_bound_wait_mean": KingmanBound(lambda, 1, va, 1),
	}
}

func psCase(o oracleCase) figures {
	es := o.at("service", "mean").(float64)
	q := PS{Lambda: o.num("lambda"), ES: es, C: o.count("c", 1)}
	got := figures{
		"resp_mean": q.MeanResponse(), "n_mean": q.MeanNumber(),
		"slowdown_mean": q.Slowdown(), "util": q.Rho(),
		"resp_mean_given_size_0.5": q.MeanResponseGiven(0.5),
		"resp_mean_given_size_2":   q.MeanResponseGiven(2),
	}
	for n := range 5 {
		got["p_n"+strconv.Itoa(n)] = q.P(n)
	}
	return got
}

// classes are the classes of the model, moments derived where they are not given.
func (o oracleCase) classes() (classes []Class, names []string) {
	for i := range o.at("classes").([]any) {
		s := func(path ...any) float64 { v, _ := o.at(append([]any{"classes", i}, path...)...).(float64); return v }
		es, es2 := s("service", "mean"), s("service", "ES2")
		if es2 == 0 {
			es2 = 2 * es * es
		}
		classes = append(classes, Class{Lambda: s("arrivals", "rate"), ES: es, ES2: es2})
		name, _ := o.at("classes", i, "name").(string)
		names = append(names, name)
	}
	return classes, names
}

func priorityCase(o oracleCase) figures {
	classes, names := o.classes()
	got := figures{"sum_rho_wait": SumRhoWait(classes)}
	if o.at("discipline") == "preres" {
		for i, t := range PreemptiveResume(classes) {
			got["resp_mean/"+names[i]] = t
		}
		return got
	}
	for i, w := range Cobham(classes) {
		got["wait_mean/"+names[i]], got["resp_mean/"+names[i]] = w, w+classes[i].ES
	}
	return got
}

func reservedCase(o oracleCase) figures {
	classes, _ := o.classes()
	q := Reserved{
		LambdaShort: classes[0].Lambda, LambdaLong: classes[1].Lambda, Short: classes[0].ES, Long: classes[1].ES,
		C: o.count("c", 1), MaxLong: o.count("max_long", 1),
	}
	short, long := q.Waits()
	return figures{
		"wait_mean/short": short, "wait_mean/long": long,
		"wait_mean/all": (q.LambdaShort*short + q.LambdaLong*long) / (q.LambdaShort + q.LambdaLong),
	}
}

func priorityMMCCase(o oracleCase) figures {
	classes, names := o.classes()
	var lambdas []float64
	for _, c := range classes {
		lambdas = append(lambdas, c.Lambda)
	}
	c := o.count("c", 1)
	got := figures{}
	if strings.Contains(o.ID, "preres") {
		for i, t := range MMCPreemptive(c, 1, lambdas) {
			got["resp_mean/"+names[i]] = t
		}
		return got
	}
	var all float64
	for i, w := range MMCNonPreemptive(c, 1, lambdas) {
		got["wait_mean/"+names[i]] = w
		all += lambdas[i] * w
	}
	got["wait_mean/all"] = all / sum(lambdas)
	return got
}
