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
	words, err := split(line)
	if err != nil {
		return Worker{}, nil, err
	}
	p := commandLine{words: words}
	p.program()
	if len(p.errs) == 0 {
		p.options()
	}
	if len(p.errs) > 0 {
		return Worker{}, nil, errors.Join(p.errs...)
	}
	return p.worker, p.ignored, nil
}

// commandLine is a line in the course of being read.
type commandLine struct {
	words   []string // left to read
	worker  Worker
	ignored []string
	errs    []error
}

func (p *commandLine) next() (string, bool) {
	if len(p.words) == 0 {
		return "", false
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word, true
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
		switch base := path.Base(word); {
		case base == "celery":
			return
		case isAssignment(word):
			name, _, _ := strings.Cut(word, "=")
			p.ignored = append(p.ignored, name+"=: environment variables are not read")
		case slices.Contains([]string{"exec", "env", "nohup"}, base):
		case slices.Contains([]string{"poetry", "uv", "pipenv", "pdm", "hatch"}, base) && len(p.words) > 0 && p.words[0] == "run":
			p.words = p.words[1:]
		case strings.HasPrefix(base, "python"):
			for len(p.words) > 0 && p.words[0] != "-m" && strings.HasPrefix(p.words[0], "-") {
				p.words = p.words[1:]
			}
			if len(p.words) < 2 || p.words[0] != "-m" || p.words[1] != "celery" {
				p.fail("%q: want \"python -m celery\" or \"celery\"", word)
				return
			}
			p.words = p.words[1:]
		default:
			p.fail("%q: want a line that starts with \"celery\", \"python -m celery\" or variables before them", word)
			return
		}
	}
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
		case word == "--":
			p.fail("--: settings on the command line: %s", notYet)
			return
		case strings.HasPrefix(word, "--"):
			p.long(word)
		case len(word) > 1 && word[0] == '-':
			p.short(word)
		case !worker && word == "multi":
			p.fail("multi: want the line of each worker by itself: \"celery -A app worker ...\"")
			return
		case !worker && word != "worker":
			p.fail("%q: want the command \"worker\"%s", word, units.Suggestion(word, []string{"worker"}))
			return
		case worker:
			p.fail("%q: want a flag", word)
		default:
			worker = true
		}
	}
}

// long reads --flag, --flag=value or --flag value.
func (p *commandLine) long(word string) {
	name, value, given := strings.Cut(word, "=")
	f := lookup(name)
	switch {
	case f == nil:
		p.fail("%s: no such flag%s", name, units.Suggestion(name, flagNames()))
		return
	case !f.takes && given:
		p.fail("%s: %q: takes no value", name, value)
		return
	case f.takes && !given:
		if value, given = p.next(); !given {
			p.fail("%s: no value", name)
			return
		}
	}
	p.apply(f, name, value)
}

// short reads -c 8, -c8 and flags without value in one word, -EB.
func (p *commandLine) short(word string) {
	for i := 1; i < len(word); i++ {
		name := "-" + word[i:i+1]
		f := lookup(name)
		if f == nil {
			p.fail("%s: no such flag", name)
			return
		}
		if !f.takes {
			p.apply(f, name, "")
			continue
		}
		value := word[i+1:]
		if value == "" {
			var ok bool
			if value, ok = p.next(); !ok {
				p.fail("%s: no value", name)
				return
			}
		}
		p.apply(f, name, value)
		return
	}
}

func (p *commandLine) apply(f *flag, name, value string) {
	switch {
	case f.refused != "":
		p.fail("%s: %s", name, f.refused)
	case f.ignored != "":
		p.ignored = append(p.ignored, name+": "+f.ignored)
	default:
		if err := f.set(&p.worker, value); err != nil {
			p.fail("%s: %w", name, err)
			return
		}
		if f.note != nil {
			if note := f.note(&p.worker, value); note != "" {
				p.ignored = append(p.ignored, name+": "+note)
			}
		}
	}
}
