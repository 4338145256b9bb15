package randomly

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
)

// node is a JSON Schema, or a value of JSON.
type node = map[string]any

// drawer draws values that a schema allows, or nearly: what only holds between several of them it does not know.
type drawer struct {
	*rand.Rand
	schema node
	names  []string // what texts that are names may be
}

// units ends a pattern of a quantity.
var units = regexp.MustCompile(`\(\?:([^()?]+)\)\$$`)

// texts are what texts may be that are neither names nor quantities.
var texts = []string{"Mon 08:00", "08:30", "*/5 * * * *", "p95", "mean", "p50", "5.2", "5.6", "5.7", "a*", "auto"}

// resolve follows references, and what holds of a value that starts from no other.
func (d *drawer) resolve(s node) node {
	for {
		if other, ok := s["else"].(node); ok && s["$ref"] == nil && s["type"] == nil {
			s = other
			continue
		}
		ref, ok := s["$ref"].(string)
		if !ok {
			return s
		}
		s = d.schema["$defs"].(node)[strings.TrimPrefix(ref, "#/$defs/")].(node)
	}
}

// value draws a value; more is the chance of a key that need not be there.
func (d *drawer) value(s node, more float64) any {
	s = d.resolve(s)
	if c, ok := s["const"]; ok {
		return c
	}
	if all, ok := s["enum"].([]any); ok {
		return all[d.IntN(len(all))]
	}
	if all, ok := s["anyOf"].([]any); ok {
		return d.value(all[d.IntN(len(all))].(node), more)
	}
	switch s["type"] {
	case "object":
		return d.object(s, more)
	case "array":
		return d.array(s, more)
	case "boolean":
		return d.IntN(2) == 0
	case "integer":
		return d.whole(s)
	case "number":
		return d.number(s)
	}
	return d.text(s)
}

func (d *drawer) object(s node, more float64) any {
	o := node{}
	properties, _ := s["properties"].(node)
	for _, key := range d.needed(s) {
		if of, ok := properties[key].(node); ok {
			o[key] = d.value(of, more/2)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		if _, there := o[key]; !there && d.Float64() < more && len(d.forms(s)) == 0 {
			o[key] = d.value(properties[key].(node), more/2)
		}
	}
	if of, ok := s["additionalProperties"].(node); ok {
		o[d.text(entry(s))] = d.value(of, more/2)
	}
	return o
}

// entry is the schema of the names of a map's entries.
func entry(s node) node {
	names, _ := s["propertyNames"].(node)
	return names
}

// needed are the keys that an object must have, those of one of its forms included.
func (d *drawer) needed(s node) []string {
	keys := list(s["required"])
	if forms := d.forms(s); len(forms) > 0 {
		keys = append(keys, forms[d.IntN(len(forms))]...)
	}
	return keys
}

func (d *drawer) forms(s node) (forms [][]string) {
	all, _ := s["oneOf"].([]any)
	for _, form := range all {
		forms = append(forms, list(form.(node)["required"]))
	}
	return forms
}

func list(of any) (all []string) {
	items, _ := of.([]any)
	for _, item := range items {
		all = append(all, item.(string))
	}
	return all
}

func (d *drawer) array(s node, more float64) any {
	least, _ := s["minItems"].(float64)
	most, ok := s["maxItems"].(float64)
	if !ok {
		most = least + 2
	}
	items := []any{}
	for range int(least) + d.IntN(int(most-least)+1) {
		items = append(items, d.value(s["items"].(node), more/2))
	}
	return items
}

// bounds are those of a number. Large ones would only make a run take long.
func bounds(s node) (low, high float64) {
	low, _ = s["minimum"].(float64)
	if above, ok := s["exclusiveMinimum"].(float64); ok {
		low = above
	}
	high = low + 6
	if most, ok := s["maximum"].(float64); ok {
		high = min(high, most)
	}
	return low, high
}

func (d *drawer) whole(s node) any {
	low, high := bounds(s)
	return low + math.Floor(d.Float64()*(high-low+1))
}

func (d *drawer) number(s node) any {
	low, high := bounds(s)
	return math.Round(1000*(low+d.Float64()*(high-low)))/1000 + 0.001*float64(d.IntN(2))
}

// text draws a quantity with its unit, or a word that fits.
func (d *drawer) text(s node) string {
	pattern, _ := s["pattern"].(string)
	if m := units.FindStringSubmatch(pattern); m != nil {
		all := strings.Split(m[1], "|")
		return fmt.Sprintf("%.3g%s", math.Exp(4*d.Float64()-1), strings.ReplaceAll(all[d.IntN(min(2, len(all)))], `\`, ""))
	}
	fits := func(word string) bool {
		ok, err := regexp.MatchString(pattern, word)
		return ok && err == nil
	}
	fit := slices.DeleteFunc(slices.Clone(d.names), func(word string) bool { return !fits(word) })
	if len(fit) == 0 || s["type"] == "string" && d.IntN(8) == 0 {
		fit = slices.DeleteFunc(slices.Clone(texts), func(word string) bool { return !fits(word) })
	}
	if len(fit) == 0 {
		return "nothing"
	}
	return fit[d.IntN(len(fit))]
}
