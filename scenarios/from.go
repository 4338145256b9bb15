package scenarios

import (
	"io"
	pathpkg "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/deployed"
	"example.com/simrun/internal/units"
)

// fromKey names the file from which the workers of a strategy are read.
const fromKey = "from"

// deployedWorkers puts the workers of a file that starts them in the place of `from: FILE`. Keys beside it are workers of
// that name, which they change, or further ones.
func (d *decoder) deployedWorkers(root *value) *value {
	all := root.field("strategies")
	if all == nil || all.val.kind != table {
		return root
	}
	strategies := *all.val
	strategies.fields = append([]field{}, strategies.fields...)
	for i, f := range strategies.fields {
		workers := f.val.field("workers")
		if workers == nil {
			continue
		}
		if from := workers.val.field(fromKey); from != nil && from.val.kind == text {
			strategies.fields[i].val = f.val.with("workers", workers.at, d.deployed(workers.val, from, join(join("strategies", f.key), "workers")))
		}
	}
	return root.with("strategies", all.at, &strategies)
}

// deployed reads the file, and merges what is written beside it.
func (d *decoder) deployed(workers *value, from *field, path string) *value {
	rest := workers.without(fromKey)
	var found []deployed.Worker
	if !d.open(from.val, join(path, fromKey), func(name string, r io.Reader) error {
		data, err := io.ReadAll(io.LimitReader(r, maxBytes))
		if err != nil {
			return err
		}
		found, err = deployed.Read(name, data, func(other string) ([]byte, error) {
			f, err := d.dir.open(pathpkg.Join(pathpkg.Dir(filepath.ToSlash(name)), other))
			if err != nil {
				return nil, err
			}
			defer f.Close()
			return io.ReadAll(f)
		})
		return err
	}) {
		return rest
	}
	out := &value{kind: table, at: workers.at}
	merged := extender{problems: &problems{}}
	for _, w := range found {
		if w.Unread != "" {
			d.warnf(from.val.at, path+"."+w.Name, "%s: its replicas stay as they are, unless autoscale says otherwise", w.Unread)
		}
		for _, said := range w.Ignored {
			d.warnf(from.val.at, path+"."+w.Name, "%s", said)
		}
		if others := unasked(&w); others != nil {
			d.warnf(from.val.at, path+"."+w.Name, "its autoscaler asks %s alone, and the worker takes %s, too: read as if it asked all of them", units.And(w.Scaling.Queues), units.And(others))
		}
		v := workerValue(&w)
		v.place(from.val.at)
		if own := rest.field(w.Name); own != nil {
			v = merged.merge(workerKeys(), v, own.val, "")
			rest = rest.without(w.Name)
		}
		out.fields = append(out.fields, field{w.Name, from.at, v})
		d.sources = append(d.sources, source{path + "." + w.Name, w.Source + " of " + strconv.Quote(from.val.text)})
	}
	out.fields = append(out.fields, rest.fields...)
	return out
}

// unasked are the queues in the command line of a worker about which the one trigger of its autoscaler does not ask.
func unasked(w *deployed.Worker) (others []string) {
	if w.Scaling == nil || w.Scaling.Queues == nil {
		return nil
	}
	line, _, err := celery.ParseLine(w.Command, nil)
	if err != nil {
		return nil // said where the line is read
	}
	for _, q := range line.Says.Queues {
		if !slices.Contains(w.Scaling.Queues, q) {
			others = append(others, q)
		}
	}
	return others
}

// source says where a worker was read.
type source struct{ path, of string }

func (d *decoder) sourceOf(path string) string {
	for _, s := range d.sources {
		if s.path == path {
			return s.of
		}
	}
	return ""
}

// workerValue is a worker as a scenario would write it.
func workerValue(w *deployed.Worker) *value {
	v := &value{kind: table}
	v.add("command", textValue(w.Command))
	if w.Replicas > 0 {
		v.add("replicas", wholeValue(w.Replicas))
	}
	if w.Cores > 0 {
		v.add("cpu_limit", &value{kind: number, text: strconv.FormatFloat(w.Cores, 'f', -1, 64)})
	}
	if w.Memory > 0 {
		v.add("memory_limit", textValue(formatSize(w.Memory)))
	}
	if s := w.Scaling; s != nil {
		v.add("autoscale", scalingValue(w))
	}
	return v
}

// scalingValue is how the replicas of a worker follow the load, as a scenario would write it.
func scalingValue(w *deployed.Worker) *value {
	s := w.Scaling
	a := &value{kind: table}
	a.add("min", wholeValue(s.Min))
	a.add("max", wholeValue(s.Max))
	a.add("policy", textValue(s.Policy))
	if s.Triggers == nil {
		followed(a, &deployed.Trigger{Target: s.Target, Share: s.Share, Unacked: s.Unacked, Measure: s.Measure, Activation: s.Activation})
	} else {
		all := &value{kind: list}
		for i := range s.Triggers {
			one := &value{kind: table}
			if queues := s.Triggers[i].Queues; queues != nil {
				names := &value{kind: list}
				for _, q := range queues {
					names.items = append(names.items, textValue(q))
				}
				one.add("queues", names)
			}
			followed(one, &s.Triggers[i])
			all.items = append(all.items, one)
		}
		a.add("triggers", all)
	}
	a.add("poll", textValue(formatTime(s.Poll)))
	if s.Policy != "hpa" {
		a.add("cooldown", textValue(formatTime(s.Cooldown)))
	}
	if s.Idle {
		a.add("idle", wholeValue(0))
	}
	if s.Up != nil {
		a.add("scale_up", saidRules(s.Up))
	}
	if s.Down != nil {
		a.add("scale_down", saidRules(s.Down))
	}
	if w.Grace > 0 {
		a.add("grace", textValue(formatTime(w.Grace)))
	}
	return a
}

// followed adds what a trigger follows to a map.
func followed(a *value, t *deployed.Trigger) {
	text := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	if t.Measure != "" {
		a.add("measure", textValue(t.Measure))
	}
	switch {
	case t.Share:
		a.add("target", textValue(text(100*t.Target)+"%"))
	case t.Measure == "consumption_time":
		a.add("target", textValue(text(t.Target)+"s"))
	default:
		a.add("target", &value{kind: number, text: text(t.Target)})
	}
	if t.Unacked {
		a.add("counts", textValue("ready+unacked"))
	}
	if t.Activation > 0 {
		a.add("activation", &value{kind: number, text: text(t.Activation)})
	}
}

// saidRules are what a file says of an HPA in one direction, as a scenario would write it.
func saidRules(r *deployed.Rules) *value {
	v := &value{kind: table}
	if r.Window != nil {
		v.add("window", textValue(strconv.Itoa(*r.Window)+"s"))
	}
	if r.Select != "" {
		v.add("select", textValue(strings.ToLower(r.Select)))
	}
	if r.Policies != nil {
		rates := &value{kind: list}
		for _, p := range r.Policies {
			rate := &value{kind: table}
			rate.add("type", textValue(strings.ToLower(p.Type)))
			rate.add("value", wholeValue(p.Value))
			rate.add("period", textValue(strconv.Itoa(p.Period)+"s"))
			rates.items = append(rates.items, rate)
		}
		v.add("policies", rates)
	}
	return v
}
