package strategies_test

import (
	"fmt"
	"log"

	"example.com/simrun/capacity"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

func Example() {
	second, err := workloads.Constant(1)
	if err != nil {
		log.Fatal(err)
	}
	var classes []workloads.Class
	for _, c := range []struct {
		name, queue string
		rate        float64
	}{{"notify", "high", 1.5}, {"backup", "low", 4.5}} {
		class := workloads.Class{
			Queue:    c.queue,
			Arrivals: workloads.Arrivals{Process: workloads.Poisson{PerSecond: c.rate}},
			Work:     []workloads.Phase{{Kind: workloads.IO, Demand: second}},
		}
		class.Name = c.name
		classes = append(classes, class)
	}
	machines := []system.Machine{{Name: "app", Cores: 4, Speed: 1, Efficiency: 1, Count: 1}}

	layouts, problems := strategies.Resolve([]strategies.Spec{{
		Name:    "one-pool",
		Workers: []strategies.WorkerSpec{{Command: "celery -A app worker -n worker@%h -Q high,low -c 8", Machine: "app"}},
	}, {
		Name:   "separated",
		Derive: &strategies.Derive{From: "one-pool", SplitBy: "queue", Share: "load"},
	}}, classes, machines, nil)
	for _, p := range append(problems[0], problems[1]...) {
		fmt.Println(p.Path, p.Message)
	}
	for _, q := range layouts[1].Offered(classes, machines, capacity.Outside{}, 1) {
		fmt.Printf("%s: %.1f of %.0f slots\n", q.Queue, q.Offered, q.Capacity)
	}
	fmt.Println()
	fmt.Print(strategies.Render(strategies.Diff(&layouts[0], &layouts[1], classes)))
	// Output:
	// high: 1.5 of 2 slots
	// low: 4.5 of 6 slots
	//
	// Workers
	//   celery -A app worker -n worker_high@%h -Q high -c 2
	//   celery -A app worker -n worker_low@%h -Q low -c 6
	//
	// Steps
	//   1. Start "worker_high" and "worker_low".
	//   2. Stop "worker" with TERM: what runs is finished first, and what was reserved goes back to the broker.
}
