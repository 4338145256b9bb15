package cells

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// BenchmarkOverhead says how much longer a cell of a second takes when it travels: work written and read, an outcome written
// and read.
func BenchmarkOverhead(b *testing.B) {
	bundle := &scenarios.Bundle{Name: "x.yaml", Text: []byte(`run: {duration: 1h, warmup: 0s}
tasks: {a: {arrivals: {poisson: 400/s}, work: [{io: {exponential: 100ms}}]}}
strategies: {now: {workers: {w: {queues: [a], concurrency: 60}}}}
`)}
	sc, err := bundle.Scenario()
	require.NoError(b, err)
	w := Work{Identity: Identity{bundle.Sum(), "p"}, Bundle: bundle, Cells: []experiment.Cell{{Load: 1, Duration: sc.Run.Duration, Drain: des.Seconds(1)}}}
	var here, there time.Duration
	for b.Loop() {
		began := time.Now()
		experiment.Compute(sc, &w.Cells[0])
		here += time.Since(began)
		began = time.Now()
		in, err := json.Marshal(w)
		require.NoError(b, err)
		var out bytes.Buffer
		require.NoError(b, Serve(bytes.NewReader(in), &out, "p"))
		var d Done
		require.NoError(b, json.Unmarshal(out.Bytes(), &d))
		_, err = Decode(d.Outcomes[0])
		require.NoError(b, err)
		there += time.Since(began)
	}
	b.ReportMetric(100*(there.Seconds()/here.Seconds()-1), "%-overhead")
	b.ReportMetric(here.Seconds()/float64(b.N), "s/cell")
}
