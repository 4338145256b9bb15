package strategies

import (
	"fmt"
	"slices"
	"strings"

	"example.com/simrun/celery"
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
		fmt.Fprintf(b, "  %s = %s%s\n", key, celery.Python(settings[key], "  "), mark)
	}
}

func today(c *Change, what string) string {
	if slices.Contains(c.AsToday, what) {
		return "  # as today"
	}
	return ""
}
