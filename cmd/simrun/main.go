// Command simrun answers whether to split Celery's workers, or whether one pool with several queues is enough: it
// simulates the same tasks through several layouts of workers and says which meets its targets.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}
