package scenarios

import (
	"math"
	"strconv"

	"example.com/simrun/strategies"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// size is an amount of memory in bytes.
func (d *decoder) size(v *value) int64 { return int64(math.Round(d.number(v, sizes()))) }

func (d *decoder) sizeIf(v *value) *int64 {
	if v == nil {
		return nil
	}
	return new(d.size(v))
}

// container is what a worker may use of its machine.
func (d *decoder) container(v *value) strategies.ContainerSpec {
	box := strategies.ContainerSpec{
		Parent: d.sizeIf(v.get("base_memory").get("parent")), Child: d.sizeIf(v.get("base_memory").get("child")),
		Memory: d.sizeIf(v.get("memory_limit")), OOM: d.text(v.get("oom")),
	}
	if c := v.get("cpu_limit"); c != nil {
		box.Cores = new(d.number(c, cores()))
	}
	return box
}

// expandContainer writes what a worker may use of its machine.
func expandContainer(out *value, l *strategies.Layout, w int) {
	box := l.Container(w)
	if box.Given {
		base := &value{kind: table}
		base.add("parent", textValue(formatSize(box.Parent)))
		if l.Workers[w].Pool == worker.Prefork {
			base.add("child", textValue(formatSize(box.Child)))
		}
		out.add("base_memory", base)
	}
	if box.Memory > 0 {
		out.add("memory_limit", textValue(formatSize(box.Memory)))
	}
	if box.Cores > 0 {
		out.add("cpu_limit", &value{kind: number, text: strconv.FormatFloat(box.Cores, 'f', -1, 64)})
	}
	if box.Given {
		out.add("oom", textValue(map[bool]string{false: "child", true: "worker"}[box.Whole]))
	}
}

// formatSize writes a size with the largest unit that keeps it whole, exactly.
func formatSize(bytes int64) string {
	for _, u := range []struct {
		name string
		of   int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}} {
		if bytes > 0 && bytes%u.of == 0 {
			return strconv.FormatInt(bytes/u.of, 10) + u.name
		}
	}
	return strconv.FormatFloat(float64(bytes)/1024, 'f', -1, 64) + "KiB"
}

// disks warns of disks that are asked for more than they can do, and of disk phases where no disk is short.
func (d *decoder) disks(s *Scenario) {
	if len(d.found) > 0 {
		return
	}
	reads := func(c int) (mean float64) {
		for _, p := range s.Classes[c].Work {
			if p.Kind == workloads.Disk {
				mean += p.Demand.Mean()
			}
		}
		return mean
	}
	for i := range s.Layouts {
		d.disksOf(s, &s.Layouts[i], reads)
	}
}

// disksOf looks at the disks of one layout, taking the tasks of a queue to be spread by the slots of its workers.
func (d *decoder) disksOf(s *Scenario, l *strategies.Layout, reads func(int) float64) {
	busy := make([]float64, len(s.Machines))
	endless := false
	for c := range s.Classes {
		rate, mean := workloads.MeanRate(s.Classes, c), reads(c)
		if mean == 0 {
			continue
		}
		slots := 0
		each := make([]int, len(s.Machines))
		for w := range l.Workers {
			if !takes(l, w, l.ClassQueue[c]) {
				continue
			}
			slots += l.Workers[w].Concurrency
			if n := l.Node[w]; n >= 0 && s.Machines[l.Nodes[n]].Disk > 0 {
				each[l.Nodes[n]] += l.Workers[w].Concurrency
			} else {
				endless = true
			}
		}
		if rate > 0 && rate < 1e12 {
			for m, n := range each {
				busy[m] += rate * mean * float64(n) / float64(max(1, slots))
			}
		}
	}
	at := d.root.get("strategies").field(l.Name)
	path := join("strategies", l.Name)
	if endless {
		d.warnf(at.at, path, "some tasks read the disk of a machine that has no disk entry: any number of them can read at once")
	}
	for m := range s.Machines {
		if all := countOf(l.Nodes, m) * s.Machines[m].Disk; all > 0 && busy[m] >= float64(all) {
			d.warnf(at.at, path, "the disks of %q get %.4g requests at once, not counting retries, but can do %d", s.Machines[m].Name, busy[m], all)
		}
	}
}

func countOf(list []int, x int) (n int) {
	for _, y := range list {
		if y == x {
			n++
		}
	}
	return n
}
