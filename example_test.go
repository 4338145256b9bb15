package simrun_test

import (
	"context"
	"fmt"

	"example.com/simrun"
	"example.com/simrun/spec"
)

// Do notifications need a worker of their own?
func Example() {
	scenario, err := simrun.Read("scenarios/minimal.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := simrun.Run(context.Background(), scenario, simrun.Options{Seed: new(uint64(7)), Replications: 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, s := range result.Strategies {
		fmt.Println(s.Name, scenario.Layouts[i].Slots(), s.Classes[0].SLO[0].Verdict)
	}
	if result.Verdict.Recommend != nil {
		fmt.Println("take", *result.Verdict.Recommend)
	}
	// Output:
	// one-pool 8 fail
	// one-flag 8 fail
	// separated 8 pass
	// take separated
}

func ExampleRead() {
	scenario, err := simrun.Read("scenarios/priority.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range scenario.Layouts[:3] {
		fmt.Println(l.Name, l.Slots())
	}
	// Output:
	// one-pool 8
	// no-prefetch 8
	// sorted-queues 8
}

// What is wrong with a scenario is said by its path, all at once.
func ExampleBuild() {
	_, err := simrun.Build(spec.Scenario{
		Name:  "mail",
		Tasks: []spec.Task{{Name: "mail", Arrivals: &spec.Arrivals{Poisson: "10"}, Queue: "low"}},
		Strategies: []spec.Strategy{
			{Name: "one", Workers: []spec.Worker{{Name: "worker", Queues: []string{"lo"}, Concurrency: 2}}},
		},
	})
	fmt.Println(err)
	// Output:
	// tasks.mail.arrivals.poisson: "10": the unit is missing: want a rate such as 12/s, 30/min, 20/h or 5/day
	// strategies.one.workers.worker.queues: "lo": no task goes to this queue: want low; did you mean "low"?
}
