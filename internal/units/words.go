package units

import (
	"fmt"
	"strings"
)

// Choose is the index of a name in its list. The error names the list, and the nearest name if one is near.
func Choose(names []string, value string) (int, error) {
	for i, name := range names {
		if name == value {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q: want %s%s", value, Alternatives(names), Suggestion(value, names))
}

// Alternatives writes "a, b or c".
func Alternatives(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Quoted writes names as "a", "b" and "c", each in quotes.
func Quoted(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	if len(quoted) < 2 {
		return strings.Join(quoted, "")
	}
	last := len(quoted) - 1
	return strings.Join(quoted[:last], ", ") + " and " + quoted[last]
}

// Suggestion is "; did you mean ...?" when a name is near the value, else nothing.
func Suggestion(value string, names []string) string {
	best, least := "", max(1, len(value)/3)
	for _, name := range names {
		if d := distance(value, name); d < least || d == least && best == "" {
			best, least = name, d
		}
	}
	if best == "" || best == value {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// distance is the least number of bytes inserted, deleted or replaced, or of neighbours swapped, that makes b of a
// (optimal string alignment).
func distance(a, b string) int {
	above, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], above[j-1]+1)
			}
		}
		above, row, next = row, next, above
	}
	return row[len(b)]
}

// Shorten keeps a message readable whatever stands in it.
func Shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
