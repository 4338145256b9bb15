// Package sim is the virtual world: it hosts a [worker.System] in virtual time, on machines whose cores are shared
// by the threads that want them.
//
// It owns the loop, the bodies of the tasks and the cores, and what lies outside the workers: services, the ways to
// them, and what breaks as planned. It knows nothing of scenarios or of how many runs make
// an answer, and nothing of package live: the two worlds meet only in the worker and in tests.
//
//	world := sim.New(&layout, classes, machines, sim.Options{Key: des.NewKey(1), Duration: time.Hour})
//	result := world.Run()
//	fmt.Println(result.Classes[0].Wait.Quantile(0.95))
//
// Start with these three files: world.go, which has the loop of a run; body.go, which takes a task through its phases; and
// node.go, which shares the cores of a machine; turns.go finds the first finish among many. A phase goes on in thread.go
// (CPU), disk.go, service.go (calls) or transfer.go; labour.go is the CPU time of Celery itself, user.go says who can have
// any. memory.go, lodging.go, network.go and exposure.go with compromise.go each exist only in runs that ask for them.
//
// At one instant, events of the queue come first in the order in which they were scheduled, then the machines in
// their order, then arrivals.
package sim
