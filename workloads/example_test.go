package workloads_test

import (
	"fmt"
	"time"

	"example.com/simrun/des"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// A nightly report that is followed by three mails.
func Example() {
	nightly, err := workloads.ParseCron("0 2 * * mon-fri")
	if err != nil {
		fmt.Println(err)
		return
	}
	minute, _ := workloads.Constant(60)
	three, _ := workloads.Constant(3)
	classes := []workloads.Class{
		{
			Class:    worker.Class{Name: "report"},
			Arrivals: workloads.Arrivals{Process: nightly},
			Work:     []workloads.Phase{{Kind: workloads.CPU, Demand: minute, Cores: 1}},
		},
		{
			Class:    worker.Class{Name: "mail"},
			Arrivals: workloads.Arrivals{Process: workloads.After{Class: 0, Chance: 1}, Batch: three},
		},
	}
	src := workloads.NewSource(classes, des.NewKey(1), workloads.Options{Origin: 24 * time.Hour}) // from Tuesday 00:00
	demands := make([]des.Time, 1)
	var a workloads.Arrival
	for src.Peek() < 24*time.Hour {
		src.Next(&a)
		work := demands[:len(classes[a.Class].Work)]
		src.Demands(a.Ref, 1, work)
		fmt.Println(a.Due, src.ID(a.Ref), work)
		if a.Class == 0 {
			src.Finished(a.Ref, a.Due+work[0], true)
		}
	}
	// Output:
	// 2h0m0s report-0 [1m0s]
	// 2h1m0s mail-0 []
	// 2h1m0s mail-1 []
	// 2h1m0s mail-2 []
}
