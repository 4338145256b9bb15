package scenarios

import "slices"

// What a search may try of a layout beside who takes which queues, by the names under which plan.vary bounds it.
const (
	TryMachines   = "machines"   // another kind, fewer of a kind, fewer with more slots each
	TryPrefetch   = "prefetch"   // as little as the broker allows
	TryThreads    = "threads"    // where no task computes
	TryGevent     = "gevent"     // the same
	TryOrder      = "order"      // the queue with the strictest target first
	TryPriorities = "priorities" // of messages, in one queue
	TryOverflow   = "overflow"   // workers that help each other out
	TryMemory     = "memory"     // limits, and children that are replaced when they have grown
)

// Tries are all of these.
var Tries = []string{TryMachines, TryPrefetch, TryThreads, TryGevent, TryOrder, TryPriorities, TryOverflow, TryMemory}

// Plan is what the file says of how simrun plan is to look for capacity.
type Plan struct {
	Vary                      []Varied // nil = the sizes of the workers
	LeastWorkers, MostWorkers int      // of a layout that is made up; 0 = as usual
	Keep                      []string // workers whose sizes stay
	Untried                   []string // those of Tries that the file rules out
	Minimise                  string   // cost | slots | changes; "" = cost where all have a price, else slots
}

// Varied is one size that may vary.
type Varied struct {
	Path     []string
	From, To int
}

// plan reads what bounds a plan; nil without any.
func (d *decoder) plan() *Plan {
	v := d.given.get("plan")
	if v == nil || v.kind != table || d.broken(v) {
		return nil
	}
	p := &Plan{Minimise: d.text(v.get("minimise"))}
	if vary := v.get("vary"); vary != nil {
		for _, f := range vary.fields {
			if f.val.kind == boolean || slices.Contains(Tries, f.key) {
				d.tries(p, f)
				continue
			}
			steps, _, meant := match(place{d.root.without("sweep").without("plan"), d.grammar}, f.key)
			if meant != "" {
				d.errorf(f.at, join("plan.vary", f.key), "matches nothing in this file: %s", meant)
				continue
			}
			from, to := span{}.ends(f.val)
			p.Vary = append(p.Vary, Varied{steps, from, to})
		}
		if p.Vary != nil && p.Untried != nil {
			d.errorf(vary.at, "plan.vary", "%q: not beside sizes by path, which alone vary then", p.Untried[0])
		}
	}
	if w := v.get("workers"); w != nil {
		p.LeastWorkers, p.MostWorkers = span{}.ends(w)
	}
	workers := map[string]bool{}
	var names []string
	for _, s := range d.root.get("strategies").fields {
		for _, name := range s.val.get("workers").keys() {
			if !workers[name] {
				workers[name] = true
				names = append(names, name)
			}
		}
	}
	if keep := v.get("keep"); keep != nil {
		for _, item := range keep.items {
			if !workers[item.text] {
				d.errorf(item.at, "plan.keep", "%s", unknown("worker", item.text, names))
				continue
			}
			p.Keep = append(p.Keep, item.text)
		}
	}
	return p
}

// tries reads whether a search may try something.
func (d *decoder) tries(p *Plan, f field) {
	switch {
	case f.val.kind != boolean:
		d.errorf(f.at, join("plan.vary", f.key), "%s: want true or false", f.val.found())
	case !slices.Contains(Tries, f.key):
		d.errorf(f.at, join("plan.vary", f.key), "%s", unknown("thing to try", f.key, Tries))
	case !d.flag(f.val):
		p.Untried = append(p.Untried, f.key)
	}
}
