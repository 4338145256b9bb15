package celery

import (
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// eventlet is a pool that is simulated as another one.
const (
	eventlet   = "eventlet"
	LikeGevent = "eventlet is simulated as gevent, which has the same rules; it has not been measured"
)

// PoolNames are the names that a scenario may use.
func PoolNames() []string { return append(worker.PoolNames(), eventlet) }

// PoolOf is the pool of a name.
func PoolOf(name string) (worker.Pool, error) {
	switch name {
	case "processes": // celery/concurrency/__init__.py: an alias
		return worker.Prefork, nil
	case eventlet:
		return worker.Gevent, nil
	}
	i, err := units.Choose(PoolNames(), name)
	return worker.Pool(i), err
}
