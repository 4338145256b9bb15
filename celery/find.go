package celery

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// around is what stands around a line inside another one: a shell with the line in quotes, commands joined to it.
type around struct {
	before, after string
	written, says string // the line in quotes, and without; "" = it is not in quotes
}

// deepest is how many lines may lie in one another.
const deepest = 4

// find looks for the command that starts the worker.
func (p *commandLine) find(line string, depth int) error {
	p.shell.newlines = depth > 0
	words, err := p.shell.split(line)
	if err != nil {
		return err
	}
	commands := cut(words)
	var direct [][]shellWord
	var quoted []shellWord
	for _, c := range commands {
		if startsWorker(c) >= 0 {
			direct = append(direct, c)
			continue
		}
		for _, w := range c {
			if strings.ContainsAny(w.text, " \t\n") && strings.Contains(strings.ToLower(w.text), "celery") && !w.redirects {
				quoted = append(quoted, w)
			}
		}
	}
	switch {
	case len(direct) > 1:
		return tooMany(len(direct))
	case len(direct) == 1:
		p.take(line, direct[0], startsWorker(direct[0]))
		return nil
	case len(quoted) > 0 && depth < deepest:
		return p.inQuotes(line, quoted, depth)
	}
	for _, c := range commands {
		if says := otherProgram(c); says != "" {
			return errors.New(says)
		}
		if i := slices.IndexFunc(c, isCelery); i >= 0 {
			p.take(line, c, i)
			return nil
		}
	}
	return errors.New("no celery in it: want a line such as \"celery -A app worker -Q high,low -c 8\"")
}

// StartsWorker says whether a line starts a worker of Celery, whether or not all of it can be read.
func StartsWorker(line string, env map[string]string) bool {
	p := commandLine{shell: shell{env: env}}
	return p.find(line, 0) == nil && startsWorker(p.words) >= 0
}

// inQuotes looks for the command in words that are lines themselves.
func (p *commandLine) inQuotes(line string, quoted []shellWord, depth int) error {
	var found []*commandLine
	var first error
	for _, w := range quoted {
		in := &commandLine{shell: shell{env: p.shell.env, assumed: slices.Clone(p.shell.assumed)}}
		in.line.around = append(slices.Clone(p.line.around), around{before: line[:w.from], after: line[w.to:], written: w.written, says: w.text})
		in.skipped(line[:w.from], "stands around the line")
		if err := in.find(w.text, depth+1); err == nil {
			found = append(found, in)
		} else if first == nil {
			first = err
		}
	}
	switch len(found) {
	case 0:
		return first
	case 1:
		*p = *found[0]
		return nil
	}
	return tooMany(len(found))
}

func tooMany(n int) error {
	return fmt.Errorf("%d commands start workers: want the line of each worker by itself", n)
}

// take has the words of one command read; the others are kept.
func (p *commandLine) take(line string, words []shellWord, celery int) {
	p.words, p.celery = words, celery
	first, last := words[0].from, words[len(words)-1].to
	before, after := line[:first], line[last:]
	if strings.TrimSpace(before+after) == "" || strings.HasPrefix(strings.TrimSpace(after), "#") && strings.TrimSpace(before) == "" {
		return
	}
	p.line.around = append(p.line.around, around{before: before, after: after})
	p.skipped(before, "stands before the line")
	p.skipped(after, "stands after the line")
}

// cut parts words into commands.
func cut(words []shellWord) (commands [][]shellWord) {
	from := 0
	for i := range len(words) + 1 {
		if i < len(words) && !words[i].operator {
			continue
		}
		if i > from {
			commands = append(commands, words[from:i])
		}
		from = i + 1
	}
	return commands
}

func isCelery(w shellWord) bool { return path.Base(w.text) == "celery" && !w.redirects }

// startsWorker is where in a command the word celery stands after which a worker follows; -1 = nowhere. A user, a
// container or an app may have that name as well.
func startsWorker(words []shellWord) int {
	for i, w := range words {
		if isCelery(w) && slices.Contains([]string{"worker", "multi"}, subcommand(words[i+1:])) {
			return i
		}
	}
	return -1
}

// subcommand is the first word that is neither a flag nor its value; "" where a flag is unknown.
func subcommand(words []shellWord) string {
	for i := 0; i < len(words); i++ {
		text := words[i].text
		if !strings.HasPrefix(text, "-") {
			return text
		}
		name, _, given := strings.Cut(text, "=")
		if !strings.HasPrefix(text, "--") && len(text) > 2 {
			name, given = text[:2], true
		}
		f := lookup(name)
		if f == nil {
			return ""
		}
		if f.takes && !given {
			i++
		}
	}
	return ""
}

// otherProgram says what to write instead of a program that has a worker of Celery inside; "" if it is none.
func otherProgram(words []shellWord) string {
	for i, w := range words {
		if path.Base(w.text) == "sentry" && i+2 < len(words) && words[i+1].text == "run" && words[i+2].text == "worker" {
			line := "celery -A sentry worker"
			for _, rest := range words[i+3:] {
				line += " " + rest.written
			}
			return "sentry run worker: Sentry starts Celery itself: write \"" + line + "\""
		}
	}
	return ""
}
