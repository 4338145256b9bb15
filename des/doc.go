// Package des is the kernel of the discrete-event simulation: virtual time, the pending event set, random
// streams, and the tallies that turn events into figures.
//
// It knows nothing of workers, machines or scenarios, and imports the standard library only. Nothing in it
// blocks, locks, reads a clock or draws from a global generator: the same seed gives the same events on any
// number of cores.
//
// The order of events is total and written down here once: by time, and among equal times by the order in which
// they were scheduled.
//
//	var q des.Queue
//	q.Push(des.Event{At: 3 * time.Second, Kind: departure, Arg: 7})
//	for q.Len() > 0 {
//		e := q.Pop() // time goes forward only
//		handle(e)
//	}
package des
