package scenarios

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"example.com/simrun/des"
)

// Build makes a scenario of Go values instead of a file: of a spec.Scenario, or any struct whose fields name keys of the
// format by their tag. It is checked and filled in as a file is; problems have a path and no place. Traces and recordings
// are looked for in dir.
func Build(from any, dir string) (*Scenario, error) {
	b := builtTree{}
	root, err := b.value(reflect.ValueOf(from))
	switch {
	case err != nil:
		return nil, err
	case root == nil || root.kind != table:
		return nil, fmt.Errorf("scenario: %T: want a struct", from)
	}
	s, err := decode(&problems{}, root, onDisk(dir), digest([]byte(root.inline())))
	if found, ok := err.(Errors); ok { //nolint:errorlint // decode wraps nothing
		for i := range found {
			found[i].Line, found[i].Column = 0, 0
		}
	}
	return s, err
}

// builtTree makes the values of a file of values of Go. Each gets a place of its own, by which problems are told apart.
type builtTree struct{ count int }

// value is v as it would stand in a file; nil where it says nothing.
func (b *builtTree) value(v reflect.Value) (*value, error) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	b.count++
	at := position{b.count, 1}
	switch {
	case !v.IsValid():
		return nil, nil
	case v.Type() == reflect.TypeFor[des.Time]():
		return &value{kind: text, at: at, text: formatTime(v.Interface().(des.Time))}, nil
	case v.CanInt():
		return &value{kind: number, at: at, text: strconv.FormatInt(v.Int(), 10)}, nil
	case v.CanUint():
		return &value{kind: number, at: at, text: strconv.FormatUint(v.Uint(), 10)}, nil
	case v.CanFloat():
		return &value{kind: number, at: at, text: strconv.FormatFloat(v.Float(), 'f', -1, 64)}, nil
	}
	switch v.Kind() {
	case reflect.String:
		return &value{kind: text, at: at, text: v.String()}, nil
	case reflect.Bool:
		return &value{kind: boolean, at: at, text: strconv.FormatBool(v.Bool())}, nil
	case reflect.Struct:
		return b.table(v, at)
	case reflect.Map:
		return b.sorted(v, at)
	case reflect.Slice:
		return b.list(v, at)
	}
	return nil, fmt.Errorf("scenario: a %s: want a struct, list, map, text, number, bool or duration", v.Type())
}

// table returns a struct with the fields that are set.
func (b *builtTree) table(v reflect.Value, at position) (*value, error) {
	out := &value{kind: table, at: at}
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("key"); key != "" && !v.Field(i).IsZero() {
			if err := b.add(out, key, v.Field(i)); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (b *builtTree) add(out *value, key string, v reflect.Value) error {
	b.count++
	at := position{b.count, 1}
	val, err := b.value(v)
	if val != nil {
		out.fields = append(out.fields, field{key, at, val})
	}
	return err
}

func (b *builtTree) sorted(v reflect.Value, at position) (*value, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, fmt.Errorf("scenario: a %s: want a map by name", v.Type())
	}
	out := &value{kind: table, at: at}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return cmp.Compare(x.String(), y.String()) })
	for _, k := range keys {
		if err := b.add(out, k.String(), v.MapIndex(k)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// list returns a list, or where its items have names that are no keys of their own a map by these.
func (b *builtTree) list(v reflect.Value, at position) (*value, error) {
	out := &value{kind: list, at: at}
	if of := v.Type().Elem(); of.Kind() == reflect.Struct {
		if name, ok := of.FieldByName("Name"); ok && name.Tag.Get("key") == "" {
			return b.named(v, at)
		}
	}
	for i := range v.Len() {
		item, err := b.value(v.Index(i))
		if err != nil {
			return nil, err
		}
		if item == nil {
			item = &value{at: at}
		}
		out.items = append(out.items, item)
	}
	return out, nil
}

func (b *builtTree) named(v reflect.Value, at position) (*value, error) {
	out := &value{kind: table, at: at}
	for i := range v.Len() {
		entry := v.Index(i)
		name := entry.FieldByName("Name").String()
		if out.field(name) != nil {
			return nil, fmt.Errorf("scenario: %q: twice in one list", name)
		}
		if pair := entry.FieldByName("Value"); pair.IsValid() {
			entry = pair
		}
		if err := b.add(out, name, entry); err != nil {
			return nil, err
		}
	}
	return out, nil
}
