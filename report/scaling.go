package report

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/internal/experiment"
)

// scaling returns the replicas of every layout over time and what its machines have cost by then, where those of some
// follow the load, with the tasks that arrived behind.
func scaling(r *experiment.Result) []Plot {
	var replicas []track
	price := track{title: "all strategies"}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		t := s.Timeline
		if t == nil || t.Replicas == nil {
			return nil
		}
		k := track{title: titled(r, s), step: t.Step.Seconds(), behind: t.Arrivals, faults: planned(s)}
		for w := range min(len(s.Workers), len(t.Replicas)) {
			k.names, k.lines = append(k.names, s.Workers[w].Name), append(k.lines, t.Replicas[w])
		}
		replicas = append(replicas, k)
		if t.Cost != nil {
			price.step, price.behind, price.faults = k.step, t.Arrivals, k.faults
			price.names, price.lines = append(price.names, s.Name), append(price.lines, spent(t.Cost, k.step))
		}
	}
	if len(replicas) == 0 {
		return nil
	}
	out := []Plot{multiples("replicas", "Replicas that run, first replication", "replicas", replicas, shadeFaults(replicas))}
	if price.lines != nil {
		prices := []track{price}
		p := multiples("cost", "What the machines have cost, first replication", inCurrency(r, "cost"), prices, shadeFaults(prices))
		p.height += 60
		out = append(out, p)
	}
	return out
}

// spent sums up a price for an hour over steps of so many seconds.
func spent(price []float64, step float64) []float64 {
	total, out := 0.0, make([]float64, len(price))
	for i, p := range price {
		total += float64(p * step / 3600)
		out[i] = total
	}
	return out
}

// hill is a course in the background, as high as the panel: its own height means nothing there.
type hill struct {
	y    []float64
	step float64
}

func (h hill) Plot(c draw.Canvas, p *plot.Plot) {
	top := slices.Max(h.y)
	if top <= 0 {
		return
	}
	tx, ty := p.Transforms(&c)
	base := ty(p.Y.Min)
	scale := (p.Y.Max - p.Y.Min) / top
	points := []vg.Point{{X: tx(0), Y: base}}
	for i, y := range h.y {
		v := ty(p.Y.Min + y*scale)
		points = append(points, vg.Point{X: tx(float64(i) * h.step), Y: v}, vg.Point{X: tx(float64(i+1) * h.step), Y: v})
	}
	points = append(points, vg.Point{X: tx(float64(len(h.y)) * h.step), Y: base})
	c.FillPolygon(shade, points)
}
