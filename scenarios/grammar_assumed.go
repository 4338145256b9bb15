package scenarios

import (
	"reflect"
	"strings"
)

// bounds are two values with .. between them: 2s..10s. What they must look like depends on the path that they are for.
type bounds struct{ scalar }

func (bounds) want() string { return "two values with two dots between them, such as 2s..10s" }

func (b bounds) check(p *problems, v *value, path string) {
	low, high, ok := b.ends(v)
	switch {
	case !ok:
		p.errorf(v.at, path, "%s: want %s", v.found(), b.want())
	case low == high:
		p.errorf(v.at, path, "%s: want two values that differ", v.text)
	}
}

// ends returns both values as they are written.
func (bounds) ends(v *value) (low, high string, ok bool) {
	if v.kind != text && v.kind != number {
		return "", "", false
	}
	low, high, ok = strings.Cut(v.text, "..")
	low, high = strings.TrimSpace(low), strings.TrimSpace(high)
	return low, high, ok && low != "" && high != "" && !strings.HasPrefix(high, ".") && !strings.Contains(high, "..")
}

// into: bounds are read when they are put in place.
func (bounds) into(*decoder, *value, string, reflect.Value) {}

func (bounds) schema(*definitions) *schemaNode {
	return &schemaNode{Type: "string", Pattern: `^\s*\S.*?\.\.\s*[^.\s].*$`}
}
