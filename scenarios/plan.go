package scenarios

// Plan is what the file says of how simrun plan is to look for capacity.
type Plan struct {
	Vary                      []Varied // nil = the sizes of the workers
	LeastWorkers, MostWorkers int      // of a layout that is made up; 0 = as usual
	Keep                      []string // workers whose sizes stay
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
			steps, _, meant := match(place{d.root.without("sweep").without("plan"), d.grammar}, f.key)
			if meant != "" {
				d.errorf(f.at, join("plan.vary", f.key), "matches nothing in this file: %s", meant)
				continue
			}
			from, to := span{}.ends(f.val)
			p.Vary = append(p.Vary, Varied{steps, from, to})
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
