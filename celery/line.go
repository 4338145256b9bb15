package celery

import (
	"reflect"
	"slices"
	"strings"
)

// Line is the command line that starts a worker, as somebody wrote it. What it is made to say differently is replaced
// where it stands; all else stays as written: wrappers before celery, the app, logs, schedules.
type Line struct {
	Says    Worker   // what it comes to
	Assumed []string // variables that it gives a value itself, in sentences
	Unread  []string // other commands, and wrappers that may change what the worker gets, in sentences

	host   string // of the name, after @
	parts  []part
	around []around // what stands around it, the outermost first
}

// part is a word of a line, or a flag with its value.
type part struct {
	written string
	flag    *flag          // nil = no flag
	setting *WorkerSetting // that it says; nil = none
	value   any            // of that setting; nil = none, or not said
	prefix  string         // what stands before the value
	glued   bool           // to the one before: the B of -EB
}

// usual is the line of a worker of which nobody has written one: it says what most lines say.
func usual() Line {
	l, _, err := ParseLine("celery -A proj worker", nil)
	if err != nil {
		panic("celery: " + err.Error())
	}
	return l
}

// Written says whether somebody wrote the line.
func (l *Line) Written() bool { return l.parts != nil }

// alwaysSaid are the settings that a line of ours has even at their defaults.
var alwaysSaid = []string{"concurrency", "pool", "prefetch_multiplier", "queues"}

// For is the line that starts a worker with these settings. A name "" leaves that of the line, or none.
func (l Line) For(w *Worker, name string) Line {
	all := !l.Written()
	if all {
		l = usual()
	}
	l.parts = slices.Clone(l.parts)
	if name != "" {
		l.rename(name)
	}
	for i := range workerSettings {
		s := &workerSettings[i]
		if s.Flags == nil && s.Env == "" {
			continue
		}
		is, want := s.Or(s.Given(&l.Says)), s.Or(s.Given(w))
		if !reflect.DeepEqual(is, want) || all && slices.Contains(alwaysSaid, s.Key) {
			l.say(s, want)
		}
	}
	l.Says = *w
	return l
}

// Named is the line for another worker of that name: what the line leaves to its machine or to the app, it does not say
// of this one.
func (l Line) Named(name string) Line {
	l.parts = slices.Clone(l.parts)
	if !l.has("-c") {
		l.Says.Concurrency = nil
	}
	if !l.has("-Q") {
		l.Says.Queues = nil
	}
	l.rename(name)
	return l
}

// Files are the flags that name a file without saying whose it is.
func (l *Line) Files() []string {
	var list []string
	for _, p := range l.parts {
		if p.flag != nil && slices.Contains([]string{"--pidfile", "-S", "-s"}, p.flag.names[0]) && !strings.Contains(p.written, "%") {
			list = append(list, p.written)
		}
	}
	return list
}

// rename gives the worker another name, and leaves its host. A name that has one itself, as a node of Celery does, keeps it.
func (l *Line) rename(name string) {
	host := l.host
	if own, at, whole := strings.Cut(name, "@"); whole {
		name, host = own, at
	}
	if host == "" {
		host = "%h"
	}
	l.Says.Name, l.host = name, host
	text := Quote(name + "@" + host)
	for i := range l.parts {
		if p := &l.parts[i]; p.flag != nil && p.flag.names[0] == nameFlag {
			p.written = p.prefix + text
			return
		}
	}
	l.parts = append(l.parts, part{written: nameFlag + " " + text, flag: lookup(nameFlag), prefix: nameFlag + " "})
}

// say makes the line give a value to a setting; none where a flag cannot say it, or where nothing says the default.
func (l *Line) say(s *WorkerSetting, v any) {
	n, prefix, glued := len(l.parts), "", false
	for i, p := range slices.Backward(l.parts) {
		if p.setting == s {
			n, prefix, glued = i, p.prefix, p.glued
			l.remove(i)
		}
	}
	var written string
	switch {
	case v == nil || s.OnlyConfigured(v) || s.Default != nil && reflect.DeepEqual(v, s.Default) && !slices.Contains(alwaysSaid, s.Key):
		return
	case s.Flags == nil:
		n, prefix = 0, s.Env+"="
		written = prefix + Quote(toFlag(v))
	case s.Quantity.Kind == YesNo:
		written = s.Flags[0]
	default:
		if prefix == "" {
			prefix = s.Flags[0] + " "
			if strings.HasPrefix(prefix, "--") {
				prefix = s.Flags[0] + "="
			}
		}
		written = prefix + Quote(toFlag(v))
	}
	l.parts = slices.Insert(l.parts, n, part{written: written, flag: lookup(first(s.Flags)), setting: s, prefix: prefix, glued: glued})
	if s.AlsoFlag != "" && !l.has(s.AlsoFlag) {
		l.parts = slices.Insert(l.parts, n+1, part{written: s.AlsoFlag, flag: lookup(s.AlsoFlag)})
	}
}

func first(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

func (l *Line) remove(i int) {
	if next := i + 1; next < len(l.parts) && l.parts[next].glued && !l.parts[i].glued {
		l.parts[next].glued = false
	}
	l.parts = slices.Delete(l.parts, i, i+1)
}

func (l *Line) has(flag string) bool {
	return slices.ContainsFunc(l.parts, func(p part) bool { return p.flag != nil && slices.Contains(p.flag.names, flag) })
}

// Slotless is how a line without a number of slots is written: "no -c", or "-c 0".
func (l *Line) Slotless() string {
	for _, p := range slices.Backward(l.parts) {
		if p.setting != nil && p.setting.Key == "concurrency" {
			return p.written
		}
	}
	return "no -c"
}

// Beats says whether the worker also publishes the periodic tasks.
func (l *Line) Beats() bool { return l.has(beatFlag) }

// WithoutBeat is the line of a worker that leaves that to another one.
func (l Line) WithoutBeat() Line {
	l.parts = slices.Clone(l.parts)
	for i, p := range slices.Backward(l.parts) {
		if p.flag != nil && slices.ContainsFunc(p.flag.names, func(name string) bool {
			return slices.Contains([]string{beatFlag, "-s", "--scheduler"}, name)
		}) {
			l.remove(i)
		}
	}
	return l
}

// String is the line as it is to be copied.
func (l Line) String() string {
	var b strings.Builder
	for i, p := range l.parts {
		switch {
		case p.glued:
			b.WriteString(strings.TrimPrefix(p.written, "-"))
		default:
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(p.written)
		}
	}
	line := b.String()
	for _, a := range slices.Backward(l.around) {
		switch {
		case a.says == "":
		case line == a.says:
			line = a.written
		default:
			line = Quote(line)
		}
		line = a.before + line + a.after
	}
	return line
}
