package des_test

import (
	"fmt"
	"time"

	"example.com/simrun/des"
)

// One server, tasks of four seconds that arrive every three: each waits a second longer than the one before.
func Example() {
	const (
		arrival des.Kind = iota
		departure
	)
	var (
		queue   des.Queue
		waits   des.Histogram
		busy    des.Area
		waiting []des.Time
	)
	start := func(now, came des.Time) {
		waits.Add(now - came)
		busy.Set(now, 1)
		queue.Push(des.Event{At: now + 4*time.Second, Kind: departure})
	}
	for i := range int32(5) {
		queue.Push(des.Event{At: des.Time(i) * 3 * time.Second, Kind: arrival, Arg: i})
	}
	for queue.Len() > 0 {
		e := queue.Pop()
		switch {
		case e.Kind == arrival && busy.Level() == 0:
			start(e.At, e.At)
		case e.Kind == arrival:
			waiting = append(waiting, e.At)
		case len(waiting) > 0:
			start(e.At, waiting[0])
			waiting = waiting[1:]
		default:
			busy.Set(e.At, 0)
		}
	}
	fmt.Println("ended at", queue.Now())
	fmt.Println("mean wait", waits.Mean(), "longest", waits.Max())
	fmt.Println("busy", busy.Mean(queue.Now()))
	// Output:
	// ended at 20s
	// mean wait 2 longest 4s
	// busy 1
}
