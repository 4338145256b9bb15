package scenarios_test

import (
	"fmt"

	"example.com/simrun/scenarios"
)

func ExampleRead() {
	s, err := scenarios.Read("priority.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.About)
	for _, l := range s.Layouts {
		fmt.Println(l.Name, l.Slots())
	}
	// Output:
	// Real-time notifications share workers with data backups.
	// one-pool 8
	// no-prefetch 8
	// sorted-queues 8
	// message-priority 8
	// reserved 8
	// derived 8
	// separated 8
}

// Everything wrong with a file comes at once, each with its place.
func ExampleDecode() {
	_, err := scenarios.Decode("mine.yaml", []byte(`
run: {duration: 12}
tasks:
  notify: {arivals: {poisson: 12/s}}
strategies:
  one-pool: {workers: {worker: {queues: [notify], concurrency: 8, pool: fork}}}
`), ".")
	fmt.Println(err)
	// Output:
	// mine.yaml:2:17: run.duration: 12: the unit is missing: want a duration such as 20ms, 1.5s, 2m, 1h or 3d
	// mine.yaml:4:12: tasks.notify.arivals: unknown key, did you mean "arrivals"?
	// mine.yaml:6:73: strategies.one-pool.workers.worker.pool: "fork": want prefork, threads, gevent, solo or eventlet
}
