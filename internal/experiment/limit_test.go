package experiment

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/stats"
	"example.com/simrun/workloads"
)

// Where what is missed grows as it does in M/M/c, a limit is bracketed narrowly in few probes, none of them far beyond it.
func TestASearchFollowsALine(t *testing.T) {
	const allowed = 0.05
	for limit, most := range map[float64]int{0.3: 4, 0.8: 2, 0.95: 1, 1.05: 1, 1.3: 2, 2.5: 3, 6: 5} {
		target := &workloads.SLO{}
		s := &search{at: 1, least: 1, wall: math.Inf(1), brim: 1.5 * limit}
		take := func() {
			by := allowed * min(math.Pow(1/allowed, (s.at-limit)/(s.brim-limit))-1, 1/allowed-1)
			s.take(excess{passes: by <= 0, level: stats.NewLevel(2, 0.95), missed: []missed{{target, []float64{by, by}, allowed}}}, nil)
		}
		take()
		probes := 0
		for s.next(nil) && !s.narrow && probes < 20 {
			take()
			probes++
		}
		assert.LessOrEqual(t, probes, most, limit)
		assert.LessOrEqual(t, s.low.at, limit)
		assert.GreaterOrEqual(t, s.high.at, limit)
		assert.LessOrEqual(t, s.high.at, headroomBracket*s.low.at, limit)
		assert.LessOrEqual(t, s.tried, max(1, 1.3*limit), limit)
	}
}
