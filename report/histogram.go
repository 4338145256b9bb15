package report

import (
	"fmt"
	"math"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
)

// Histogram is how the waits of a class are spread under every layout, in bars of text.
func Histogram(r *experiment.Result, class string, width int, color bool) string {
	p := newPage(width, color)
	p.title("Waits of " + class)
	edges := edges(r, class)
	if len(edges) == 0 {
		p.line("Nothing waited, or no figures can be given.")
		return p.String()
	}
	aim := target(r, class, worker.Wait)
	for i := range r.Strategies {
		s := &r.Strategies[i]
		w := classOf(s, class).Wait
		p.line("")
		p.paragraph("", titled(r, s))
		if w == nil || w.Pooled == nil || w.Pooled.Count() == 0 {
			p.line("  no figures")
			continue
		}
		p.bins(w.Pooled, edges, aim)
	}
	return p.String()
}

// bins draws one distribution, a line for each bin, and the target between the bins that it parts.
func (p *page) bins(h *des.Histogram, edges []float64, aim *experiment.SLO) {
	last := 0.0
	drawn := aim == nil
	for _, edge := range append(edges, math.Inf(1)) {
		share, label := 1.0, "more"
		if !math.IsInf(edge, 1) {
			share, label = h.Share(des.Seconds(edge)), "up to "+units.Duration(edge)
		}
		if !drawn && edge > aim.Target {
			p.line(fmt.Sprintf("  %14s", "-- "+units.Duration(aim.Target)+" --"))
			drawn = true
		}
		part := max(0, share-last)
		bar := strings.Repeat("#", int(math.Round(part*float64(p.width-28))))
		if part > 0 && bar == "" {
			bar = "."
		}
		p.line(strings.TrimRight(fmt.Sprintf("  %14s  %7s  %s", label, units.Share(part), bar), " "))
		last = share
	}
}

// edges are the upper ends of the bins of a class, the same under every layout: 1, 2, 5 times powers of ten from the
// median of the quickest layout to what hardly any task exceeds.
func edges(r *experiment.Result, class string) (out []float64) {
	low, high := math.Inf(1), 0.0
	for i := range r.Strategies {
		if w := classOf(&r.Strategies[i], class).Wait; w != nil && w.Pooled != nil && w.Pooled.Count() > 0 {
			low, high = min(low, max(w.Pooled.Quantile(0.5), 1e-6)), max(high, w.Pooled.Quantile(0.999))
		}
	}
	if !(high > 0) {
		return nil
	}
	low = max(low, high/1e5)
	for _, d := range decades {
		for _, m := range []float64{1, 2, 5} {
			if v := d * m; v >= low*(1-1e-9) && (len(out) == 0 || out[len(out)-1] < high) && (len(out) == 0 || v > out[len(out)-1]) {
				out = append(out, v)
			}
		}
	}
	return out
}
