package scenarios

// Assumed is a value of the file that its author does not know well: the scenario with each end of its range in place.
type Assumed struct {
	Path string    // as written; "load" or "size"
	At   [2]string // the ends as written
	Ends [2]*Scenario
}

// assumed reads the file once for each end of what is assumed.
func (d *decoder) assumed(root *value) (all []Assumed) {
	v := d.given.get("assumed")
	if v == nil || v.kind != table || d.broken(v) {
		return nil
	}
	for _, f := range v.fields {
		low, high, ok := bounds{}.ends(f.val)
		a, found := d.axis("assumed", f.key, f.at)
		if !ok || !found {
			continue
		}
		for _, end := range []string{low, high} {
			a.values = append(a.values, d.written(end, f.val.at))
		}
		if a.steps == nil {
			for _, x := range a.values {
				a.shape.check(d.problems, x, join("assumed", f.key))
			}
		}
		if d.found != nil {
			continue
		}
		if s := d.sweep("assumed", root, []axis{a}); s != nil && len(s.Cells) == 2 {
			all = append(all, Assumed{f.key, [2]string{low, high}, [2]*Scenario{s.Cells[0].Scenario, s.Cells[1].Scenario}})
		}
	}
	return all
}

// written is a value as YAML has it, at a place of the file.
func (d *decoder) written(yaml string, at position) *value {
	p := &problems{file: d.file}
	v := parse(p, []byte(yaml))
	if v == nil {
		v = textValue(yaml) // whatever it is for says that it is none
	}
	v.at = at
	return v
}
