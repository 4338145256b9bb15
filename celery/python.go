package celery

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Python writes a value as Python does; a mapping of mappings goes over several lines.
func Python(value any, indent string) string {
	switch v := value.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		return strconv.Quote(v)
	case map[string]any:
		return mapping(v, indent)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice {
		items := make([]string, v.Len())
		for i := range items {
			items[i] = Python(v.Index(i).Interface(), indent)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(value)
}

func mapping(m map[string]any, indent string) string {
	nested := false
	items := make([]string, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		_, inner := m[key].(map[string]any)
		nested = nested || inner
		items = append(items, strconv.Quote(key)+": "+Python(m[key], indent+"    "))
	}
	if !nested {
		return "{" + strings.Join(items, ", ") + "}"
	}
	inner := indent + "    "
	return "{\n" + inner + strings.Join(items, ",\n"+inner) + ",\n" + indent + "}"
}
