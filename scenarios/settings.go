package scenarios

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
	"example.com/simrun/des"
)

// quantityOf is the quantity of a setting that is a number.
func quantityOf(q *celery.Quantity) quantity {
	var of quantity
	switch q.Kind {
	case celery.Duration:
		of = durations()
	case celery.Size:
		of = sizes()
	case celery.Share:
		of = shares()
	default:
		of = wholes(q.Min, q.Max)
	}
	if q.Positive {
		of = of.positive()
	}
	return of
}

// shapeOf is what a file may say of a setting.
func shapeOf(q *celery.Quantity) shape {
	queue := name("the name of a queue")
	byQueue := func(what string, low int) shape {
		return &mapping{noun: "a map of " + what + " by queue", name: queue, of: amount{quantity: wholes(low, 1_000_000)}, atLeast: 1}
	}
	switch q.Kind {
	case celery.YesNo:
		return yesNo{}
	case celery.Word:
		if q.Plain {
			return version{word{words: q.Words}}
		}
		return word{words: q.Words}
	case celery.Names:
		return &sequence{noun: "a list of queues", of: queue, length: [2]int{1, 0}}
	case celery.Numbers:
		return &sequence{noun: "a list of priorities that rises from 0", of: amount{quantity: wholes(0, 255)}, length: [2]int{1, 256}}
	case celery.Slots:
		return byQueue("slots", 0)
	case celery.Ordering:
		plain := slices.DeleteFunc(slices.Clone(q.Words), func(w string) bool { return w == "weighted" })
		return &either{of: []shape{word{words: plain}, &record{noun: "{weighted: {QUEUE: WEIGHT}}", keys: []key{
			{name: "weighted", doc: "Weights of the queues.", shape: byQueue("weights", 1), required: true},
		}}}}
	case celery.Range:
		return autoscaleKeys()
	}
	if q.OrNone {
		return noneOr{amount{quantity: quantityOf(q)}}
	}
	return amount{quantity: quantityOf(q)}
}

// settingKeys are the keys of settings. What lies in a mapping of several is in the record that nested has for it.
func settingKeys[W, C any](settings []celery.Setting[W, C], nested map[string]*record) []key {
	var keys []key
	for i := range settings {
		s := &settings[i]
		k := key{name: s.Key, doc: sentence(s), shape: shapeOf(&s.Quantity)}
		if outer, _, in := strings.Cut(s.Key, "."); in {
			of := nested[outer]
			if of == nil || slices.ContainsFunc(keys, func(k key) bool { return k.name == outer }) {
				continue
			}
			k = key{name: outer, doc: strings.ToUpper(of.noun[:1]) + of.noun[1:] + ".", shape: of}
		}
		keys = append(keys, k)
	}
	return keys
}

// sentence is the meaning of a setting for those who have no page before them.
func sentence[W, C any](s *celery.Setting[W, C]) string {
	text := strings.NewReplacer("`", "", ", [below](#memory)", "", ", [below](#autoscale)", "").Replace(s.Meaning)
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// settings reads the settings of v into w.
func settings[W, C any](d *decoder, all []celery.Setting[W, C], v *value, w *W) {
	for i := range all {
		s := &all[i]
		of := v
		for step := range strings.SplitSeq(s.Key, ".") {
			of = of.get(step)
		}
		if of == nil || of.kind == null {
			continue
		}
		if x := d.setting(&s.Quantity, of); x != nil {
			s.Set(w, x)
		}
	}
}

// setting is the value of one setting; nil where it says none.
func (d *decoder) setting(q *celery.Quantity, v *value) any {
	switch q.Kind {
	case celery.Whole:
		return d.whole(v)
	case celery.Duration:
		if q.OrNone && d.text(v) == "none" {
			return nil
		}
		return d.time(v)
	case celery.Size:
		return d.size(v)
	case celery.YesNo:
		return d.flag(v)
	case celery.Word:
		return v.text
	case celery.Names:
		return d.texts(v)
	case celery.Numbers:
		numbers := []int{}
		for _, item := range v.items {
			numbers = append(numbers, d.whole(item))
		}
		return numbers
	case celery.Slots:
		return d.byName(v)
	case celery.Ordering:
		if v.kind == table {
			return celery.Rule{Order: "weighted", Weights: d.byName(v.get("weighted"))}
		}
		return celery.Rule{Order: d.text(v)}
	}
	return nil // a range: there are two sorts of autoscalers
}

// byName is a map of whole numbers.
func (d *decoder) byName(v *value) map[string]int {
	numbers := map[string]int{}
	if v != nil {
		for _, f := range v.fields {
			numbers[f.key] = d.whole(f.val)
		}
	}
	return numbers
}

// expandSettings writes what is said of the settings.
func expandSettings[W, C any](out *value, all []celery.Setting[W, C], w *W, queues []string) {
	for i := range all {
		s := &all[i]
		v := s.Given(w)
		if v == nil {
			continue
		}
		outer, inner, in := strings.Cut(s.Key, ".")
		if !in {
			out.add(s.Key, settingValue(v, queues))
			continue
		}
		of := out.get(outer)
		if of == nil {
			of = &value{kind: table}
			out.add(outer, of)
		}
		of.add(inner, settingValue(v, queues))
	}
}

// SettingLines are the settings as a scenario writes them, "key: value" each. What goes by queue is in their order.
func SettingLines[W, C any](all []celery.Setting[W, C], w *W, queues []string) []string {
	out := &value{kind: table}
	expandSettings(out, all, w, queues)
	var lines []string
	for _, f := range out.fields {
		// Marshalling a tree of our own making cannot fail.
		text, _ := yaml.Dump(node(f.val, 1, "workers.*."+f.key), yaml.WithLineWidth(-1))
		lines = append(lines, f.key+": "+strings.TrimSpace(string(text)))
	}
	return lines
}

// settingValue writes one value. What goes by queue is in the order of the queues.
func settingValue(v any, queues []string) *value {
	byQueue := func(numbers map[string]int) *value {
		all := &value{kind: table}
		for _, q := range queues {
			if n, given := numbers[q]; given {
				all.add(q, wholeValue(n))
			}
		}
		return all
	}
	switch x := v.(type) {
	case int:
		return wholeValue(x)
	case int64:
		return textValue(formatSize(x))
	case des.Time:
		return textValue(formatTime(x))
	case bool:
		return flagValue(x)
	case string:
		return textValue(x)
	case []string:
		all := &value{kind: list}
		for _, name := range x {
			all.items = append(all.items, textValue(name))
		}
		return all
	case []int:
		all := &value{kind: list}
		for _, n := range x {
			all.items = append(all.items, wholeValue(n))
		}
		return all
	case map[string]int:
		return byQueue(x)
	case celery.Rule:
		if x.Weights == nil {
			return textValue(x.Order)
		}
		all := &value{kind: table}
		all.add("weighted", byQueue(x.Weights))
		return all
	case celery.Autoscale:
		all := &value{kind: table}
		all.add("min", wholeValue(x.Min))
		all.add("max", wholeValue(x.Max))
		all.add("policy", textValue("celery"))
		return all
	}
	return &value{kind: null}
}
