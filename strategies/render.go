package strategies

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Render writes a change for the terminal: command lines to copy, settings as Python assignments, steps numbered.
func Render(c Change) string {
	var b strings.Builder
	section(&b, "Workers")
	for _, command := range c.Commands {
		fmt.Fprintf(&b, "  %s%s\n", command, today(&c, command))
	}
	if len(c.Settings) > 0 {
		section(&b, "Settings")
		assignments(&b, &c, c.Settings)
	}
	for name := range sortedKeys(c.WorkerSettings) {
		section(&b, fmt.Sprintf("Settings of %s alone", name))
		assignments(&b, nil, c.WorkerSettings[name])
	}
	if len(c.Places) > 0 {
		section(&b, "Machines and limits")
		for _, line := range c.Places {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	if len(c.Rollout) > 0 {
		section(&b, "Steps")
		for i, step := range c.Rollout {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
		}
	}
	if len(c.WhatIf) > 0 {
		section(&b, "What no setting can do")
		for _, line := range c.WhatIf {
			fmt.Fprintf(&b, "  - %s\n", line)
		}
	}
	return b.String()
}

func section(b *strings.Builder, title string) {
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(title + "\n")
}

func assignments(b *strings.Builder, c *Change, settings map[string]any) {
	for key := range sortedKeys(settings) {
		mark := ""
		if c != nil {
			mark = today(c, key)
		}
		fmt.Fprintf(b, "  %s = %s%s\n", key, python(settings[key], "  "), mark)
	}
}

func today(c *Change, what string) string {
	if slices.Contains(c.AsToday, what) {
		return "  # as today"
	}
	return ""
}

// python writes a value as Python does; a mapping of mappings goes over several lines.
func python(value any, indent string) string {
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
			items[i] = python(v.Index(i).Interface(), indent)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return fmt.Sprint(value)
}

func mapping(m map[string]any, indent string) string {
	nested := false
	items := make([]string, 0, len(m))
	for key := range sortedKeys(m) {
		_, inner := m[key].(map[string]any)
		nested = nested || inner
		items = append(items, strconv.Quote(key)+": "+python(m[key], indent+"    "))
	}
	if !nested {
		return "{" + strings.Join(items, ", ") + "}"
	}
	inner := indent + "    "
	return "{\n" + inner + strings.Join(items, ",\n"+inner) + ",\n" + indent + "}"
}
