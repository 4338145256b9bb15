package strategies

import (
	"fmt"
	"strings"

	"example.com/simrun/worker"
)

// The names of what can be chosen, in the order of the constants of package worker.
var (
	poolNames     = []string{"prefork", "threads", "gevent", "solo"}
	orderNames    = []string{"round_robin", "sorted", "strict", "weighted"}
	brokerNames   = []string{"ideal", "redis", "rabbitmq"}
	dispatchNames = []string{"free_slot", "random"}
	releases      = []string{"5.2", "5.6"}
)

// choice is the index of a name in its list. The error names the list, and the nearest name if one is near.
func choice(names []string, value string) (int, error) {
	for i, name := range names {
		if name == value {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%q: want %s%s", value, alternatives(names), suggestion(value, names))
}

func poolOf(name string) (worker.Pool, error) {
	if name == "processes" { // celery/concurrency/__init__.py: an alias
		return worker.Prefork, nil
	}
	i, err := choice(poolNames, name)
	return worker.Pool(i), err
}

// alternatives writes "a, b or c".
func alternatives(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// quotedList writes names as "a", "b" and "c", each in quotes.
func quotedList(names []string) string {
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

// suggestion is "; did you mean ...?" when a name is near the value, else nothing.
func suggestion(value string, names []string) string {
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

// defaultSteps are kombu's (kombu/transport/redis.py: PRIORITY_STEPS).
var defaultSteps = []int{0, 3, 6, 9}
