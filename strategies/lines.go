package strategies

import (
	"fmt"
	"slices"

	"example.com/simrun/celery"
)

// linedLike is a layout whose workers without a line of their own start from one of the baseline: that of the worker of
// their name, or else the first. The app, its logs and its wrappers are those of today, whatever the layout.
func linedLike(from, to *Layout) *Layout {
	first := slices.IndexFunc(from.Lines, func(l celery.Line) bool { return l.Written() })
	if first < 0 {
		return to
	}
	lined := *to
	lined.Lines = slices.Clone(to.Lines)
	for g, name := range to.Groups {
		if to.Lines[g].Written() {
			continue
		}
		if n := slices.Index(from.Groups, name); n >= 0 && from.Lines[n].Written() {
			lined.Lines[g] = from.Lines[n]
		} else {
			lined.Lines[g] = from.Lines[first].Named(name)
		}
	}
	return &lined
}

// line is that from which a derived worker starts, under its name.
func (l *Layout) line(name string) celery.Line {
	for _, line := range l.Lines {
		if line.Written() {
			return line.Named(name)
		}
	}
	return celery.Line{}
}

// lineOf is the line that starts a worker: that which somebody has written, with what the layout changes. What Celery
// takes only as a setting is not in it. A name "" leaves that of the line.
func lineOf(l *Layout, w int, name string) celery.Line {
	c := celery.FromConfig(&l.Workers[w], l.queueName)
	c.Queues = append(slices.Clone(c.Queues), c.Overflow...)
	return l.Lines[l.Group[w]].For(&c, name)
}

// linesOf are the lines of all instances, and their names for -n. Replicas are numbered. A line without a name stays so
// where it is the only one. Beat (-B) runs in the first that has it: two would publish every periodic task twice.
func linesOf(l *Layout) (lines []celery.Line, names []string) {
	taken := map[string]bool{}
	for _, name := range l.Groups {
		taken[name] = true
	}
	seen := make([]int, len(l.Groups))
	beats := false
	for w, g := range l.Group {
		written := &l.Lines[g]
		name := l.Groups[g]
		if written.Says.Name != "" {
			name = written.Says.Name
		}
		seen[g]++
		set := name
		switch {
		case seen[g] > 1:
			name = free(fmt.Sprintf("%s_%d", name, seen[g]), taken)
			set = name
		case written.Says.Name != "" || written.Written() && len(l.Workers) == 1:
			set = ""
		}
		line := lineOf(l, w, set)
		if line.Beats() {
			if beats {
				line = line.WithoutBeat()
			}
			beats = true
		}
		lines, names = append(lines, line), append(names, name)
	}
	return lines, names
}

// beat is the worker as written in which beat runs, "" where it runs in none.
func beat(l *Layout) string {
	for g := range l.Groups {
		if l.Lines[g].Beats() {
			return l.Groups[g]
		}
	}
	return ""
}

// beats tells how what publishes the periodic tasks moves from one worker to another: two would publish everything
// twice, and without any nothing periodic is ever published.
func (r *rollout) beats() {
	was, is := beat(r.from), beat(r.to)
	switch {
	case was == "" || was == is && slices.Contains(r.from.Groups, is):
	case is == "":
		r.step("No line here has -B: start `celery beat` by itself when %q has stopped, or nothing periodic is published any more.", was)
	default:
		r.step("Beat (-B) moves from %q to %q, and may run in one of them only: two publish every periodic task twice. Leave -B out of the line of %q until %q has stopped.", was, is, is, was)
	}
}

// files warns of files that several lines name alike: each worker needs one of its own.
func (r *rollout) files() {
	lines, _ := linesOf(r.to)
	var all []string
	for w := range lines {
		if firstOfFleet(r.to, w) {
			all = append(all, lines[w].Files()...)
		}
	}
	slices.Sort(all)
	var twice []string
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] && !slices.Contains(twice, all[i]) {
			twice = append(twice, all[i])
		}
	}
	if len(twice) > 0 {
		r.step("Give each worker a file of its own in %s: %%n in its name stands for the worker's.", quotedFlags(twice))
	}
}

func quotedFlags(flags []string) string {
	text := ""
	for i, f := range flags {
		if i > 0 {
			text += ", "
		}
		text += "`" + f + "`"
	}
	return text
}

// Commands are the lines that start the workers of a layout, one for each as written, with today's app, logs and wrappers.
func Commands(today, l *Layout) []string {
	l = linedLike(today, l)
	lines, _ := linesOf(l)
	commands := make([]string, len(l.Groups))
	for w, line := range slices.Backward(lines) {
		commands[l.Group[w]] = line.String()
	}
	return commands
}

// Instances are the lines that start each worker of a layout, replicas by themselves, and their names, with today's app,
// logs and wrappers.
func Instances(today, l *Layout) (commands, names []string) {
	lines, names := linesOf(linedLike(today, l))
	for i := range lines {
		commands = append(commands, lines[i].String())
	}
	return commands, names
}
