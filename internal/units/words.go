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
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return strings.Join(names, "")
}

// Quoted writes names as "a", "b" and "c", each in quotes.
func Quoted(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return And(quoted)
}

// And lists what belongs together: "a, b and c".
func And(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// Suggestion is "; did you mean ...?" when a name is near the value, else nothing.
func Suggestion(value string, names []string) string {
	if best := Nearest(value, names); best != "" && best != value {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// Nearest is the name that was probably meant, or "": at most a third of its letters differ. Of many names only the first
// are looked at.
func Nearest(name string, names []string) string {
	best, least := "", 0
	for _, n := range names[:min(len(names), 200)] {
		limit := max(len(name), len(n)) / 3
		if len(name)-len(n) > limit || len(n)-len(name) > limit {
			continue
		}
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d <= limit && (best == "" || d < least) {
			best, least = n, d
		}
	}
	return best
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to make b of a (optimal
// string alignment).
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 { // no key is that long, and the work grows with the product
		return 64
	}
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
	}
	before, last, now := rows[0], rows[1], rows[2]
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		now[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(t)]
}

// Shorten cuts a value that is shown in a message to 60 characters.
func Shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
