package scenarios

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/des"
)

// Text returns the draft as a file.
func (d *Draft) Text() string {
	// Marshalling a tree of our own making cannot fail.
	out, _ := yaml.Dump(node(d.root, 0, ""), yaml.WithLineWidth(-1), yaml.WithIndent(2))
	return string(out)
}

// Loaded multiplies all arrivals that no other task causes.
func (d *Draft) Loaded(factor float64) *Draft {
	w := *d
	load := &value{kind: number, text: strconv.FormatFloat(factor, 'g', -1, 64)}
	w.root = grow(&problems{file: d.file}, d.root, load, nil)
	return &w
}

// Stretched multiplies every time that the work of a task takes, but for calls of services, which take what those take.
func (d *Draft) Stretched(task string, factor float64) (*Draft, error) {
	work := d.at([]string{"tasks", task, "work"})
	if work == nil {
		return nil, fmt.Errorf("%s: tasks.%s: no work to stretch", d.file, task)
	}
	longer := *work
	longer.items = slices.Clone(work.items)
	for i, phase := range work.items {
		for _, kind := range []string{"cpu", "io", "disk"} {
			f := phase.field(kind)
			if f == nil || d.calls(f.val) {
				continue
			}
			if f.val.get("empirical") != nil && f.val.get("empirical").kind == text {
				return nil, fmt.Errorf("%s: tasks.%s.work.%d: its times are those of a file", d.file, task, i)
			}
			longer.items[i] = phase.with(kind, f.at, stretched(f.val, factor))
		}
	}
	w := *d
	w.root = put(d.root, d.root, []string{"tasks", task, "work"}, &longer)
	return &w, nil
}

// calls says that a phase is the call of a service.
func (d *Draft) calls(v *value) bool {
	return v.kind == text && d.root.get("services").get(v.text) != nil
}

// stretched returns a law of durations with each of them multiplied. What else a law says (its variation, its weights)
// are plain numbers.
func stretched(v *value, factor float64) *value {
	w := *v
	if v.kind == text {
		if seconds, err := durations().parse(v); err == nil {
			w.text = formatTime(des.Seconds(seconds * factor))
		}
	}
	w.items, w.fields = slices.Clone(v.items), slices.Clone(v.fields)
	for i := range w.items {
		w.items[i] = stretched(w.items[i], factor)
	}
	for i := range w.fields {
		w.fields[i].val = stretched(w.fields[i].val, factor)
	}
	return &w
}

// Bundled returns the draft as a bundle, with the files that it names as they lie in another.
func (d *Draft) Bundled(files *Bundle) *Bundle {
	return &Bundle{Name: files.Name, Text: []byte(d.Text()), Files: files.Files, Folders: files.Folders}
}

// Scaled multiplies a duration or a share, and keeps shares below all.
func (d *Draft) Scaled(factor float64, path ...string) (*Draft, error) {
	v := d.at(path)
	if v == nil {
		return nil, fmt.Errorf("%s: %s: nothing of that name to change", d.file, path[len(path)-1])
	}
	w := *d
	scaled := stretched(v, factor)
	if share, err := shares().parse(v); err == nil {
		scaled = textValue(strconv.FormatFloat(100*min(1, share*factor), 'g', 6, 64) + "%")
	}
	w.root = put(d.root, d.root, path, scaled)
	return &w, nil
}

// Dropped leaves out an item of a list, and with the last of them the list.
func (d *Draft) Dropped(item int, path ...string) *Draft {
	all := d.at(path)
	if all == nil || item < 0 || item >= len(all.items) {
		return d
	}
	if len(all.items) == 1 {
		return d.Without(path...)
	}
	rest := *all
	rest.items = slices.Delete(slices.Clone(all.items), item, item+1)
	w := *d
	w.root = put(d.root, d.root, path, &rest)
	return &w
}

// Items returns the items of a list, each as YAML on one line.
func (d *Draft) Items(path ...string) (out []string) {
	if v := d.at(path); v != nil && v.kind == list {
		for _, item := range v.items {
			out = append(out, item.inline())
		}
	}
	return out
}
