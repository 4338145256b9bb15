package celery

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"example.com/simrun/internal/units"
)

// ParseCommand reads the line that starts a worker, as it stands in a shell script, a unit file or a container:
//
//	celery -A app worker -Q high,low -c 8 -P prefork --prefetch-multiplier=4 -n high@%h
//
// Whatever stands before the word celery is skipped: variables, wrappers, a shell with the line in quotes, commands that
// are joined to it. Only what the line gives is set; the name is that of -n without its host. The second result says, a
// sentence each, what was skipped without loss and which flags have no effect: Line.Unread has what may change the worker.
// A flag that has an effect, but is not simulated, is an error, as is an unknown one; all errors of a line are joined, each
// beginning with the flag.
func ParseCommand(line string) (Worker, []string, error) {
	l, ignored, err := ParseLine(line, nil)
	return l.Says, ignored, err
}

// ParseLine is ParseCommand, and keeps how the line is written. The variables of env are put into it.
func ParseLine(line string, env map[string]string) (Line, []string, error) {
	p := commandLine{shell: shell{env: env}}
	if err := p.find(line, 0); err != nil {
		return Line{}, nil, err
	}
	p.program()
	if len(p.errs) == 0 {
		p.options()
	}
	if len(p.errs) > 0 {
		return Line{}, nil, errors.Join(p.errs...)
	}
	p.line.Assumed = p.shell.assumed
	p.lastHolds()
	return p.line, p.ignored, nil
}

// commandLine is a line in the course of being read.
type commandLine struct {
	shell   shell
	words   []shellWord // left to read
	celery  int         // how many of them come before celery
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

// plain are programs before celery of which there is nothing to tell.
var plain = []string{"exec", "env", "nohup", "poetry", "uv", "pipenv", "pdm", "hatch", "run", "-m", "-u"}

// program reads up to the word celery.
func (p *commandLine) program() {
	var skipped []string
	for range p.celery {
		word, _ := p.next()
		base := path.Base(word.text)
		switch {
		case isAssignment(word.text):
			p.variable(word)
			continue
		case skipped != nil || !slices.Contains(plain, base) && !strings.HasPrefix(base, "python"):
			skipped = append(skipped, word.written)
		}
		p.keep(word)
		p.foreign(base)
	}
	if skipped != nil {
		p.skipped(strings.Join(skipped, " "), "stands before celery")
	}
	word, _ := p.next()
	p.keep(word)
}

// harmless are programs beside the line that change nothing for the worker: shells, and commands of theirs.
var harmless = append([]string{
	"sh", "bash", "dash", "ash", "zsh", "cd", "set", "export", "source", ".", "echo", "tee", "wait", "exit", "true", ":",
}, plain...)

// skipped notes what is not read. Operators without a command join nothing to the line: a & at its end, brackets.
func (p *commandLine) skipped(what, where string) {
	words, err := p.shell.split(what)
	commands := cut(words)
	if err == nil && len(commands) == 0 {
		return
	}
	said := units.Shorten(strings.Join(strings.Fields(what), " ")) + ": " + where + ", and is not read"
	if err != nil || slices.ContainsFunc(commands, func(c []shellWord) bool { return !slices.Contains(harmless, path.Base(c[0].text)) }) {
		p.line.Unread = append(p.line.Unread, said)
	} else {
		p.ignored = append(p.ignored, said)
	}
}

// foreign refuses programs that start workers of Celery with rules of their own.
func (p *commandLine) foreign(base string) {
	if base == "airflow" {
		p.fail("airflow celery worker: Airflow starts Celery itself, with 16 slots and the queue \"default\" where nothing is said: " +
			"write \"celery -A airflow.providers.celery.executors.celery_executor worker -Q default -c 16\" with your own -Q and -c")
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
	started := false
	for {
		word, ok := p.next()
		switch {
		case !ok:
			if !started {
				p.fail("no worker in it: want \"celery worker\"")
			}
			return
		case word.redirects:
			p.keep(word)
		case word.text == "--":
			p.fail("--: settings on the command line: %s", notYet)
			return
		case strings.HasPrefix(word.text, "--"):
			p.long(word)
		case len(word.text) > 1 && word.text[0] == '-':
			p.short(word)
		case !started && word.text == "multi":
			p.keep(word)
			p.multi()
			return
		case !started && word.text != "worker":
			p.fail("%q: want the command \"worker\"%s", word.text, units.Suggestion(word.text, []string{"worker"}))
			return
		case started && strings.IndexAny(word.text, "$`") == 0:
			p.fail("%q: a variable or a command of the shell, whose value is unknown: write the flags that it stands for, or leave it out", word.text)
		case started && isCelery(word):
			p.fail("%q: another command: want the line of each worker by itself", word.text)
		case started && strings.TrimLeft(word.text, dashes) != word.text:
			p.fail("%q: begins with a dash that is not the hyphen of a flag: want -%s", word.text, strings.TrimLeft(word.text, dashes))
		case started:
			p.fail("%q: want a flag", word.text)
		default:
			started = true
			p.keep(word)
		}
	}
}

// dashes are what word processors make of a hyphen.
const dashes = "‐‑‒–—−"

// long reads --flag, --flag=value or --flag value.
func (p *commandLine) long(word shellWord) {
	name, value, given := strings.Cut(word.text, "=")
	f := lookup(name)
	made := part{written: word.written, flag: f, prefix: name + "="}
	switch {
	case f == nil:
		p.fail("%s: no such flag%s%s", name, units.Suggestion(name, flagNames()), unexpanded(name))
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
	made.setting, made.value = f.setting, value
	if f.names[0] == nameFlag {
		p.line.Says.Name, p.line.host, _ = strings.Cut(text, "@")
	}
	p.line.parts = append(p.line.parts, made)
}

// lastHolds sets what the flags say. Of one that is given twice the last holds (click, as Celery uses it).
func (p *commandLine) lastHolds() {
	parts := p.line.parts
	for i := range parts {
		f := parts[i].flag
		if f == nil || f.setting == nil && (f.names[0] != nameFlag || parts[i].prefix == "") { // or the node of celery multi
			continue
		}
		last := i
		for j := i + 1; j < len(parts); j++ {
			if parts[j].flag == f {
				last = j
			}
		}
		switch {
		case last > i && parts[i].written != parts[last].written:
			p.ignored = append(p.ignored, fmt.Sprintf("%s: has no effect: of a flag that is given twice the last holds, %s", parts[i].written, parts[last].written))
		case last == i && parts[i].value != nil:
			f.setting.Set(&p.line.Says, parts[i].value)
		}
	}
}
