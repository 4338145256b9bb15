package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/strategies"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// Read reads the scenario file at path. What is wrong with it comes back as Errors, all at once.
func Read(path string) (*Scenario, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return Decode(path, data, filepath.Dir(path))
}

func readFile(path string) ([]byte, error) {
	f, err := onDisk("").open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// Decode reads a scenario from data. The name stands in messages, and names the scenario where the file does not;
// traces and recordings are looked for in dir.
func Decode(name string, data []byte, dir string) (*Scenario, error) {
	return decodeIn(name, data, onDisk(dir))
}

func decodeIn(name string, data []byte, dir folder) (*Scenario, error) {
	p := &problems{file: name}
	root := parse(p, data)
	if root == nil {
		return nil, sorted(p.found)
	}
	return decode(p, root, dir, digest(data))
}

// decode makes a scenario of the values of a file.
func decode(p *problems, root *value, dir folder, sum string) (*Scenario, error) {
	g := grammar()
	if root.kind != table {
		g.check(p, root, "")
		return nil, sorted(p.found)
	}

	d := &decoder{problems: p, grammar: g, dir: dir, sum: sum, copyOf: map[string]string{}}
	root = d.copies(d.deployedWorkers(root))
	d.load(root, nil)
	s := d.scenario()
	axes := d.axes()
	s.Plan = d.plan()
	if p.found == nil {
		s.Sweep = d.sweep("sweep", root, axes)
		s.Assumed = d.assumed(root)
	}
	if p.found != nil {
		return nil, sorted(p.found)
	}
	d.finish(s)
	return s, nil
}

// load merges extends, checks every value, and fills in the defaults. What is grown is checked again.
func (d *decoder) load(root *value, grow func(*value) *value) {
	g := d.grammar
	written, merged := root, root
	for _, group := range []struct{ key, noun string }{{"tasks", "task"}, {"strategies", "strategy"}} {
		if f := root.field(group.key); f != nil {
			of := g.key(group.key).shape.(*mapping).of
			written = written.with(f.key, f.at, asWritten(f.val))
			merged = merged.with(f.key, f.at, extend(d.problems, f.val, of, group.key, group.noun))
		}
	}
	g.check(d.problems, written, "")
	if grow != nil && d.found == nil {
		merged = grow(merged)
		g.check(d.problems, merged, "")
	}
	g.complete(d.problems, merged, "")
	d.given = merged
	d.root = g.fill(d.named(merged))
}

// finish adds what a scenario without a mistake says of itself.
func (d *decoder) finish(s *Scenario) {
	s.File = d.file
	s.SHA256 = d.sum
	s.Reads = d.reads
	s.Expanded = d.expand(s)
	s.Assumptions = d.assumptions(s)
	s.written = d.given
	s.dir = d.dir
	if len(d.copyOf) > 0 {
		for i := range s.Classes {
			s.CopyOf = append(s.CopyOf, d.copyOf[s.Classes[i].Name])
		}
	}
	s.Warned = sorted(d.warnings)
	for _, w := range s.Warned {
		s.Warnings = append(s.Warnings, w.String())
	}
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// decoder makes a Scenario of checked values. Where a value is wrong, check has said so, and the decoder goes on with
// zero, so that it can find the other mistakes of the file.
type decoder struct {
	*problems
	grammar *record
	dir     folder   // of the file
	sum     string   // of the file
	reads   []string // files that it names
	given   *value   // extends merged
	root    *value   // and defaults filled in
	traces  map[string]*tracePart
	copyOf  map[string]string // the task of which one is a copy, by name

	observes des.Time // run.duration

	latencies []workloads.Dist // of the services
	places    system.Zones
	specs     []strategies.Spec
	sources   []source // of workers that were read from files that start them
}

func (d *decoder) scenario() *Scenario {
	s := &Scenario{}
	d.grammar.into(d, d.root, "", reflect.ValueOf(s).Elem())
	s.Run = d.run(d.root.get("run"))
	d.observes = s.Run.Duration
	s.Machines = d.machines(d.root.get("machines"))
	s.Zones = d.zones(d.root.get("zones"))
	d.places = s.Zones
	s.Services = d.services(d.root.get("services"))
	s.Classes = d.classes(d.root.get("tasks"))
	d.faults(d.root.get("faults"), s)
	d.layouts(s)
	d.lengthsOfDeploys(s)
	d.reaches(s)
	d.disks(s)
	d.standsStill(s)
	s.Imported = d.imported(d.root.field("imported"))
	s.Observed = d.observed(d.root.field("observed"), s)
	return s
}

// imported reads what import says of the log.
func (d *decoder) imported(f *field) (i Imported) {
	if f == nil {
		return i
	}
	i = Imported{d.whole(f.val.get("measured")), d.whole(f.val.get("of"))}
	if i.Measured > i.Of {
		d.errorf(f.val.get("measured").at, "imported.measured", "%d: want at most the inputs in all, which are %d", i.Measured, i.Of)
	}
	return i
}

// named fills in the defaults that are other values of the file: the file's own name, the queue named as its task,
// the first strategy as the baseline, a drain as long as the run.
func (d *decoder) named(root *value) *value {
	set := func(v *value, key, def string) *value {
		if v == nil || v.kind != table || def == "" || v.get(key) != nil {
			return v
		}
		return v.with(key, v.at, &value{kind: text, at: v.at, text: def})
	}
	root = set(root, "name", d.fileName(root))
	if keys := root.get("strategies").keys(); len(keys) > 0 {
		root = set(root, "baseline", keys[0])
	}
	run := root.get("run")
	duration := runKeys().key("duration").def
	if run == nil {
		run = &value{kind: table, at: root.at}
	} else if given := run.get("duration"); given != nil {
		duration = given.text
	}
	root = root.with("run", run.at, set(run, "drain", duration))
	tasks := root.field("tasks")
	if tasks == nil || tasks.val.kind != table {
		return root
	}
	all := *tasks.val
	all.fields = slices.Clone(all.fields)
	for i, f := range all.fields {
		all.fields[i].val = set(f.val, "queue", f.key)
	}
	return root.with("tasks", tasks.at, &all)
}

// fileName returns the name of the file without its ending, if the scenario has none of its own.
func (d *decoder) fileName(root *value) string {
	if d.file == "" {
		if root.get("name") == nil {
			d.errorf(root.at, "", "name is missing: want a name")
		}
		return ""
	}
	base := filepath.Base(d.file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	if root.get("name") == nil && !filePattern.MatchString(base) {
		d.errorf(root.at, "", "name is missing: want a name, since the file's own (%q) cannot be that of a folder of results", base)
	}
	return base
}

func (d *decoder) run(v *value) (r Run) {
	d.bind("run", v, "run", &r)
	d.together(v, "run", longestRun, v.get("warmup"), v.get("duration"), v.get("drain"))
	r.Start = weekTime(d.text(v.get("start")))
	r.AutoWarmup = d.text(v.get("warmup")) == "auto"
	if n := v.get("replications"); n != nil && n.kind != table {
		r.Max = r.Min
	} else if r.Min > r.Max && r.Max > 0 {
		d.errorf(n.get("min").at, "run.replications.min", "%d: want at most max, which is %d", r.Min, r.Max)
	}
	return r
}

// together reports durations that are too long together for times to stay exact.
func (d *decoder) together(v *value, path string, most float64, times ...*value) bool {
	sum := 0.0
	for _, t := range times {
		sum += d.number(t, durations())
	}
	if sum > most {
		d.errorf(v.at, path, "%s together: want at most %s", formatTime(des.Seconds(sum)), formatTime(des.Seconds(most)))
		return false
	}
	return true
}

// parts returns the values of a key in every item of a list.
func parts(v *value, key string) (of []*value) {
	for _, item := range v.items {
		of = append(of, item.get(key))
	}
	return of
}

// weekTime returns the time since Monday 00:00 of a text such as "Tue 13:30".
func weekTime(s string) des.Time {
	var day string
	var hours, minutes int
	if _, err := fmt.Sscanf(s, "%s %d:%d", &day, &hours, &minutes); err != nil {
		return 0
	}
	days := strings.Index("MonTueWedThuFriSatSun", day) / 3
	return des.Seconds(float64(days*86400 + hours*3600 + minutes*60))
}

// text returns the text of a scalar; "" for anything else.
func (d *decoder) text(v *value) string {
	if v == nil || v.kind != text {
		return ""
	}
	return v.text
}

func (d *decoder) flag(v *value) bool {
	return v != nil && v.kind == boolean && strings.EqualFold(v.text, "true")
}

// number returns a quantity in its first unit of factor 1.
func (d *decoder) number(v *value, q quantity) float64 {
	if v == nil {
		return 0
	}
	x, err := q.parse(v)
	if err != nil {
		return 0
	}
	return x
}

func (d *decoder) whole(v *value) int { return int(d.number(v, wholes(0, 1<<53))) }

func (d *decoder) time(v *value) des.Time { return des.Seconds(d.number(v, durations())) }
