// Package capacity tells what workers can do of what they are offered, in the long run: which queues grow without end,
// by how much, and what is short; which workers lose slots, or would not recover from a burst. It needs no simulation.
//
// It must not know where a layout comes from, nor time or randomness: it looks at means alone.
//
//	for _, q := range layout.Offered(classes, machines, capacity.Outside{}, 1) { // of package strategies
//		fmt.Println(q.Queue, q.Offered, "of", q.Capacity, "slots", q.Unstable, q.By)
//	}
//
// # Where to look
//
//	offered               the question and its answer
//	demand, outside       what a task asks of a worker, and of what lies outside the workers
//	bounds, ratelimit,    what bounds the messages of sets of queues
//	distance, loop
//	share                 what comes to one worker, and how many of it that takes
//	leak, stall           what becomes of a worker whatever its queues are offered
//	fill                  how what there is is dealt out to the queues
package capacity
