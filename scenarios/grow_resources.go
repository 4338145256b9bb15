package scenarios

import (
	"math"
	"strconv"
)

// limits returns a worker that got more slots instead of more replicas, with its limits as much larger: it is still one
// worker.
func (g *grower) limits(w *value) *value {
	if own := w.get("memory_limit"); own != nil {
		if n := numberAs(amount{quantity: sizes()}, own); !math.IsNaN(n) {
			w = w.with("memory_limit", g.at, &value{kind: text, at: g.at, text: formatSize(int64(math.Round(n * g.factor)))})
		}
	}
	if own := w.get("cpu_limit"); own != nil {
		if n := numberAs(amount{quantity: cores()}, own); !math.IsNaN(n) {
			w = w.with("cpu_limit", g.at, &value{kind: number, at: g.at, text: strconv.FormatFloat(n*g.factor, 'g', -1, 64)})
		}
	}
	return w
}
