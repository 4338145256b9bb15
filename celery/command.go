package celery

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
)

// ParseCommand reads the line that starts a worker, as it stands in a shell script or a unit file:
//
//	celery -A app worker -Q high,low -c 8 -P prefork --prefetch-multiplier=4 -n high@%h
//
// Leading environment variables, exec, env, nohup, `python -m` and `poetry run` (or uv, pipenv, pdm, hatch) may stand
// before celery. Only what the line gives is set; the name is that of -n without its host. The second result says, a
// sentence each, which flags have no effect. A flag that has one, but is not simulated, is an error, as is an unknown
// one; all errors of a line are joined, each beginning with the flag.
func ParseCommand(line string) (Worker, []string, error) {
	l, ignored, err := ParseLine(line)
	return l.Says, ignored, err
}

// ParseLine is ParseCommand, and keeps how the line is written.
func ParseLine(line string) (Line, []string, error) {
	words, err := split(line)
	if err != nil {
		return Line{}, nil, err
	}
	p := commandLine{words: words}
	p.program()
	if len(p.errs) == 0 {
		p.options()
	}
	if len(p.errs) > 0 {
		return Line{}, nil, errors.Join(p.errs...)
	}
	return p.line, p.ignored, nil
}

// commandLine is a line in the course of being read.
type commandLine struct {
	words   []shellWord // left to read
	line    Line
	ignored []string
	errs    []error
}

func (p *commandLine) next() (shellWord, bool) {
	if len(p.words) == 0 {
		return shellWord{}, false
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word, true
}

// keep is a part of the line that says no setting.
func (p *commandLine) keep(words ...shellWord) {
	for _, w := range words {
		p.line.parts = append(p.line.parts, part{written: w.written})
	}
}

func (p *commandLine) fail(format string, args ...any) {
	p.errs = append(p.errs, fmt.Errorf(format, args...))
}

// program reads up to the word celery.
func (p *commandLine) program() {
	for {
		word, ok := p.next()
		if !ok {
			p.fail("no celery in it: want a line such as \"celery -A app worker -Q high,low -c 8\"")
			return
		}
		switch base := path.Base(word.text); {
		case base == "celery":
			p.keep(word)
			return
		case isAssignment(word.text):
			p.variable(word)
		case slices.Contains([]string{"exec", "env", "nohup"}, base):
			p.keep(word)
		case slices.Contains([]string{"poetry", "uv", "pipenv", "pdm", "hatch"}, base) && len(p.words) > 0 && p.words[0].text == "run":
			p.keep(word, p.words[0])
			p.words = p.words[1:]
		case strings.HasPrefix(base, "python"):
			p.keep(word)
			for len(p.words) > 0 && p.words[0].text != "-m" && strings.HasPrefix(p.words[0].text, "-") {
				p.keep(p.words[0])
				p.words = p.words[1:]
			}
			if len(p.words) < 2 || p.words[0].text != "-m" || p.words[1].text != "celery" {
				p.fail("%q: want \"python -m celery\" or \"celery\"", word.text)
				return
			}
			p.keep(p.words[0])
			p.words = p.words[1:]
		default:
			p.fail("%q: want a line that starts with \"celery\", \"python -m celery\" or variables before them", word.text)
			return
		}
	}
}

// variable reads an assignment to an environment variable.
func (p *commandLine) variable(word shellWord) {
	name, text, _ := strings.Cut(word.text, "=")
	for i := range workerSettings {
		if s := &workerSettings[i]; s.Env == name {
			value, err := s.Quantity.FromFlag(text)
			if err != nil {
				p.fail("%s=: %w", name, err)
				return
			}
			s.Set(&p.line.Says, value)
			p.line.parts = append(p.line.parts, part{written: word.written, setting: s, prefix: name + "="})
			return
		}
	}
	p.keep(word)
	p.ignored = append(p.ignored, name+"=: environment variables are not read")
}

func isAssignment(word string) bool {
	name, _, found := strings.Cut(word, "=")
	if !found || name == "" || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}) < 0
}

// options reads what follows celery. Options of celery itself, such as -A, stand before the word worker; since they
// have no effect here, they are taken after it as well, where they stood until Celery 4.
func (p *commandLine) options() {
	worker := false
	for {
		word, ok := p.next()
		switch {
		case !ok:
			if !worker {
				p.fail("no worker in it: want \"celery worker\"")
			}
			return
		case word.text == "--":
			p.fail("--: settings on the command line: %s", notYet)
			return
		case strings.HasPrefix(word.text, "--"):
			p.long(word)
		case len(word.text) > 1 && word.text[0] == '-':
			p.short(word)
		case !worker && word.text == "multi":
			p.fail("multi: want the line of each worker by itself: \"celery -A app worker ...\"")
			return
		case !worker && word.text != "worker":
			p.fail("%q: want the command \"worker\"%s", word.text, units.Suggestion(word.text, []string{"worker"}))
			return
		case worker:
			p.fail("%q: want a flag", word.text)
		default:
			worker = true
			p.keep(word)
		}
	}
}

// long reads --flag, --flag=value or --flag value.
func (p *commandLine) long(word shellWord) {
	name, value, given := strings.Cut(word.text, "=")
	f := lookup(name)
	made := part{written: word.written, flag: f, prefix: name + "="}
	switch {
	case f == nil:
		p.fail("%s: no such flag%s", name, units.Suggestion(name, flagNames()))
		return
	case !f.takes && given:
		p.fail("%s: %q: takes no value", name, value)
		return
	case f.takes && !given:
		next, ok := p.next()
		if !ok {
			p.fail("%s: no value", name)
			return
		}
		value = next.text
		made.written, made.prefix = word.written+" "+next.written, name+" "
	}
	p.apply(made, name, value)
}

// short reads -c 8, -c8 and flags without value in one word, -EB.
func (p *commandLine) short(word shellWord) {
	for i := 1; i < len(word.text); i++ {
		name := "-" + word.text[i:i+1]
		f := lookup(name)
		if f == nil {
			p.fail("%s: no such flag", name)
			return
		}
		made := part{written: name, flag: f, glued: i > 1}
		if !f.takes {
			p.apply(made, name, "")
			continue
		}
		value := word.text[i+1:]
		made.prefix, made.written = name, name+Quote(value)
		switch {
		case i == 1 && value != "":
			made.written = word.written
		case value == "":
			next, ok := p.next()
			if !ok {
				p.fail("%s: no value", name)
				return
			}
			value = next.text
			made.prefix, made.written = name+" ", name+" "+next.written
		}
		p.apply(made, name, value)
		return
	}
}

func (p *commandLine) apply(made part, name, text string) {
	f := made.flag
	if f.refused != "" {
		p.fail("%s: %s", name, f.refused)
		return
	}
	value, note, err := f.read(text)
	if err != nil {
		p.fail("%s: %w", name, err)
		return
	}
	if note != "" {
		p.ignored = append(p.ignored, name+": "+note)
	}
	if made.setting = f.setting; value != nil {
		f.setting.Set(&p.line.Says, value)
	}
	if f.names[0] == nameFlag {
		p.line.Says.Name, p.line.host, _ = strings.Cut(text, "@")
	}
	p.line.parts = append(p.line.parts, made)
}
