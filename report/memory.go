package report

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
)

// memory returns what workers and machines held, and how often the kernel had to make room.
func memory(r *experiment.Result) *grid {
	g := byStrategy(r, "Memory", 1, []string{"on", "at most", "limit", "of the limit", "OOM kills"}, func(s *experiment.Strategy) (rows [][]string) {
		row := func(name string, most, limit, killed *float64) {
			if most == nil {
				return
			}
			cells := []string{name, units.Bytes(*most), units.Absent, units.Absent, ""}
			if limit != nil {
				cells[2], cells[3] = units.Bytes(*limit), units.Share(*most / *limit)
			}
			if killed != nil {
				cells[4] = units.Count(*killed)
			}
			rows = append(rows, cells)
		}
		for i := range s.Workers {
			w := &s.Workers[i]
			row(w.Name, w.MemoryMax, w.MemoryLimit, w.Killed)
		}
		for i := range s.Machines {
			m := &s.Machines[i]
			row("machine "+m.Name, m.MemoryMax, m.MemoryLimit, nil)
		}
		return rows
	})
	g.note("The most that any instance, or any machine, ever held in the observed time. OOM kills: processes that the kernel killed to make room in the observed time (not while the queues drained after it), mean of %s.", r.Ran())
	return g
}

// killed returns what the kernel took from the tasks, class by class.
func killed(r *experiment.Result) *grid {
	any := false
	g := byStrategy(r, "What running out of memory took", 1, []string{"class", "attempts\nkilled", "tasks\nlost", "given\nback", "run in\nvain"}, func(s *experiment.Strategy) (rows [][]string) {
		for i := range s.Classes {
			c := &s.Classes[i]
			if k := c.Killed; k != nil {
				any = any || k.Attempts+k.Lost+k.Again > 0
				rows = append(rows, []string{c.Name, units.Count(k.Attempts), units.Count(k.Lost), units.Count(k.Again), units.Duration(k.Wasted)})
			}
		}
		return rows
	})
	if !any {
		return &grid{}
	}
	g.note("Of the tasks that arrived in the observed time, whenever they were killed, also while the queues drained after it: means of %s. Lost: acked before their process was killed. Given back: messages back at the broker, to be run again. Run in vain: how long killed attempts had run.", r.Ran())
	return g
}

// disks returns how busy the disks of the machines were.
func disks(r *experiment.Result) *grid {
	g := byStrategy(r, "Disks", 1, []string{"machine", "utilization", "interval"}, func(s *experiment.Strategy) (rows [][]string) {
		for _, m := range s.Machines {
			if m.DiskUtilization != nil {
				rows = append(rows, []string{m.Name, value(portion, m.DiskUtilization), interval(portion, m.DiskUtilization)})
			}
		}
		return rows
	})
	return g
}

// memoryPanel is one strategy's panel of the time line of memory.
type memoryPanel struct {
	title string
	step  float64
	lines []experiment.MemoryLine
	style []int // of each line
}

// memoryTime is what workers and machines held over the first replication, with their limits.
func memoryTimes(r *experiment.Result) []Plot {
	var panels []memoryPanel
	var names []string
	top, end := 0.0, 0.0
	limits := false
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if s.Memory == nil || s.Memory.Step <= 0 {
			continue
		}
		p := memoryPanel{title: titled(r, s), step: s.Memory.Step.Seconds()}
		add := func(line experiment.MemoryLine) {
			k := slices.Index(names, line.Name)
			if k < 0 {
				k, names = len(names), append(names, line.Name)
			}
			for _, v := range line.Most {
				top = max(top, v)
			}
			top, end = max(top, line.Limit), max(end, float64(len(line.Most))*p.step)
			limits = limits || line.Limit > 0
			p.lines, p.style = append(p.lines, line), append(p.style, k)
		}
		if alone(s) { // the machine's line is the worker's
			both := s.Memory.Machines[0]
			both.Name = s.Memory.Workers[0].Name
			add(both)
		} else {
			for _, w := range s.Memory.Workers {
				add(w)
			}
			for _, m := range s.Memory.Machines {
				m.Name = "machine " + m.Name
				add(m)
			}
		}
		panels = append(panels, p)
	}
	if panels == nil || top <= 0 {
		return nil
	}
	var keys []key
	for i, n := range names {
		keys = append(keys, key{name: n, line: timeStyle(i)})
	}
	if limits {
		keys = append(keys, key{name: "limit (thin)", line: observedLine})
	}
	plots := make([]*plot.Plot, len(panels))
	var words []string
	for i := range panels {
		plots[i] = panels[i].plot(top, end)
		for _, l := range panels[i].lines {
			words = append(words, fmt.Sprintf("%s, %s: at most %s", panels[i].title, l.Name, units.Bytes(slices.Max(l.Most))))
		}
	}
	const panel = vg.Length(92)
	const title = "Memory held, first replication"
	return []Plot{{
		File: "memory", Section: "time", Title: title, Alt: "Over time, a panel a strategy. " + strings.Join(words, "; ") + ".",
		width: figWidth, height: panel*vg.Length(len(plots)) + 28 + legendRows(keys)*16 + 30,
		draw: func(c draw.Canvas) { stack(heading(c, title, keys), plots) },
	}}
}

// alone says that one instance has its machine for itself, and no limit but that.
func alone(s *experiment.Strategy) bool {
	m := s.Memory
	return len(m.Workers) == 1 && len(m.Machines) == 1 && m.Workers[0].Limit == 0 && s.Workers[0].Replicas != nil && s.Workers[0].Replicas.Value == 1
}

func (p *memoryPanel) plot(top, end float64) *plot.Plot {
	ax := axes("")
	ax.X.Min, ax.X.Max, ax.X.Tick.Marker = 0, end, durationTicks{}
	ax.Y.Min, ax.Y.Max, ax.Y.Tick.Marker = 0, top*1.06, byteTicks{}
	ax.Title.Text = p.title
	ax.Add(gridLines{y: true})
	for i, l := range p.lines {
		if l.Limit > 0 {
			thin := draw.LineStyle{Color: timeStyle(p.style[i]).Color, Width: observedLine.Width}
			if strings.HasPrefix(l.Name, "machine ") || len(p.lines) == 1 {
				thin = observedLine
			}
			ax.Add(&curve{x: []float64{0, end}, y: []float64{l.Limit, l.Limit}, line: thin})
		}
	}
	for i, l := range p.lines {
		line := &curve{line: timeStyle(p.style[i])}
		for k, y := range l.Most {
			line.x, line.y = append(line.x, (float64(k)+0.5)*p.step), append(line.y, y)
		}
		ax.Add(line)
	}
	return ax
}

// byteTicks are about four ticks of a linear axis of bytes, at round numbers of a power of 1024.
type byteTicks struct{}

func (byteTicks) Ticks(low, high float64) []plot.Tick {
	unit := 1.0
	for high/unit >= 2048 {
		unit *= 1024
	}
	step := niceStep((high - low) / unit)
	for (high-low)/unit/step > 4 {
		step = niceStep(step * 12)
	}
	return linear(low, high, step*unit, units.Bytes)
}
