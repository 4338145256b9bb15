package sim_test

import (
	"fmt"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/sim"
	"example.com/simrun/strategies"
	"example.com/simrun/workloads"
)

// One run of one layout: mails at 3/s that take 0.5 s, on two slots.
func Example() {
	half, err := workloads.Exponential(0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	mail := workloads.Class{
		Queue:    "mail",
		Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: 3}},
		Work:     []workloads.Phase{{Kind: workloads.IO, Demand: half}},
	}
	mail.Name = "mail"
	classes := []workloads.Class{mail}
	pool := strategies.Spec{Name: "pool", Workers: []strategies.WorkerSpec{{Command: "celery -A app worker -Q mail -c 2"}}}
	pool.Broker.Kind = "ideal"
	layouts, problems := strategies.Resolve([]strategies.Spec{pool}, classes, nil, nil)
	for _, p := range problems[0] {
		fmt.Println(p.Path, p.Message)
	}
	result := sim.New(&layouts[0], classes, nil, sim.Options{
		Key: des.NewKey(1), Warmup: 10 * time.Minute, Duration: 100 * time.Hour, Drain: time.Hour,
	}).Run()
	// M/M/2 has a mean wait of 0.64 s.
	fmt.Printf("%.2f s\n", result.Classes[0].Wait.Mean())
	// Output:
	// 0.63 s
}
