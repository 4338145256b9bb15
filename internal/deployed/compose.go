package deployed

import (
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
)

// readCompose reads the services of a compose file (compose-spec: services).
func readCompose(_ string, data []byte, open Open) ([]started, error) {
	dotenv := map[string]string{}
	fromFile(".env", open, dotenv)
	var file struct {
		Services yaml.Node `yaml:"services"`
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		return nil, oneLine(err)
	}
	all := map[string]map[string]any{}
	if err := file.Services.Decode(&all); err != nil {
		return nil, oneLine(err)
	}
	var list []started
	for _, name := range keysOf(&file.Services) {
		s := composed{all: all, dotenv: dotenv, open: open}.read(name)
		list = append(list, s)
	}
	return list, nil
}

// keysOf are the keys of a map in their order.
func keysOf(n *yaml.Node) []string {
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}

// composed reads one service.
type composed struct {
	all    map[string]map[string]any
	dotenv map[string]string
	open   Open
}

func (r composed) read(name string) started {
	of := r.inherit(name, 0)
	s := started{Worker: Worker{Name: name, Source: fmt.Sprintf("service %q", name)}, env: map[string]string{}}
	for _, f := range list(of["env_file"]) {
		if m, ok := f.(map[string]any); ok {
			f = m["path"]
		}
		fromFile(r.text(f), r.open, s.env)
	}
	switch e := of["environment"].(type) {
	case map[string]any:
		for k, v := range e {
			if v != nil {
				s.env[k] = r.text(v)
			}
		}
	case []any:
		for _, item := range e {
			if k, v, found := strings.Cut(r.text(item), "="); found {
				s.env[k] = v
			}
		}
	}
	s.Command = strings.TrimSpace(r.line(of["entrypoint"]) + " " + r.line(of["command"]))
	s.Replicas = int(number(r.text(of["scale"])))
	limits := of
	if deploy, ok := of["deploy"].(map[string]any); ok {
		if n := number(r.text(deploy["replicas"])); n > 0 {
			s.Replicas = int(n)
		}
		if resources, ok := deploy["resources"].(map[string]any); ok {
			limits, _ = resources["limits"].(map[string]any)
		}
	}
	s.Cores = max(number(r.text(limits["cpus"])), number(r.text(of["cpus"])))
	s.Memory = max(size(r.text(limits["memory"]), false), size(r.text(of["mem_limit"]), false))
	return s
}

// inherit is a service with what it has of another one of the file.
func (r composed) inherit(name string, depth int) map[string]any {
	own := r.all[name]
	base, _ := own["extends"].(string)
	if m, ok := own["extends"].(map[string]any); ok && m["file"] == nil {
		base, _ = m["service"].(string)
	}
	if base == "" || depth > 8 || r.all[base] == nil {
		return own
	}
	merged := map[string]any{}
	maps.Copy(merged, r.inherit(base, depth+1))
	maps.Copy(merged, own)
	return merged
}

// line is a command as a text, or as a list of words.
func (r composed) line(v any) string {
	if words, ok := v.([]any); ok {
		var all []string
		for _, w := range words {
			all = append(all, r.text(w))
		}
		return celery.JoinWords(all)
	}
	return r.text(v)
}

func (r composed) text(v any) string {
	if v == nil {
		return ""
	}
	return interpolate(fmt.Sprint(v), r.dotenv)
}

func list(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		return x
	}
	return []any{v}
}

// number is a number of cores or replicas; 0 if it is none. 500m are half a core.
func number(s string) float64 {
	milli := strings.HasSuffix(s, "m")
	x, err := strconv.ParseFloat(strings.TrimSuffix(s, "m"), 64)
	if err != nil || x < 0 {
		return 0
	}
	if milli {
		return x / 1000
	}
	return x
}

// sizes are the units of bytes. Those of compose and systemd are powers of 1024 in every spelling, those of Kubernetes with
// an i only.
var sizes = []struct {
	unit            string
	bytes, manifest float64
}{
	{"kib", 1 << 10, 1 << 10},
	{"mib", 1 << 20, 1 << 20},
	{"gib", 1 << 30, 1 << 30},
	{"ki", 1 << 10, 1 << 10},
	{"mi", 1 << 20, 1 << 20},
	{"gi", 1 << 30, 1 << 30},
	{"kb", 1 << 10, 1e3},
	{"mb", 1 << 20, 1e6},
	{"gb", 1 << 30, 1e9},
	{"k", 1 << 10, 1e3},
	{"m", 1 << 20, 1e6},
	{"g", 1 << 30, 1e9},
	{"t", 1 << 40, 1e12},
	{"b", 1, 1},
	{"", 1, 1},
}

// size is a number of bytes; 0 if it is none.
func size(s string, manifest bool) int64 {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, u := range sizes {
		digits, is := strings.CutSuffix(s, u.unit)
		if !is {
			continue
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || x <= 0 {
			return 0
		}
		if manifest {
			return int64(x * u.manifest)
		}
		return int64(x * u.bytes)
	}
	return 0
}

// oneLine is an error of the YAML reader on one line.
func oneLine(err error) error {
	return errors.New(strings.Join(strings.Fields(err.Error()), " "))
}
