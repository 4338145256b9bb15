package scenarios

import (
	"reflect"
	"strconv"
	"strings"

	"example.com/simrun/celery"
)

// appSettings is a map of settings by Celery's own names. Which there are, and what they may be, celery knows.
type appSettings struct{}

func (appSettings) accepts(k kind) bool                          { return k == table }
func (appSettings) want() string                                 { return "a map of settings by Celery's names" }
func (appSettings) complete(*problems, *value, string)           {}
func (appSettings) fill(v *value) *value                         { return v }
func (appSettings) into(*decoder, *value, string, reflect.Value) {}
func (appSettings) schema(*definitions) *schemaNode              { return &schemaNode{Type: "object"} }

func (s appSettings) check(p *problems, v *value, path string) {
	if v.kind != table {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	}
}

// app is the configuration of the app of a strategy: its own settings over those of the scenario.
func (d *decoder) app(strategy *value, release string) celery.App {
	var app celery.App
	if series, err := celery.Series(release); err == nil {
		release = series
	}
	for _, of := range []struct {
		v    *value
		path string
	}{{d.root.get("settings"), "settings"}, {strategy.get("settings"), "settings"}} {
		if of.v == nil || of.v.kind != table {
			continue
		}
		for _, f := range of.v.fields {
			if err := app.Set(release, celery.Entry{Name: f.key, Value: plain(f.val)}); err != nil && !d.bad[f.at] {
				d.errorf(f.at, join(of.path, f.key), "%v", err)
			}
		}
	}
	return app
}

// plain is a value as Celery's configuration has it.
func plain(v *value) any {
	switch v.kind {
	case boolean:
		return v.text == "true" || v.text == "True" || v.text == "TRUE"
	case number:
		if n, err := strconv.Atoi(v.text); err == nil {
			return n
		}
		if x, err := strconv.ParseFloat(v.text, 64); err == nil {
			return x
		}
	case list:
		items := make([]any, len(v.items))
		for i, item := range v.items {
			items[i] = plain(item)
		}
		return items
	case table:
		entries := make([]celery.Entry, len(v.fields))
		for i, f := range v.fields {
			entries[i] = celery.Entry{Name: f.key, Value: plain(f.val)}
		}
		return entries
	case null:
		return nil
	}
	return v.text
}

// meantFor says where a setting of Celery goes that is given as a key of r; "" if it is none.
func (s *record) meantFor(name string) string {
	key := celery.KeyOf(name)
	switch outer, inner, _ := strings.Cut(key, "."); {
	case key == "" || s.key(outer) == nil:
	case inner != "":
		return outer + ": {" + inner + ": ...}"
	default:
		return strconv.Quote(key)
	}
	if celery.IsSetting(name) {
		return "settings: {" + name + ": ...} at the top or in a strategy"
	}
	return ""
}
