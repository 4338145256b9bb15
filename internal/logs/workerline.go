package logs

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// openings are how what a worker says of a task begins (celery/app/trace.py and worker/request.py, of 4 and of 5).
var openings = []string{"Task ", "Received task: ", "Hard time limit (", "Discarding revoked task: "}

// Of a line: a moment; and what says neither what happened nor who tells it: colours, the moment at which it was collected,
// its level, and which process of a worker wrote it.
var (
	momentPart = regexp.MustCompile(`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`)
	colour     = regexp.MustCompile("\x1b\\[[0-9;]*m")
	nobody     = regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|` +
		`\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b|\b(?:ForkPoolWorker-[\d:]+|MainProcess|MainThread)\b`)
)

// workerLine is one line of a worker, in whatever format it writes them: when, what, and what stands before both.
type workerLine struct {
	before, said string
	at           float64   // s since 1970; NaN = no time stands in it
	shown        time.Time // as its clock showed it, where it says no zone; else zero
	whole        bool      // it says no part of a second
}

// lineOf reads a line; false where it says nothing of a worker. Those in JSON have the moment in one value, and what was
// said in another, which may be a whole line itself.
func lineOf(line []byte, zone *time.Location) (l workerLine, ok bool) {
	var object map[string]any
	if bytes.HasPrefix(line, []byte("{")) && json.Unmarshal(line, &object) == nil {
		return lineOfObject(object, zone)
	}
	text := string(line)
	start := saying(text)
	if start < 0 {
		return l, false
	}
	l = workerLine{before: text[:start], said: text[start:], at: math.NaN()}
	if all := momentPart.FindAllStringIndex(l.before, -1); all != nil { // the last is its own: others collected it
		last := all[len(all)-1]
		l.date(l.before[last[0]:last[1]], zone)
		l.before = l.before[:last[0]]
	}
	return l, true
}

// saying is where in a line that begins what a worker said; -1 = nowhere.
func saying(line string) int {
	first := -1
	for _, opening := range openings {
		if i := strings.Index(line, opening); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	if first < 0 && strings.Contains(line, " ready.") {
		if m := readyLine.FindStringIndex(line); m != nil {
			first = m[0]
		}
	}
	return first
}

func lineOfObject(object map[string]any, zone *time.Location) (l workerLine, ok bool) {
	l.at = math.NaN()
	keys := slices.Sorted(maps.Keys(object))
	for _, key := range keys {
		if text, is := object[key].(string); is && !ok {
			if inner, found := lineOf(bytes.TrimSpace([]byte(text)), zone); found {
				l, ok = inner, true
				delete(object, key)
			}
		}
	}
	for _, key := range keys {
		if !math.IsNaN(l.at) {
			break
		}
		switch v := object[key].(type) {
		case string:
			l.date(v, zone)
		case float64:
			if v > milliseconds {
				v /= 1000
			}
			if v > firstYear && v < lastYear {
				l.at = v
			}
		}
	}
	return l, ok
}

// Numbers between are taken for moments, s since 1970: of 2001 to 2096.
const firstYear, lastYear = 1e9, 4e9

// date takes a text for the moment of the line, if it is one and nothing else.
func (l *workerLine) date(text string, zone *time.Location) {
	if text == "" || momentPart.FindString(text) != text {
		return
	}
	text = strings.NewReplacer(",", ".", "/", "-").Replace(text)
	if n := len(text) - 5; n > 0 && strings.ContainsAny(text[n:n+1], "+-") && !strings.Contains(text[n:], ":") {
		text = text[:n+3] + ":" + text[n+3:]
	}
	if at, shown, err := timeOf(text, zone); err == nil {
		l.at, l.shown, l.whole = at, shown, !strings.Contains(text, ".")
	}
}

// sourceOf is who wrote a line, by what stands before its moment; "" = that does not say.
func sourceOf(before string) string {
	before = strings.TrimRight(before, " \t[(")
	source := strings.Trim(nobody.ReplaceAllString(before, ""), " \t|:-")
	if strings.HasPrefix(source, "[") {
		source = strings.Trim(source, "[]")
	}
	if strings.HasPrefix(source, "{") || !strings.ContainsFunc(source, unicode.IsLetter) { // the format's own
		return ""
	}
	return source
}

// plain is a line without colours.
func plain(line []byte) []byte {
	if bytes.IndexByte(line, 0x1b) < 0 {
		return line
	}
	return colour.ReplaceAll(line, nil)
}
