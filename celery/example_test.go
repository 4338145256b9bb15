package celery_test

import (
	"fmt"

	"example.com/simrun/celery"
)

// What a command line says, and what of it has no effect here.
func Example() {
	w, ignored, err := celery.ParseCommand("celery -A app worker -Q high,low -c 8 -O fair")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Queues, *w.Concurrency, w.PrefetchMultiplier == nil)
	fmt.Println(ignored)
	s := celery.WorkerSettingOf("prefetch_multiplier")
	fmt.Println(s.Key, s.Flags, s.Name, s.Default)
	// Output:
	// [high low] 8 true
	// [-O: fair is what Celery does anyway]
	// prefetch_multiplier [--prefetch-multiplier] worker_prefetch_multiplier 4
}
