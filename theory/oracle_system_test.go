package theory

import "strconv"

// Systems: failures, closed sources, several stations, pools.

func erlangACase(o oracleCase) figures {
	q := ErlangA{Lambda: o.num("lambda"), Mu: o.num("mu"), C: o.count("c", 1), Theta: o.num("theta")}
	return figures{
		"p_abandon": q.PAbandon(), "p_wait": q.PWait(), "wait_mean_all": q.MeanWait(),
		"nq_mean": q.MeanQueue(), "throughput": q.Throughput(),
	}
}

func repairCase(o oracleCase) figures {
	q := Repair{N: o.count("N", 1), C: o.count("c", 1), Z: o.num("Z"), S: o.num("S")}
	return figures{
		"throughput": q.Throughput(), "resp_mean": q.MeanResponse(),
		"n_mean": q.MeanNumber(), "util": q.Utilization(),
	}
}

func retryCase(o oracleCase) figures {
	q := Retry{Lambda: o.num("lambda"), Mu: 1, C: o.count("c", 1), MaxAttempts: o.count("max_attempts", 0)}
	if q.MaxAttempts == 0 {
		q.Failure = o.num("p")
	} else {
		q.Failure, q.Backoff = o.num("pf"), o.num("backoff_mean")
	}
	station := q.Station()
	return figures{
		"attempts_mean": q.Attempts(), "p_dead": q.Dead(), "util": station.Rho(),
		"wait_mean_per_attempt": station.MeanWait(), "n_mean_station": station.MeanNumber(),
		"n_mean": station.MeanNumber(), "n_mean_backoff": q.MeanBackoffNumber(),
		"total_resp_mean": q.MeanTotalResponse(),
	}
}

func tandemCase(o oracleCase) figures {
	var stations []Station
	for _, mu := range numbers(o.Params["mu"]) {
		stations = append(stations, Station{Mu: mu, C: 1})
	}
	stations[0].External = o.num("lambda")
	routing := [][]float64{{0, 1, 0}, {0, 0, 1}, {0, 0, 0}}
	got := figures{"total_resp_mean": JacksonMeanResponse(stations, routing)}
	for i, q := range Jackson(stations, routing) {
		got["n_mean"] += q.MeanNumber()
		got["resp_mean/s"+strconv.Itoa(i+1)] = q.MeanResponse()
	}
	return got
}

func jacksonCase(o oracleCase) figures {
	var stations []Station
	servers, means := numbers(o.at("servers")), numbers(o.at("service_means"))
	for i, external := range numbers(o.at("external")) {
		stations = append(stations, Station{External: external, Mu: 1 / means[i], C: int(servers[i])})
	}
	var routing [][]float64
	for i := range stations {
		routing = append(routing, numbers(o.at("routing", i)))
	}
	got := figures{"total_resp_mean": JacksonMeanResponse(stations, routing)}
	for i, q := range Jackson(stations, routing) {
		name := "/s" + strconv.Itoa(i+1)
		got["lambda_eff"+name], got["n_mean"+name] = q.Lambda, q.MeanNumber()
	}
	return got
}

func pollingCase(o oracleCase) figures {
	s := o.num("s")
	q := Polling{N: 2, Lambda: o.num("lambda_each"), ES: 1, ES2: 2, Walk: s, Walk2: 2 * s * s}
	if o.at("discipline") == "cyclic exhaustive" {
		return figures{"wait_mean/each": q.ExhaustiveMeanWait()}
	}
	return figures{"wait_mean/each": q.LimitedMeanWait()}
}

func batchCase(o oracleCase) figures {
	q := BatchMM1{Lambda: o.num("lambda_batches"), Mu: 1, X: o.num("EX"), X2: o.num("EX2")}
	return figures{
		"n_mean": q.MeanNumber(), "resp_mean": q.MeanResponse(),
		"wait_mean": q.MeanWait(), "util": q.Rho(),
	}
}

func mmppCase(o oracleCase) figures {
	q := MMPP{
		Rates:  [2]float64(numbers(o.at("arrivals", "rates"))),
		Switch: [2]float64(numbers(o.at("arrivals", "switch"))), Mu: 1, C: o.count("c", 1),
	}
	f := q.Solve()
	return figures{
		"n_mean": f.Number, "resp_mean": f.Response, "wait_mean": f.Wait, "p_wait": f.PWait,
		"util": q.MeanRate() / float64(q.C),
	}
}

func breakdownAnyCase(o oracleCase) figures {
	q := BreakdownAnytime{Lambda: o.num("lambda"), Mu: o.num("mu"), Theta: o.num("theta"), R: o.num("r")}
	return figures{"n_mean": q.MeanNumber(), "resp_mean": q.MeanResponse(), "availability": q.Availability()}
}

func breakdownActiveCase(o oracleCase) figures {
	c, c2 := ResumeCompletion(1, o.num("theta"), o.num("r"))
	q := MG1{Lambda: o.num("lambda"), ES: c, ES2: c2}
	return figures{"resp_mean": q.MeanResponse(), "completion_time_mean": c}
}

