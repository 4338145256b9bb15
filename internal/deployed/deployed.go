package deployed

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"example.com/simrun/celery"
	"example.com/simrun/internal/units"
)

// Worker is one worker that a file starts.
type Worker struct {
	Name     string
	Source   string // where it stands: service "worker"
	Command  string // its line, with the variables put in whose values the file says
	Replicas int    // 0 = not said
	Cores    float64
	Memory   int64 // bytes; 0 = not said

	Scaling *Scaling      // nil = its replicas stay as they are
	Unread  string        // why the object that scales them is not read, in words; "" = there is none, or it is
	Ignored []string      // what of that object changes nothing here, in sentences
	Grace   time.Duration // to end what runs, once a replica is to go; 0 = not said
}

// Open reads a file beside the one that is read: an env_file, an EnvironmentFile.
type Open func(name string) ([]byte, error)

// started is what a file starts, a worker or something else.
type started struct {
	Worker

	env    map[string]string
	target string // the name by which a scaler knows it
}

// Read is the workers of Celery that a file starts, in its order. What kind of file it is, its content says.
func Read(name string, data []byte, open Open) ([]Worker, error) {
	kind, noun, read := kindOf(data)
	if read == nil {
		return nil, fmt.Errorf("%q: want a compose file, a Procfile, a configuration of supervisor, a unit of systemd or a Deployment of Kubernetes", name)
	}
	all, err := read(name, data, open)
	if err != nil {
		return nil, fmt.Errorf("%q: %s: %w", name, kind, err)
	}
	var workers []Worker
	var others []string
	for i := range all {
		s := &all[i]
		if !celery.StartsWorker(s.Command, s.env) {
			others = append(others, s.Name)
			continue
		}
		s.Name = clean(s.Name)
		s.Command = withVariables(s.Command, s.env)
		workers = append(workers, s.Worker)
	}
	if workers == nil {
		found := "it has none"
		if others != nil {
			found = "found " + units.Shorten(strings.Join(others, ", "))
		}
		return nil, fmt.Errorf("%q: %s: no %s whose command starts a Celery worker: %s", name, kind, noun, found)
	}
	for i := range workers {
		for j := range i {
			if workers[i].Name == workers[j].Name {
				return nil, fmt.Errorf("%q: two workers are called %q", name, workers[i].Name)
			}
		}
	}
	return workers, nil
}

type reader func(name string, data []byte, open Open) ([]started, error)

var (
	program  = regexp.MustCompile(`(?m)^\s*\[program:`)
	service  = regexp.MustCompile(`(?m)^\s*\[Service\]`)
	services = regexp.MustCompile(`(?m)^services\s*:\s*(#.*)?$`)
	manifest = regexp.MustCompile(`(?m)^kind\s*:`)
	procline = regexp.MustCompile(`^[A-Za-z0-9_-]+:\s*\S`)
)

func kindOf(data []byte) (kind, noun string, read reader) {
	switch {
	case program.Match(data):
		return "supervisor", "program", readSupervisor
	case service.Match(data):
		return "systemd", "unit", readUnit
	case services.Match(data):
		return "compose", "service", readCompose
	case manifest.Match(data):
		return "Kubernetes", "container", readManifests
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !procline.MatchString(line) {
			return "", "", nil
		}
	}
	return "Procfile", "process", readProcfile
}

// withVariables is a line with the variables put in that are known. One that cannot be read stays as it is, and is refused
// by who reads it.
func withVariables(command string, env map[string]string) string {
	line, _, err := celery.ParseLine(command, env)
	if err != nil {
		return command
	}
	command = line.String()
	if after := env[celery.KeepaliveVariable]; after != "" {
		return celery.KeepaliveVariable + "=" + celery.Quote(after) + " " + command
	}
	return command
}

var strange = regexp.MustCompile(`[^A-Za-z0-9_.@-]+`)

// clean makes a name of a worker: without what such a name may not hold.
func clean(name string) string {
	if name = strings.Trim(strange.ReplaceAllString(name, "-"), "-@"); name == "" {
		return "worker"
	}
	return name
}

// stem is the name of a file without its ending.
func stem(name string) string {
	base := path.Base(filepath.ToSlash(name))
	return strings.TrimSuffix(base, path.Ext(base))
}
