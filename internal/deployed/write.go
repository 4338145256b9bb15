package deployed

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
)

// Part is a worker to be written: what Read gives back, and what a file needs besides.
type Part struct {
	Worker
	Queues []string
	Steps  []int  // redis: of the priorities whose lists its messages lie in; the first, 0, is the list of the queue's name
	Slots  int    // of one replica
	Broker string // redis or rabbitmq: what a scaler looks at
}

// form is a kind of file that Write knows.
type form struct {
	write   func(b *strings.Builder, parts []Part, names []string) error
	foreign *regexp.Regexp // what its names may not have
	lower   bool           // they have no capitals,
	longest int            // and no more bytes; 0 = any number
}

// What may stand in a name: kubernetes.io, "Object Names and IDs" (RFC 1123); the Compose Specification, services; the
// process types of foreman and honcho; supervisord.org, [program:x].
var (
	manifests = form{write: writeManifests, foreign: regexp.MustCompile(`[^a-z0-9-]+`), lower: true, longest: 63}
	forms     = map[string]form{
		"compose": {write: writeCompose, foreign: regexp.MustCompile(`[^a-zA-Z0-9._-]+`)}, "kubernetes": manifests, "keda": manifests,
		"procfile": {write: writeProcfile, foreign: regexp.MustCompile(`[^a-zA-Z0-9_-]+`)}, "supervisor": {write: writeSupervisor, foreign: regexp.MustCompile(`[^a-zA-Z0-9._@+-]+`)},
	}
)

// names are what the parts are called in a file: by their own names, as far as it takes them, and no two alike.
func (f *form) names(parts []Part) (names []string) {
	for i := range parts {
		name := parts[i].Name
		if f.lower {
			name = strings.ToLower(name)
		}
		name = strings.Trim(f.foreign.ReplaceAllString(name, "-"), "-")
		name = cmp.Or(name, "worker")
		whole := name
		for n := 1; ; n++ {
			more := ""
			if n > 1 {
				more = fmt.Sprintf("-%d", n)
			}
			if f.longest > 0 && len(whole)+len(more) > f.longest {
				whole = strings.TrimRight(whole[:f.longest-len(more)], "-")
			}
			if name = whole + more; !slices.Contains(names, name) {
				break
			}
		}
		names = append(names, name)
	}
	return names
}

// Forms are the kinds of files that Write knows.
var Forms = []string{"compose", "kubernetes", "keda", "procfile", "supervisor"}

// Single says that a form knows no replicas: each has a line of its own.
func Single(form string) bool { return form == "procfile" || form == "supervisor" }

// Write writes a file that starts workers, with lines of comment on top. What the form cannot say is an error.
func Write(form string, comment []string, parts []Part) (string, error) {
	var b strings.Builder
	for _, line := range comment {
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	for i := range parts {
		if err := scalable(form, parts, i); err != nil {
			return "", err
		}
		if by := detaches(parts[i].Command); by != "" {
			return "", fmt.Errorf("%q is started by %s, which ends at once and leaves a worker behind: want celery worker, which %s can watch", parts[i].Name, by, form)
		}
		if p := &parts[i]; Single(form) && (p.Cores > 0 || p.Memory > 0) {
			return "", fmt.Errorf("%q has a limit of memory or CPU, which %s cannot say: want compose or kubernetes", p.Name, form)
		}
	}
	for i := range parts {
		if parts[i].Scaling != nil {
			for _, line := range scalerNotes(&parts[i]) {
				b.WriteString("# " + line + "\n")
			}
		}
	}
	f := forms[form]
	err := f.write(&b, parts, f.names(parts))
	return b.String(), err
}

// detaches is what in a line has the worker run behind its back, where it ends itself: "" = nothing.
func detaches(line string) string {
	words, err := celery.SplitWords(line)
	if err != nil {
		words = strings.Fields(line)
	}
	ours := false // the words are celery's, no longer a wrapper's
	for i, w := range words {
		switch {
		case path.Base(w) == "celery":
			ours = true
		case w == "multi" && i > 0 && path.Base(words[i-1]) == "celery":
			return "celery multi"
		case ours && (w == "-D" || w == "--detach"):
			return w
		}
	}
	return ""
}

// quantity is a number of cores, or a size in bytes, as all forms read it.
func quantity(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

type limits struct {
	CPU    string `yaml:"cpus,omitempty"`
	Memory string `yaml:"memory,omitempty"`
}

type composeService struct {
	Image  string   `yaml:"image"`
	Line   []string `yaml:"command,flow"`
	Grace  string   `yaml:"stop_grace_period,omitempty"`
	Deploy struct {
		Replicas  int `yaml:"replicas"`
		Resources struct {
			Limits limits `yaml:"limits,omitempty"`
		} `yaml:"resources,omitempty"`
	} `yaml:"deploy"`
}

func writeCompose(b *strings.Builder, parts []Part, names []string) error {
	b.WriteString("services:\n")
	for i := range parts {
		p := &parts[i]
		words, err := celery.SplitWords(p.Command)
		if err != nil {
			return err
		}
		s := composeService{Image: "${IMAGE:?the image of your app}"}
		for _, w := range words {
			s.Line = append(s.Line, strings.ReplaceAll(w, "$", "$$"))
		}
		if p.Grace > 0 {
			s.Grace = fmt.Sprintf("%ds", seconds(p.Grace))
		}
		s.Deploy.Replicas = max(1, p.Replicas)
		if p.Cores > 0 {
			s.Deploy.Resources.Limits.CPU = quantity(p.Cores)
		}
		if p.Memory > 0 {
			s.Deploy.Resources.Limits.Memory = strconv.FormatInt(p.Memory, 10)
		}
		if err := indented(b, map[string]composeService{names[i]: s}); err != nil {
			return err
		}
	}
	return nil
}

// indented writes a value as YAML, two spaces in.
func indented(b *strings.Builder, v any) error {
	text, err := yaml.Dump(v, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		b.WriteString("  " + line)
	}
	return nil
}

func writeProcfile(b *strings.Builder, parts []Part, names []string) error {
	for i := range parts {
		fmt.Fprintf(b, "%s: %s\n", names[i], parts[i].Command)
	}
	return nil
}

func writeSupervisor(b *strings.Builder, parts []Part, names []string) error {
	for i := range parts {
		p := &parts[i]
		words, err := celery.SplitWords(p.Command) // no shell reads the line (supervisord.org, command)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "\n[program:%s]\ncommand=%s\nautorestart=true\nstopasgroup=false\n", names[i], strings.ReplaceAll(celery.JoinWords(words), "%", "%%"))
		if p.Grace > 0 {
			fmt.Fprintf(b, "stopwaitsecs=%d\n", seconds(p.Grace))
		}
	}
	return nil
}
