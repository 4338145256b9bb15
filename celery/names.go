package celery

import (
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// Releases are those whose behaviour is known.
func Releases() []string { return []string{"5.2", "5.6"} }

// PoolOf is the pool of a name.
func PoolOf(name string) (worker.Pool, error) {
	if name == "processes" { // celery/concurrency/__init__.py: an alias
		return worker.Prefork, nil
	}
	i, err := units.Choose(worker.PoolNames(), name)
	return worker.Pool(i), err
}