func crashCase(o oracleCase) figures {
	c, c2 := RepeatCompletion(o.num("D"), o.num("theta"), o.num("r"))
	q := MG1{Lambda: o.num("lambda"), ES: c, ES2: c2}
	return figures{
		"completion_time_mean": c, "completion_time_m2": c2,
		"wait_mean": q.MeanWait(), "resp_mean": q.MeanResponse(),
		"executions_mean": Executions(o.num("D"), o.num("theta")), "util_incl_repair": q.Rho(),
	}
}

func breakdownMMCCase(o oracleCase) figures {
	q := BreakdownMMC{Lambda: o.num("lambda"), Mu: 1, Theta: o.num("theta"), R: o.num("r"), C: o.count("c", 1)}
	return figures{"n_mean": q.MeanNumber(), "resp_mean": q.MeanResponse(), "servers_up_mean": q.MeanServersUp()}
}

func setupCase(o oracleCase) figures {
	l := o.num("lambda")
	if o.at("setup", "dist") == "det" {
		d := o.num("D")
		return figures{"resp_mean": SetupMM1{Lambda: l, Mu: 1, I: d, I2: d * d}.MeanResponse()}
	}
	i := 1 / o.num("alpha")
	return figures{
		"resp_mean": SetupMM1{Lambda: l, Mu: 1, I: i, I2: 2 * i * i}.MeanResponse(),
		"resp_p95":  SetupResponseQuantile(l, 1, i, 0.95),
	}
}

func vacationCase(o oracleCase) figures {
	v := o.at("vacation", "mean").(float64)
	v2 := v * v
	if o.at("vacation", "dist") == "exp" {
		v2 *= 2
	}
	w := VacationMeanWait(MG1{Lambda: o.num("lambda"), ES: 1, ES2: 2}, v, v2)
	return figures{"wait_mean": w, "resp_mean": w + 1}
}

func setupMMKCase(o oracleCase) figures {
	f := SetupMMK{Lambda: o.num("lambda"), Mu: 1, Alpha: o.num("alpha"), K: o.count("k", 1)}.Solve()
	return figures{
		"n_mean": f.Number, "resp_mean": f.Response,
		"servers_on_mean": f.On, "servers_in_setup_mean": f.Setup,
	}
}

func forkJoinCase(o oracleCase) figures {
	return figures{"resp_mean": ForkJoin2MeanResponse(o.num("lambda"), 1)}
}

func chordCase(o oracleCase) figures {
	return figures{"resp_mean": ChordMean(o.count("n", 0), 1)}
}

func jsqCase(o oracleCase) figures {
	return figures{"resp_mean": JSQ2MeanResponse(o.num("lambda"), 1)}
}

func prefetchCase(o oracleCase) figures {
	return figures{"resp_mean": Prefetch2MeanResponse(o.num("lambda"), 1, o.count("cap", 1))}
}

func cpuioOpenCase(o oracleCase) figures {
	l, cpu, io := o.num("lambda"), o.num("cpu"), o.num("io")
	station := PS{Lambda: l, ES: cpu, C: o.count("c", 1)}
	response := CPUIO{Lambda: l, CPU: cpu, IO: io, C: o.count("c", 1)}.Unlimited()
	return figures{
		"resp_mean": response, "cpu_resp_mean": station.MeanResponse(),
		"n_mean": l * response, "cpu_util": station.Rho(),
	}
}

func cpuioCase(o oracleCase) figures {
	q := CPUIO{Lambda: o.num("lambda"), CPU: o.num("cpu"), IO: o.num("io"), C: o.count("c", 1), N: o.count("slots", 1)}
	f := q.Solve()
	return figures{
		"resp_mean": f.Response, "wait_mean": f.Wait, "p_wait": f.PWait,
		"cpu_util": f.Utilization, "saturation_throughput": q.Saturation(),
	}
}

func poolingCase(o oracleCase) figures {
	l1, l2, m1, m2 := o.num("l1"), o.num("l2"), o.num("m1"), o.num("m2")
	s1, s2 := o.count("s1", 1), o.count("s2", 1)
	short, long := MMC{l1, 1 / m1, s1}, MMC{l2, 1 / m2, s2}
	pool := NewPooled(l1, m1, l2, m2, s1+s2)
	return figures{
		"wait_mean/separate:short": short.MeanWait(), "wait_p95/separate:short": short.WaitQuantile(0.95),
		"wait_mean/separate:long": long.MeanWait(), "wait_p95/separate:long": long.WaitQuantile(0.95),
		"wait_mean/separate:all": (l1*short.MeanWait() + l2*long.MeanWait()) / (l1 + l2),
		"wait_mean/pooled:all":   pool.MeanWait(), "p_wait/pooled:all": pool.PWait(),
		"wait_p95/pooled:all": pool.WaitQuantile(0.95), "wait_p99/pooled:all": pool.WaitQuantile(0.99),
	}
}
