package scenarios

import (
	"fmt"
	"math"
	"reflect"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// bind reads a table into the fields of a struct by the rows of the map at that place of the grammar. A field whose key
// is missing keeps what it has; what is wrong was reported, and is read as zero.
func (d *decoder) bind(keys string, v *value, path string, to any) {
	if v != nil {
		d.grammar.at(keys).into(d, v, path, reflect.ValueOf(to).Elem())
	}
}

// at returns the map at a path of keys; names of the user's own are left out.
func (s *record) at(path string) *record {
	var at shape = s
	for step := range strings.SplitSeq(path, ".") {
		at = at.(*record).key(step).shape
		for inner := at; inner != nil; {
			at = inner
			switch of := at.(type) {
			case *mapping:
				inner = of.of
			case *sequence:
				inner = of.of
			case *either:
				inner = of.pick(table)
			default:
				inner = nil
			}
		}
	}
	return at.(*record)
}

// field returns the name of the field that takes a key: that of its row, or else the key's own, max_length as MaxLength.
func (k *key) field() string {
	if k.to != "" {
		return k.to
	}
	var name strings.Builder
	for word := range strings.SplitSeq(k.name, "_") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// Where a key has no field of its own: byHand is read by the code of its record, inPlace is a map whose keys belong to
// the fields around it.
const (
	byHand  = "-"
	inPlace = "."
)

func (s *record) into(d *decoder, v *value, path string, to reflect.Value) {
	to = allocated(to)
	for i := range s.keys {
		k := &s.keys[i]
		f := v.field(k.name)
		if f == nil || k.shape == nil || k.to == byHand {
			continue
		}
		at := to
		if k.to != inPlace {
			if at = to.FieldByName(k.field()); !at.IsValid() {
				panic(fmt.Sprintf("scenarios: %s has no field %s for the key %s", to.Type(), k.field(), k.name))
			}
		}
		k.shape.into(d, f.val, join(path, k.name), at)
	}
}

// into of a map of entries with names fills a slice of structs, in the order of the file.
func (s *mapping) into(d *decoder, v *value, path string, to reflect.Value) {
	to.Set(reflect.MakeSlice(to.Type(), len(v.fields), len(v.fields)))
	for i, f := range v.fields {
		entry := to.Index(i)
		entry.FieldByName(s.named).SetString(f.key)
		s.of.into(d, f.val, join(path, f.key), entry)
	}
}

func (s *sequence) into(d *decoder, v *value, path string, to reflect.Value) {
	to.Set(reflect.MakeSlice(to.Type(), len(v.items), len(v.items)))
	for i, item := range v.items {
		s.of.into(d, item, join(path, i), to.Index(i))
	}
}

// into of a law fills a Dist. Where a map could be written, a scalar is its first key.
func (s *either) into(d *decoder, v *value, path string, to reflect.Value) {
	if s.law != nil {
		if law := d.law(v, path, *s.law); law != nil {
			to.Set(reflect.ValueOf(law))
		}
		return
	}
	o := s.pick(v.kind)
	if r, ok := s.pick(table).(*record); ok && v.kind != table && o != nil && to.Kind() == reflect.Struct {
		to = to.FieldByName(r.keys[0].field())
	}
	if o != nil {
		o.into(d, v, path, to)
	}
}

func (s amount) into(d *decoder, v *value, _ string, to reflect.Value) {
	x := d.number(v, s.quantity)
	to = allocated(to)
	switch {
	case to.Type() == reflect.TypeFor[des.Time]():
		to.Set(reflect.ValueOf(des.Seconds(x)))
	case to.CanInt():
		to.SetInt(int64(math.Round(x)))
	case to.CanUint():
		to.SetUint(uint64(x))
	default:
		to.SetFloat(x)
	}
}

func (yesNo) into(d *decoder, v *value, _ string, to reflect.Value) {
	switch yes := d.flag(v); {
	case to.Type() != reflect.TypeFor[worker.Tri]():
		allocated(to).SetBool(yes)
	case yes:
		to.Set(reflect.ValueOf(worker.On))
	default:
		to.Set(reflect.ValueOf(worker.Off))
	}
}

// into of a word is the word, or for a bool whether it is the one that says yes.
func (s word) into(d *decoder, v *value, _ string, to reflect.Value) {
	if to.Kind() == reflect.Bool {
		to.SetBool(d.text(v) == s.yes)
		return
	}
	to.SetString(d.text(v))
}

// into of a name that refers to another part of the file is empty where that has no such name.
func (s phrase) into(d *decoder, v *value, path string, to reflect.Value) {
	if s.of == "" {
		to.SetString(d.text(v))
		return
	}
	if !d.bad[v.at] {
		to.SetString(d.known(v, path, strings.TrimSuffix(s.of, "s"), d.root.get(s.of).keys()))
	}
}

// allocated returns what a pointer points to, made anew; and what is none, as it is.
func allocated(to reflect.Value) reflect.Value {
	if to.Kind() != reflect.Pointer {
		return to
	}
	to.Set(reflect.New(to.Type().Elem()))
	return to.Elem()
}
