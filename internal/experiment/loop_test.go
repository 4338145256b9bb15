package experiment_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/sim"
	"example.com/simrun/worker"
)

// What the theory of stability says of workers with slots to spare, the loop of each of which takes one message after the other,
// and on whose cores Celery itself works, is what they do in a simulation when far more comes in. Before, such a queue counted as
// stable, and a day of it began that needed 48 GiB.
func TestLoopsBoundWhatIsDone(t *testing.T) {
	bounded := 0
	for _, broker := range []string{"redis", "rabbitmq"} {
		for _, pool := range []string{"prefork -c 100", "threads -c 100", "gevent -c 100", "solo"} {
			for _, cores := range []int{0, 8, 1} {
				name := fmt.Sprintf("%s, %s, %d cores", broker, pool, cores)
				machine, on := "", ""
				if cores > 0 {
					machine, on = fmt.Sprintf("machines: {m: {cores: %d}}\n", cores), ", machine: m"
				}
				sc := read(t, fmt.Sprintf(`run: {duration: 20s, warmup: 10s}
broker: %s
%stasks: {a: {arrivals: {poisson: 4000/s}, work: [{io: 1ms}]}}
strategies: {s: {workers: {w: {command: "celery -A a worker -Q a -P %s"%s}}}}
`, broker, machine, pool, on))
				load := sc.Layouts[0].Offered(sc.Classes, sc.Machines, sc.Outside(), 1)[0]
				if !load.Unstable { // rabbitmq pushes, and without a machine the work of Celery takes no cores
					assert.Equal(t, "rabbitmq, prefork -c 100, 0 cores", name)
					continue
				}
				bounded++
				r := sim.New(&sc.Layouts[0], sc.Classes, sc.Machines, sim.Options{Duration: 20 * time.Second}).Run()
				done, can := float64(r.Classes[0].ByOutcome[worker.OK])/20, load.Rate-load.GrowthPerSecond
				least := 0.98
				switch {
				case pool == "solo":
					least = 0.8 // its process has to wake up after every wait, which is not reckoned
				case pool[0] == 't' && cores == 1:
					least = 0.7 // the loop and the tasks are short of the same core, which is not reckoned
				}
				assert.Less(t, done, 1.01*can, name)
				assert.Greater(t, done, least*can, name)
			}
		}
	}
	assert.Equal(t, 23, bounded)
}
