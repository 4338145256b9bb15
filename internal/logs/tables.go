package logs

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
)

// read takes the table for what it begins like.
func (r *table) read(in *bufio.Reader) error {
	name := r.name
	start, _ := in.Peek(startOf) // there is something, or nobody would have come here
	r.events.untaken, r.events.repeats = r.events.untaken || r.opts.Map.of["received"] == "", true
	of := func(value func(column string) string) error {
		r.rows++
		return r.row(value)
	}
	switch start = bytes.TrimLeft(start, " \t\r\n"); start[0] {
	case '{':
		return lines(name, in, func(line []byte) error {
			if len(bytes.TrimSpace(line)) == 0 {
				return nil
			}
			d := json.NewDecoder(bytes.NewReader(line))
			return objectRow(d, of)
		})
	case '[':
		return each(name, in, func(d *json.Decoder, _ string) error { return objectRow(d, of) })
	}
	return r.csv(name, in, start, of)
}

// objectRow reads one JSON object as a row.
func objectRow(d *json.Decoder, of func(value func(column string) string) error) error {
	d.UseNumber()
	var keys map[string]any
	if err := d.Decode(&keys); err != nil {
		return errors.New(Plain(err))
	}
	err := of(func(column string) string {
		if v := inner(keys, column); v != nil {
			return fmt.Sprint(v)
		}
		return ""
	})
	if err != nil {
		return fmt.Errorf("%w; the object has %s", err, units.Shorten(units.And(names(keys, ""))))
	}
	return nil
}

// inner is the value of a key; that of an object in an object is called object.key.
func inner(keys map[string]any, key string) any {
	if v, there := keys[key]; there {
		return v
	}
	for i, c := range key {
		if within, is := keys[key[:i]].(map[string]any); c == '.' && is {
			if v := inner(within, key[i+1:]); v != nil {
				return v
			}
		}
	}
	return nil
}

// names are those of the keys of an object, and of the objects in it.
func names(keys map[string]any, before string) (all []string) {
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if within, is := keys[key].(map[string]any); is {
			all = append(all, names(within, before+key+".")...)
		} else {
			all = append(all, before+key)
		}
	}
	return all
}

// csv reads a table with a header, whose cells are parted by the commonest of comma, semicolon and tab in it.
func (r *table) csv(name string, in *bufio.Reader, start []byte, of func(value func(column string) string) error) error {
	table := csv.NewReader(in)
	table.ReuseRecord, table.LazyQuotes = true, true
	header, _, _ := bytes.Cut(start, []byte("\n"))
	for _, c := range ";\t" {
		if bytes.Count(header, []byte(string(c))) > bytes.Count(header, []byte(string(table.Comma))) {
			table.Comma = c
		}
	}
	head, err := table.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	at := map[string]int{}
	var errs []error
	for i, column := range head {
		column = strings.TrimSpace(column)
		if _, twice := at[column]; twice && slices.Contains(slices.Collect(maps.Values(r.opts.Map.of)), column) {
			errs = append(errs, fmt.Errorf("%s:1: the column %q is there twice: want another name for one of them", name, column))
		}
		at[column] = i
	}
	for _, what := range Columns {
		if column := r.opts.Map.of[what]; column != "" {
			if _, there := at[column]; !there {
				errs = append(errs, fmt.Errorf("%s:1: %s: no column %q: want %s", name, what, column, units.Shorten(units.Alternatives(slices.Clone(head)))))
			}
		}
	}
	for len(errs) == 0 || len(errs) < most && r.events.n > 0 {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var line int
		if len(row) > 0 {
			line, _ = table.FieldPos(0)
		}
		switch {
		case err == nil:
			err = of(func(column string) string { return strings.TrimSpace(row[at[column]]) })
		case !errors.Is(err, csv.ErrFieldCount):
			return errors.Join(append(errs, fmt.Errorf("%s: %w", name, err))...)
		default:
			err = fmt.Errorf("%s, where the header has %d", units.Plural(len(row), "cell", "cells"), len(head))
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	return errors.Join(errs...)
}
