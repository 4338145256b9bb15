package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"example.com/simrun/internal/units"
)

// Problem is one thing wrong with a scenario, at the place where it is written.
type Problem struct {
	File         string // "" = built in Go
	Line, Column int    // from 1; 0 = built in Go
	Path         string // of the key, joined by dots; empty where the file as a whole is meant
	Message      string
}

// String returns the problem in one line: FILE:LINE:COL: path: message.
func (p Problem) String() string {
	if p.File == "" {
		return strings.TrimPrefix(p.Path+": "+p.Message, ": ")
	}
	if p.Path == "" {
		return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", p.File, p.Line, p.Column, p.Path, p.Message)
}

// Errors are all problems of one file, in the order of their places.
type Errors []Problem

// Error is one problem a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// position is a place in the file, from 1.
type position struct{ line, column int }

// problems collects what is wrong with one file.
type problems struct {
	file     string
	found    Errors
	warnings Errors
	bad      map[position]bool // places of what was found
	orphans  map[position]bool // entries whose base is not known: what they lack is not known either
}

func (p *problems) errorf(at position, path, format string, args ...any) {
	if p.bad == nil {
		p.bad = map[position]bool{}
	}
	p.bad[at] = true
	p.found = append(p.found, Problem{p.file, at.line, at.column, path, visible(fmt.Sprintf(format, args...))})
}

func (p *problems) warnf(at position, path, format string, args ...any) {
	p.warnings = append(p.warnings, Problem{p.file, at.line, at.column, path, visible(fmt.Sprintf(format, args...))})
}

// broken says whether something within v is already known to be wrong.
func (p *problems) broken(v *value) bool { return broken(v, p.bad) }

func broken(v *value, bad map[position]bool) bool {
	if v == nil {
		return false
	}
	return bad[v.at] ||
		slices.ContainsFunc(v.items, func(item *value) bool { return broken(item, bad) }) ||
		slices.ContainsFunc(v.fields, func(f field) bool { return bad[f.at] || broken(f.val, bad) })
}

// sorted returns the problems by place. What extends and anchors repeat elsewhere is said once, where it is written.
func sorted(e Errors) Errors {
	said := map[Problem]bool{}
	var once Errors
	for _, p := range e {
		same := p
		same.Path = ""
		if !said[same] {
			said[same] = true
			once = append(once, p)
		}
	}
	slices.SortStableFunc(once, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return once
}

// join returns the path of a key within path. A key that is refused for what it holds is shown escaped.
func join(path string, key any) string {
	step := fmt.Sprint(key)
	if strings.ContainsFunc(step, hidden) {
		step = strconv.QuoteToASCII(step)
	}
	if path == "" {
		return step
	}
	return path + "." + step
}

// hidden says whether a character does something to a terminal instead of being seen there.
func hidden(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// visible is a message in which what cannot be seen is written out: names of the file stand in it, also wrong ones.
func visible(message string) string {
	unseen := func(r rune) bool { return hidden(r) && r != '\n' && r != '\t' }
	if !strings.ContainsFunc(message, unseen) {
		return message
	}
	var b strings.Builder
	for _, r := range message {
		if unseen(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unknown says that a name is not among names: with the nearest of them, or all.
func unknown(what, name string, names []string) string {
	if n := units.Nearest(name, names); n != "" {
		return fmt.Sprintf("unknown %s %q, did you mean %q?", what, units.Shorten(name), n)
	}
	if len(names) == 0 {
		return fmt.Sprintf("unknown %s %q: there is no other", what, units.Shorten(name))
	}
	if rest := len(names) - 20; rest > 0 {
		names = append(slices.Clone(names[:20]), fmt.Sprintf("%d others", rest))
	}
	return fmt.Sprintf("unknown %s %q: want %s", what, units.Shorten(name), units.Alternatives(names))
}
