package celery

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/worker"
)

// Setting is all that there is to know of one setting: how a scenario, a command line, Celery's configuration and a
// recording say it, what it may be, what it is where nothing is said, and on what it acts. Command lines, the format of
// scenarios and its tables, defaults and checks, comparisons and instructions come from it.
//
// It is a setting of what is written as W and runs as C.
type Setting[W, C any] struct {
	Key      string   // in a scenario; "time_limit.hard" lies in a mapping
	Flags    []string // of `celery worker`, the one that is written first
	Name     string   // in the configuration of the app; "broker_transport_options.x" lies in a mapping
	Env      string   // environment variable
	Record   string   // in scenario.json of a recording, if it is not the key
	Meaning  string
	Quantity Quantity
	Default  any // nil = none

	Since    string              // the release that has it first; "" = all that are known
	Pools    []worker.Pool       // that have it; nil = all
	Lack     string              // what the other pools lack or cannot do
	Brokers  []worker.BrokerKind // with which it acts, beside the ideal one; nil = all
	PerTask  bool                // a property of tasks: theirs comes first
	WhatIf   bool                // no setting of Celery does it
	AlsoFlag string              // that goes with the first flag
	Unsaid   string              // why the flag cannot say 0

	// How it is read and written. A value is nil where nothing is said, or for what is the default.
	Given func(*W) any
	Set   func(*W, any)
	Of    func(c *C, queue func(int) string) any
	Put   func(*C, any) // nil = it takes more than the value
}

// WorkerSetting and BrokerSetting are the two sorts.
type (
	WorkerSetting = Setting[Worker, worker.Config]
	BrokerSetting = Setting[Broker, worker.Broker]
)

// Or is a value, or the default where it says nothing: where there is no default, 0 is none.
func (s *Setting[W, C]) Or(v any) any {
	if v == nil || s.Default == nil && reflect.ValueOf(v).IsZero() {
		return s.Default
	}
	return v
}

// Recorded is the key in scenario.json of a recording.
func (s *Setting[W, C]) Recorded() string {
	if s.Record != "" {
		return s.Record
	}
	return s.Key
}

// Has says whether a pool has the setting.
func (s *Setting[W, C]) Has(p worker.Pool) bool { return s.Pools == nil || slices.Contains(s.Pools, p) }

// With says whether the setting acts with a broker.
func (s *Setting[W, C]) With(k worker.BrokerKind) bool {
	return s.Brokers == nil || k == worker.Ideal || slices.Contains(s.Brokers, k)
}

// In says whether a release has the setting.
func (s *Setting[W, C]) In(release string) bool { return s.Since == "" || release >= s.Since }

// OnlyConfigured says whether a value cannot be said by a flag, but in the configuration.
func (s *Setting[W, C]) OnlyConfigured(v any) bool {
	return s.Name != "" && (s.Flags == nil || s.Unsaid != "" && v == 0)
}

// Configured says whether a value is one that the configuration of the app says, and no flag.
func (s *Setting[W, C]) Configured(release string, kind worker.BrokerKind, v any) bool {
	if rule, ok := v.(Rule); ok { // redis goes round robin, by name or, from 5.7 on, by the order of -Q
		return kind == worker.Redis && (rule.Order == "round_robin" || rule.Order == "sorted" || rule.Order == "strict" && KeepsOrder(release) || rule.Order == "drawn" && !KeepsOrder(release))
	}
	return s.OnlyConfigured(v)
}

// InConfig is a value as Celery's configuration has it.
func InConfig(v any) any {
	if rule, ok := v.(Rule); ok && (rule.Order == "strict" || rule.Order == "drawn") {
		return ranked
	}
	return Plain(v)
}

// Clear makes w say none, or the default.
func (s *Setting[W, C]) Clear(w *W) {
	if v := s.Given(w); v != nil && s.Default != nil {
		s.Set(w, s.Default)
	} else if v != nil {
		s.Set(w, reflect.Zero(reflect.TypeOf(v)).Interface())
	}
}

// Differ says whether two of what runs differ in the setting.
func (s *Setting[W, C]) Differ(a, b *C, queueOfA, queueOfB func(int) string) bool {
	return !reflect.DeepEqual(s.Or(s.Of(a, queueOfA)), s.Or(s.Of(b, queueOfB)))
}

// FromConfig is what is written for what runs; settings at their default may be left out.
func FromConfig(c *worker.Config, queue func(int) string) Worker {
	w := Worker{Name: c.Name}
	for i := range workerSettings {
		s := &workerSettings[i]
		if v := s.Of(c, queue); v != nil {
			s.Set(&w, v)
		}
	}
	return w
}

// Fill takes what w does not say from another one.
func (w *Worker) Fill(from *Worker) {
	for i := range workerSettings {
		s := &workerSettings[i]
		if v := s.Given(from); v != nil && s.Given(w) == nil {
			s.Set(w, v)
		}
	}
}

// Fill takes what b does not say from another one.
func (b *Broker) Fill(from *Broker) {
	for i := range brokerSettings {
		s := &brokerSettings[i]
		if v := s.Given(from); v != nil && s.Given(b) == nil {
			s.Set(b, v)
		}
	}
	b.takeOverheads(from)
}

// takeOverheads takes what b does not say of overheads from another broker.
func (b *Broker) takeOverheads(from *Broker) {
	for name, after := range from.Overheads {
		if _, given := b.Overheads[name]; !given {
			b.Overheads = maps.Clone(b.Overheads)
			if b.Overheads == nil {
				b.Overheads = map[string]des.Time{}
			}
			b.Overheads[name] = after
		}
	}
}

// SplitName parts the name of an entry of a mapping: "broker_transport_options", "visibility_timeout".
func SplitName(name string) (mapping, entry string) {
	mapping, entry, nested := strings.Cut(name, ".")
	if !nested {
		return "", name
	}
	return mapping, entry
}
