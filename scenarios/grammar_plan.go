package scenarios

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// planKeys returns what bounds simrun plan.
func planKeys() *record {
	return &record{noun: "a plan", keys: []key{
		{name: "vary", doc: "sizes to find, as ranges by their path, the only ones that then vary: `{strategies.one-pool.workers.worker.concurrency: 1..16}`; or what a search may not try, [below](#what-a-search-tries): `{order: false, gevent: false}`", absent: "of each worker its `concurrency`, or `max` of its `autoscale`, or its `replicas` where each has a machine of its own or, `solo`, one slot", shape: &mapping{noun: "a map of ranges by path", name: phrase{noun: "a path"}, of: spanOrNot{}, atLeast: 1}, to: byHand},
		{name: "workers", doc: "how many workers a layout that is made up has, as a range", absent: "`1..4`", shape: span{}, to: byHand},
		{name: "keep", doc: "workers whose sizes stay as they are", absent: "none", shape: &sequence{noun: "a list of workers", of: name("the name of a worker")}, to: byHand},
		{name: "minimise", doc: "what the answer has least of: `cost` a month, `slots` or `changes` from the baseline", absent: "`cost` where all layouts have a price, else machines more than there are, then `slots`", shape: word{words: []string{"cost", "slots", "changes"}}},
	}}
}

// span is a range of whole numbers, 1..16, or one of them.
type span struct{ scalar }

const mostOfSpan = 100_000

var spanPattern = regexp.MustCompile(`^([1-9][0-9]{0,5})(?:\.\.([1-9][0-9]{0,5}))?$`)

func (span) want() string { return "a range of whole numbers such as 1..16" }

func (s span) check(p *problems, v *value, path string) {
	switch from, to := s.ends(v); {
	case from == 0:
		p.errorf(v.at, path, "%s: want %s", v.found(), s.want())
	case from > to:
		p.errorf(v.at, path, "%s: want the smaller number first", v.text)
	case to > mostOfSpan:
		p.errorf(v.at, path, "%s: want at most %d", v.text, mostOfSpan)
	}
}

// ends returns the first and the last number; 0 where it is no range.
func (span) ends(v *value) (from, to int) {
	m := spanPattern.FindStringSubmatch(v.text)
	if m == nil || v.kind != text && v.kind != number {
		return 0, 0
	}
	from, _ = strconv.Atoi(m[1])
	if m[2] == "" {
		return from, from
	}
	to, _ = strconv.Atoi(m[2])
	return from, to
}

// into: ranges are read with what they bound.
func (span) into(*decoder, *value, string, reflect.Value) {}

func (s span) schema(*definitions) *schemaNode {
	return &schemaNode{AnyOf: []*schemaNode{{Type: "string", Pattern: strings.ReplaceAll(spanPattern.String(), "(?:", "(")}, {Type: "integer"}}}
}

// spanOrNot is a range, or says whether something is tried: which of them goes by the key.
type spanOrNot struct{ span }

func (s spanOrNot) check(p *problems, v *value, path string) {
	if v.kind != boolean {
		s.span.check(p, v, path)
	}
}

func (s spanOrNot) schema(d *definitions) *schemaNode {
	n := s.span.schema(d)
	n.AnyOf = append(n.AnyOf, yesNo{}.schema(d))
	return n
}
