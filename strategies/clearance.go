package strategies

import (
	"slices"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// ClearanceOf is what a worker may handle: the labels in order of name.
func (l *Layout) ClearanceOf(w int) []string {
	if l.Clearance == nil {
		return nil
	}
	return l.Clearance[w]
}

// forgetClearance leaves a layout in which no worker has any as it would be without the key.
func (l *Layout) forgetClearance() {
	if !slices.ContainsFunc(l.Clearance, func(labels []string) bool { return labels != nil }) {
		l.Clearance = nil
	}
}

// Breach is a label of a class that some workers lack which may run it. Celery runs it all the same.
type Breach struct {
	Class   int
	Label   string
	Workers []string // as written
}

// Breaches are what a layout runs without clearance.
func Breaches(l *Layout, classes []workloads.Class) []Breach {
	var all []Breach
	for c := range classes {
		for _, label := range classes[c].Labels {
			b := Breach{Class: c, Label: label}
			for w := range l.Workers {
				name := l.Groups[l.Group[w]]
				if takesClass(l, w, c) && !slices.Contains(l.ClearanceOf(w), label) && !slices.Contains(b.Workers, name) {
					b.Workers = append(b.Workers, name)
				}
			}
			if b.Workers != nil {
				all = append(all, b)
			}
		}
	}
	return all
}

// Reads says whether the credentials of a worker can read a queue: without access control those of every worker can.
func (l *Layout) Reads(w, queue int) bool {
	return !l.PerQueue || slices.Contains(l.Workers[w].Queues, queue) || slices.Contains(l.Workers[w].Overflow, queue)
}

// Readable says whether the messages of a class can be read with the credentials of a worker that also runs tasks
// without the label.
func Readable(l *Layout, classes []workloads.Class, class int, label string) bool {
	for w := range l.Workers {
		if !l.Reads(w, l.ClassQueue[class]) {
			continue
		}
		for c := range classes {
			if !classes[c].Carries(label) && takesClass(l, w, c) {
				return true
			}
		}
	}
	return false
}

// clearance checks the labels of a worker, and puts them in order: they are a set.
func (b *builder) clearance(path string, labels []string) []string {
	known := workloads.Labels(b.classes)
	for i, label := range labels {
		switch {
		case slices.Contains(labels[:i], label):
			b.fail(path, "%q: twice in the list", label)
		case len(known) == 0:
			b.fail(path, "%q: no task has labels", label)
		case !slices.Contains(known, label):
			b.fail(path, "%q: no task has this label: want %s%s", label, units.Alternatives(known), units.Suggestion(label, known))
		}
	}
	return slices.Sorted(slices.Values(labels))
}

// needed is what is left of a clearance for a derived worker: the labels that its tasks have.
func (b *builder) needed(clearance []string, classes []int) []string {
	var some []string
	for _, label := range clearance {
		if slices.ContainsFunc(classes, func(c int) bool { return b.classes[c].Carries(label) }) {
			some = append(some, label)
		}
	}
	return some
}

var accessNames = []string{"none", "per_queue"}

func (b *builder) access(name string) {
	if name == "" {
		return
	}
	i, err := units.Choose(accessNames, name)
	if err != nil {
		b.fail("broker.acl", "%v", err)
		return
	}
	b.layout.PerQueue = i == 1
}

// unlabelled is the share of the tasks without a label: no label can have this name.
const unlabelled = "*"

// byLabel sets tasks apart by the set of their labels, in the order in which they come first.
func (b *builder) byLabel() []share {
	var shares []share
	var sets [][]string
	taken := map[string]bool{}
	for i := range b.classes {
		labels := slices.Sorted(slices.Values(b.classes[i].Labels))
		n := slices.IndexFunc(sets, func(set []string) bool { return slices.Equal(set, labels) })
		if n < 0 {
			n = len(shares)
			s := share{name: strings.Join(labels, "+"), worker: "worker_" + strings.Join(labels, "_")}
			if len(labels) == 0 {
				s = share{name: unlabelled, worker: "worker_general_tasks"}
			}
			s.worker = free(s.worker, taken)
			shares, sets = append(shares, s), append(sets, labels)
		}
		shares[n].classes = append(shares[n].classes, i)
	}
	if len(shares) < 2 {
		b.fail("derive.split_by", "label: all tasks have the same: nothing to split")
		return nil
	}
	if len(shares) == 2 && (len(sets[0]) == 0 || len(sets[1]) == 0) {
		for i := range shares {
			if len(sets[i]) > 0 {
				shares[i].worker = "worker_sensitive_data"
			}
		}
	}
	return shares
}

// access are the steps that no setting of Celery takes: who is cleared for what, and who may read which queue.
func (r *rollout) access() {
	was, is := clearances(r.from), clearances(r.to)
	for _, name := range r.to.Groups {
		if !slices.Equal(was[name], is[name]) && len(is[name]) > 0 {
			r.step("Clear %q for %s: its code, its machine and those who can log in there.", name, units.Quoted(is[name]))
		}
	}
	if r.from.PerQueue == r.to.PerQueue {
		return
	}
	if !r.to.PerQueue {
		r.step("Workers may share one user at the broker: access by queue is no longer asked for.")
		return
	}
	step := "Give every worker a user of its own at the broker that can read its queues only, and a broker_url with it."
	if r.to.Broker.Kind == worker.Redis {
		// kombu/transport/redis.py: unacked_key, one hash of all workers
		step += " On redis also an unacked_key, unacked_index_key and unacked_mutex_key of its own in broker_transport_options: what a worker holds lies in one hash of all workers otherwise."
	}
	r.step("%s", step)
}

func clearances(l *Layout) map[string][]string {
	all := map[string][]string{}
	for w, g := range l.Group {
		all[l.Groups[g]] = l.ClearanceOf(w)
	}
	return all
}
