package scenarios

import (
	"encoding/json"
	"reflect"
	"strings"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
)

func strategyKeys() *record {
	return &record{noun: "a strategy", forms: [][]string{{"workers"}, {"derive"}}, keys: []key{
		{name: "extends", doc: "strategy to start from: maps merge by key, lists and scalars are replaced, null removes", shape: name("the name of a strategy")},
		{name: "workers", doc: "the workers of the layout, [below](#workers)", shape: &mapping{noun: "a map of at least one worker", name: name("the name of a worker"), of: workerKeys(), atLeast: 1, file: true}},
		{name: "derive", doc: "or: made from another strategy within the same budget of slots, [below](#derive)", shape: deriveKeys()},
		{name: "routes", doc: "queues of tasks instead of their own: `{notify: high, \"*\": low}`; a `*` in a name stands for any letters, and `\"*\"` alone for every other task. `{queue: jobs, priority: 9}` also sets the priority of the messages, in place of the task's own", shape: &mapping{noun: "a map of queues by task", name: phrase{noun: `the name of a task, or a pattern with up to three *`, pattern: routePattern}, of: &either{of: []shape{name("the name of a queue"), routeKeys()}}}},
		{name: "broker", doc: "that of this strategy, if it differs", absent: "that of the scenario", shape: brokerKeys()},
		{name: "celery", doc: "release of Celery of this strategy, if it differs", absent: "that of the scenario", shape: release{}},
		{name: "settings", doc: "the same for this strategy, on top of those of the file, [below](#settings)", shape: appSettings{}, to: byHand},
	}}
}

func routeKeys() *record {
	return &record{noun: "a map of queue and priority", keys: []key{
		{name: "queue", doc: "where the task goes", shape: name("the name of a queue"), required: true},
		{name: "priority", doc: "of its messages, in place of the task's own", absent: "the task's own", shape: amount{quantity: wholes(0, 255)}},
	}}
}

func workerKeys() *record {
	keys := []key{{name: "command", doc: "Celery command line, as a text or as a list of its words; the other keys override it.", shape: &either{of: []shape{
		phrase{noun: `a command line such as "celery -A app worker -Q high,low -c 8"`},
		&sequence{noun: "a list of its words", of: argument{}, length: [2]int{1, 0}},
	}}}}
	keys = append(keys, settingKeys(celery.WorkerSettings(), map[string]*record{"time_limit": limitKeys()})...)
	keys = append(keys, []key{
		{name: "machine", doc: "Kind of machine it runs on; cores without limit if it is missing.", shape: &either{of: []shape{name("the name of a machine"), useKeys()}}},
		{name: "replicas", doc: "Instances.", shape: amount{quantity: wholes(1, 10_000)}},
		{name: "clearance", doc: "Labels of the tasks that it may run. Celery runs the others all the same: such runs are counted, and the layout does not pass.", shape: labelList()},
		{name: "start", doc: "With autoscale of replicas: cold = the first of them boot, too; warm if it is missing.", shape: word{words: []string{"warm", "cold"}}},
		{name: "zone"},
	}...)
	return &record{noun: "a worker", keys: append(keys, workerResources()...)}
}

func deriveKeys() *record {
	return &record{noun: "a derivation", keys: []key{
		{name: "from", doc: "strategy whose slots are dealt out", shape: name("the name of a strategy"), required: true},
		{name: "split_by", doc: "what gets a worker of its own: `queue`, `kind` (tasks that mostly compute, those that mostly wait), `priority`, `label` (tasks with the same labels, a group named `payment+pii`; those without any are the group `\"*\"`), `memory` (tasks whose mean `hold` and `leak` are together more than an idle child of the worker holds, those with less: `worker_memory_intensive` and `worker_lightweight`) or `zone` (tasks that need the same place, each on the machine that stands there, those that need none as `anywhere`)", shape: word{words: []string{"queue", "kind", "priority", "label", "memory", "zone"}}, required: true},
		{name: "share", doc: "how slots are shared: by offered `load`, `equal`, or as given: `{high: 2, low: 6}`", shape: &either{of: []shape{
			word{words: []string{"load", "equal"}},
			&mapping{noun: "a map of slots by group", of: amount{quantity: wholes(1, 1_000_000)}, atLeast: 1, name: phrase{noun: "the name of a group"}},
		}}, def: "load"},
	}}
}

// release is a release of Celery, as a text or as the number that YAML makes of it.
type release struct{ scalar }

func (release) want() string { return "a release of Celery, " + units.Alternatives(celery.Releases()) }

func (s release) check(p *problems, v *value, path string) {
	if _, err := celery.Series(v.text); err != nil || v.kind != text && v.kind != number {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	}
}

func (release) into(_ *decoder, v *value, _ string, to reflect.Value) { to.SetString(v.text) }

func (release) schema(*definitions) *schemaNode {
	text := &schemaNode{Type: "string", Pattern: `^(?:` + strings.ReplaceAll(strings.Join(celery.Releases(), "|"), ".", `\.`) + `)(?:\.[0-9]+)?(?:(?:a|b|rc)[0-9]+)?$`}
	plain := &schemaNode{}
	for _, name := range celery.Releases() {
		plain.Enum = append(plain.Enum, json.Number(name))
	}
	return &schemaNode{AnyOf: []*schemaNode{text, plain}}
}

// version is a word that YAML takes for a number where it is not in quotes.
type version struct{ word }

func (s version) check(p *problems, v *value, path string) {
	asText := *v
	if v.kind == number {
		asText.kind = text
	}
	s.word.check(p, &asText, path)
}

func (s version) schema(d *definitions) *schemaNode {
	plain := &schemaNode{}
	for _, w := range s.words {
		plain.Enum = append(plain.Enum, json.Number(w))
	}
	return &schemaNode{AnyOf: []*schemaNode{s.word.schema(d), plain}}
}

// argument is a word of a command line: a number is one too.
type argument struct{ scalar }

func (argument) want() string { return "a word of a command line" }

func (s argument) check(p *problems, v *value, path string) {
	if !s.accepts(v.kind) {
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	}
}

// into: the words are joined to a line where they are read.
func (argument) into(*decoder, *value, string, reflect.Value) {}

func (argument) schema(*definitions) *schemaNode {
	return &schemaNode{AnyOf: []*schemaNode{{Type: "string"}, {Type: "number"}, {Type: "boolean"}}}
}
