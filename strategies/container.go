package strategies

import (
	"slices"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// ContainerSpec is what a worker may use of its machine, as written; nil = not given.
type ContainerSpec struct {
	Parent, Child *int64   // bytes that a process holds before any task
	Memory        *int64   // memory_limit, bytes
	Cores         *float64 // cpu_limit
	OOM           string   // child | worker
}

// usualContainer is that of a worker of which nothing is said. Only prefork has children.
func usualContainer(p worker.Pool) system.Container {
	c := system.Container{Parent: system.ParentMemory}
	if p == worker.Prefork {
		c.Child = system.ChildMemory
	}
	return c
}

// container resolves what a worker may use of its machine.
func (b *builder) container(path string, w *WorkerSpec, g *group) {
	s := &w.Container
	g.box = usualContainer(g.cfg.Pool)
	g.box.Parent = or(s.Parent, g.box.Parent)
	if g.cfg.Pool == worker.Prefork {
		g.box.Child = or(s.Child, g.box.Child)
	} else if s.Child != nil {
		b.warn(path+".base_memory.child", "no effect: the pool %s has no processes beside the worker's own", g.cfg.Pool)
	}
	g.box.Memory, g.box.Cores = or(s.Memory, 0), or(s.Cores, 0)
	g.box.Given = s.Parent != nil || s.Child != nil || s.Memory != nil || s.OOM != "" || w.MaxMemoryPerChild != nil
	switch s.OOM {
	case "", "child":
	case "worker":
		g.box.Whole = true
	default:
		_, err := units.Choose([]string{"child", "worker"}, s.OOM)
		b.fail(path+".oom", "%v", err)
	}
	if g.cfg.Pool != worker.Prefork {
		if s.OOM == "child" {
			b.warn(path+".oom", "no effect: the pool %s is one process, which dies as a whole", g.cfg.Pool)
		}
		g.box.Whole = true
	}
	if most := g.cfg.MaxMemoryPerChild; most > 0 && g.cfg.Pool == worker.Prefork && most < g.box.Child {
		b.warn(path+".max_memory_per_child", "%s: a child holds %s before any task: every child is replaced after its first one",
			units.Bytes(float64(most)), units.Bytes(float64(g.box.Child)))
	}
}

// fits refuses layouts whose processes do not fit before any task has come, and warns of tasks that cannot fit.
func (b *builder) fits(groups []group) {
	l := &b.layout
	taken := make([]int64, len(l.Nodes))
	short := map[string]bool{}
	for w := range l.Workers {
		g := &groups[l.Group[w]]
		box := &l.Containers[w]
		base := box.Base(l.Workers[w].Concurrency)
		path := "workers." + g.name
		if box.Memory > 0 && base > box.Memory && !short[g.name] {
			short[g.name] = true
			b.fail(path+".memory_limit", "%s: its processes take %s before any task (base_memory)", units.Bytes(float64(box.Memory)), units.Bytes(float64(base)))
		}
		n := l.Node[w]
		if n < 0 {
			b.tight(path, w, box.Memory, base, "its memory_limit")
			continue
		}
		taken[n] += base
		m := &b.machines[l.Nodes[n]]
		if m.Memory > 0 && taken[n] > m.Memory && !short[g.name] {
			short[g.name] = true
			b.fail(path+".machine", "%q: one has %s, and the processes of its workers take %s before any task (base_memory)",
				m.Name, units.Bytes(float64(m.Memory)), units.Bytes(float64(taken[n])))
		}
		switch {
		case box.Memory > 0 && (m.Memory == 0 || box.Memory <= m.Memory):
			b.tight(path, w, box.Memory, base, "its memory_limit")
		case m.Memory > 0:
			b.tight(path, w, m.Memory, base, "its machine")
		}
	}
}

// tight warns of a worker some of whose tasks are killed however little else runs there.
func (b *builder) tight(path string, w int, limit, base int64, of string) {
	replica := w > 0 && b.layout.Group[w-1] == b.layout.Group[w] // said already
	if limit == 0 || base > limit || replica {
		return
	}
	for i := range b.classes {
		if hold, _ := b.classes[i].Memory.Mean(); takesClass(&b.layout, w, i) && float64(base)+hold > float64(limit) {
			b.warn(path, "%s has %s, of which its processes take %s before any task: %q, which holds %s on average, does not fit even alone",
				of, units.Bytes(float64(limit)), units.Bytes(float64(base)), b.classes[i].Name, units.Bytes(hold))
		}
	}
}

// byMemory sets the tasks apart that hold more than an idle child does: their process is more than twice as large while
// they run, and stays larger by what they leave.
func (b *builder) byMemory(from *Layout) []share {
	shares := []share{{name: "memory", worker: "worker_memory_intensive"}, {name: "light", worker: "worker_lightweight"}}
	child := from.Container(0).Child
	if child == 0 {
		child = from.Container(0).Parent
	}
	for i := range b.classes {
		n := 1
		if heavy(&b.classes[i], child) {
			n = 0
		}
		shares[n].classes = append(shares[n].classes, i)
	}
	for i, what := range []string{"more", "less"} {
		if len(shares[i].classes) == 0 {
			b.fail("derive.split_by", "memory: no task holds %s than %s, what an idle process holds: nothing to split", what, units.Bytes(float64(child)))
			return nil
		}
	}
	return shares
}

func heavy(c *workloads.Class, child int64) bool {
	hold, leak := c.Memory.Mean()
	return hold+leak > float64(child)
}

// whereabouts says where workers are to run, if on machines that the baseline does not use, and within which limits.
func whereabouts(from, to *Layout) (lines []string) {
	for g, name := range to.Groups {
		w := slices.Index(to.Group, g)
		var what []string
		if kind := machineOf(to, w); kind >= 0 && kind < len(to.Machines) && !slices.Contains(from.Nodes, kind) {
			what = append(what, "on the machine "+to.Machines[kind])
		}
		box := to.Container(w)
		if box.Memory > 0 {
			what = append(what, "memory limit "+units.Bytes(float64(box.Memory)))
		}
		if box.Cores > 0 {
			what = append(what, "CPU limit "+units.Number(box.Cores)+" cores")
		}
		if what != nil {
			lines = append(lines, name+": "+strings.Join(what, ", "))
		}
	}
	return lines
}
