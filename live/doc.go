// Package live is the real world: it hosts the same [worker.System] as package sim on the real clock, with task
// bodies that really take their time.
//
// One loop goroutine owns the broker and every worker; bodies run outside it and post their end. Its timers lie in a
// des.Queue behind one alarm. Inside a testing/synctest bubble, where time is exact, a run equals the one that package
// sim computes to the nanosecond, task by task: that test is what keeps the two worlds honest.
//
// Arrivals are open loop: they are published when due, whatever the workers do, and waits count from the due. How late
// the loop was is measured; whether that voids a run is for the caller to say.
//
// # Where to look
//
//	options, world, host   the loop, and what the worker sees of it
//	crew                   what runs bodies, in this process (room) or in a child (keeper)
//	room, body             the attempts of one process: phases, fates, being stopped
//	service                what tasks call, shared by all workers
//	exchange               the same for processes, through a socket
//	section                who may compute: the interpreter lock, the one thread of gevent
//	burn                   CPU work in calibrated amounts
//	keeper, process        a child process from its parent's end: started, watched, killed
//	child, frame           the same from its own end, and what they say to each other
//	alarm, pause, rank     what the kernel does better than the runtime: short waits, priorities
//	calibrate, foreign     what this machine can do, and what else it does
//
// Neither sim nor scenarios is known here.
//
//	result, err := live.New(&layout, classes, live.Options{
//		Key: des.NewKey(1), Duration: 30 * time.Second, Executor: live.Thread, Rate: live.MeasureRate(),
//	}).Run(ctx)
package live
