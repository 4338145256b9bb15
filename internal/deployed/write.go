package deployed

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
)

// Scaling is how the replicas of a worker follow the load.
type Scaling struct {
	Min, Max       int
	Policy         string  // queue_length or utilization
	Target         float64 // messages in its queues for each replica; share of its slots that are held
	Poll, Cooldown time.Duration
}

// Part is a worker to be written: what Read gives back, and what a file needs besides.
type Part struct {
	Worker
	Queues []string
	Slots  int    // of one replica
	Broker string // redis or rabbitmq: what a scaler looks at
}

// forms are the kinds of files that Write knows.
var forms = map[string]func(*strings.Builder, []Part) error{
	"compose": writeCompose, "kubernetes": writeManifests, "keda": writeManifests, "procfile": writeProcfile, "supervisor": writeSupervisor,
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
		if p := &parts[i]; p.Scaling != nil && form != "keda" {
			return "", fmt.Errorf("the replicas of %q follow the load, which %s cannot say: want keda", p.Name, form)
		}
		if p := &parts[i]; Single(form) && (p.Cores > 0 || p.Memory > 0) {
			return "", fmt.Errorf("%q has a limit of memory or CPU, which %s cannot say: want compose or kubernetes", p.Name, form)
		}
	}
	err := forms[form](&b, parts)
	return b.String(), err
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

func writeCompose(b *strings.Builder, parts []Part) error {
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
		if err := indented(b, map[string]composeService{p.Name: s}); err != nil {
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

func writeProcfile(b *strings.Builder, parts []Part) error {
	for i := range parts {
		p := &parts[i]
		fmt.Fprintf(b, "%s: %s\n", p.Name, p.Command)
	}
	return nil
}

func writeSupervisor(b *strings.Builder, parts []Part) error {
	for i := range parts {
		p := &parts[i]
		fmt.Fprintf(b, "\n[program:%s]\ncommand=%s\nautorestart=true\nstopasgroup=false\n", p.Name, strings.ReplaceAll(p.Command, "%", "%%"))
		if p.Grace > 0 {
			fmt.Fprintf(b, "stopwaitsecs=%d\n", seconds(p.Grace))
		}
	}
	return nil
}

// What Kubernetes reads: apps/v1 Deployment and keda.sh/v1alpha1 ScaledObject.
type (
	metadata struct {
		Name   string            `yaml:"name"`
		Labels map[string]string `yaml:"labels,omitempty"`
	}
	resources struct {
		Limits   map[string]string `yaml:"limits,omitempty"`
		Requests map[string]string `yaml:"requests,omitempty"`
	}
	pod struct {
		Name      string     `yaml:"name"`
		Image     string     `yaml:"image"`
		Command   []string   `yaml:"command,flow"`
		Resources *resources `yaml:"resources,omitempty"`
	}
	deployment struct {
		Version  string   `yaml:"apiVersion"`
		Kind     string   `yaml:"kind"`
		Metadata metadata `yaml:"metadata"`
		Spec     struct {
			Replicas *int `yaml:"replicas,omitempty"`
			Selector struct {
				Labels map[string]string `yaml:"matchLabels"`
			} `yaml:"selector"`
			Template struct {
				Metadata struct {
					Labels map[string]string `yaml:"labels"`
				} `yaml:"metadata"`
				Spec struct {
					Grace      int   `yaml:"terminationGracePeriodSeconds,omitempty"`
					Containers []pod `yaml:"containers"`
				} `yaml:"spec"`
			} `yaml:"template"`
		} `yaml:"spec"`
	}
	trigger struct {
		Type     string            `yaml:"type"`
		Metadata map[string]string `yaml:"metadata"`
	}
	scaled struct {
		Version  string   `yaml:"apiVersion"`
		Kind     string   `yaml:"kind"`
		Metadata metadata `yaml:"metadata"`
		Spec     struct {
			Target struct {
				Name string `yaml:"name"`
			} `yaml:"scaleTargetRef"`
			Poll     int `yaml:"pollingInterval"`
			Min      int `yaml:"minReplicaCount"`
			Max      int `yaml:"maxReplicaCount"`
			Cooldown int `yaml:"cooldownPeriod"`
			Advanced struct {
				HPA struct {
					Behavior struct {
						Down struct {
							Window int `yaml:"stabilizationWindowSeconds"`
						} `yaml:"scaleDown"`
					} `yaml:"behavior"`
				} `yaml:"horizontalPodAutoscalerConfig"`
			} `yaml:"advanced"`
			Triggers []trigger `yaml:"triggers"`
		} `yaml:"spec"`
	}
)

func writeManifests(b *strings.Builder, parts []Part) error {
	for i := range parts {
		p := &parts[i]
		words, err := celery.SplitWords(p.Command)
		if err != nil {
			return err
		}
		for n := range words { // $(NAME) would be a variable (kubernetes.io, "Define dependent environment variables")
			words[n] = strings.ReplaceAll(words[n], "$(", "$$(")
		}
		name := dnsLabel(p.Name)
		label := map[string]string{"app.kubernetes.io/name": name}
		d := deployment{Version: "apps/v1", Kind: "Deployment", Metadata: metadata{name, label}}
		if p.Scaling == nil { // else it is the scaler's
			d.Spec.Replicas = new(max(1, p.Replicas))
		}
		d.Spec.Selector.Labels, d.Spec.Template.Metadata.Labels = label, label
		d.Spec.Template.Spec.Grace = seconds(p.Grace)
		c := pod{Name: name, Image: "IMAGE", Command: words}
		if p.Cores > 0 || p.Memory > 0 {
			c.Resources = &resources{Limits: map[string]string{}, Requests: map[string]string{}}
			if p.Cores > 0 {
				c.Resources.Limits["cpu"], c.Resources.Requests["cpu"] = quantity(p.Cores), quantity(p.Cores)
			}
			if p.Memory > 0 {
				n := strconv.FormatInt(p.Memory, 10)
				c.Resources.Limits["memory"], c.Resources.Requests["memory"] = n, n
			}
		}
		d.Spec.Template.Spec.Containers = []pod{c}
		if err := document(b, d); err != nil {
			return err
		}
		if p.Scaling != nil {
			if err := document(b, scaler(p, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func document(b *strings.Builder, v any) error {
	text, err := yaml.Dump(v, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	b.WriteString("---\n" + string(text))
	return err
}

// Metrics of celery-exporter, for what KEDA's own scalers cannot see: several queues together, and slots that are held.
const (
	lengthMetric = "celery_queue_length"
	activeMetric = "celery_worker_tasks_active"
)

// scaler follows what the policy does: KEDA wants metric / threshold replicas, rounded up (keda.sh, "Scaling Deployments";
// the HPA's AverageValue).
func scaler(p *Part, name string) scaled {
	s := scaled{Version: "keda.sh/v1alpha1", Kind: "ScaledObject", Metadata: metadata{Name: name}}
	s.Spec.Target.Name = name
	s.Spec.Poll, s.Spec.Cooldown = max(1, seconds(p.Scaling.Poll)), seconds(p.Scaling.Cooldown)
	s.Spec.Min, s.Spec.Max = p.Scaling.Min, p.Scaling.Max
	s.Spec.Advanced.HPA.Behavior.Down.Window = seconds(p.Scaling.Cooldown)
	target := quantity(p.Scaling.Target)
	query := func(q string) trigger {
		return trigger{"prometheus", map[string]string{"serverAddress": "http://prometheus:9090", "query": q, "threshold": target}}
	}
	switch {
	case p.Scaling.Policy != "queue_length":
		s.Spec.Triggers = []trigger{query(fmt.Sprintf("sum(%s{hostname=~%q}) / %d", activeMetric, p.Name+"@.*", p.Slots))}
	case len(p.Queues) > 1:
		s.Spec.Triggers = []trigger{query(fmt.Sprintf("sum(%s{queue_name=~%q})", lengthMetric, strings.Join(p.Queues, "|")))}
	case p.Broker == "rabbitmq": // by AMQP, which tells the messages that are ready; by HTTP KEDA counts the unacked ones, too
		s.Spec.Triggers = []trigger{{"rabbitmq", map[string]string{"hostFromEnv": "RABBITMQ_URL", "protocol": "amqp", "queueName": p.Queues[0], "mode": "QueueLength", "value": target}}}
	default:
		s.Spec.Triggers = []trigger{{"redis", map[string]string{"addressFromEnv": "REDIS_ADDRESS", "listName": p.Queues[0], "listLength": target}}}
	}
	return s
}

var (
	divided  = regexp.MustCompile(`^sum\(` + activeMetric + `\{`)
	together = regexp.MustCompile(`^sum\(` + lengthMetric + `\{`)
)

// scaling reads what scaler writes, and the scalers of one queue that others have written; nil where it knows none of the
// triggers.
func (s *scaled) scaling() *Scaling {
	out := &Scaling{
		Min: s.Spec.Min, Max: s.Spec.Max, Poll: time.Duration(s.Spec.Poll) * time.Second,
		Cooldown: time.Duration(max(s.Spec.Advanced.HPA.Behavior.Down.Window, 0)) * time.Second,
	}
	if out.Cooldown == 0 {
		out.Cooldown = 300 * time.Second // stabilisation of the HPA, unless it is told otherwise
	}
	if out.Poll == 0 {
		out.Poll = 30 * time.Second
	}
	if out.Max == 0 {
		out.Max = 100
	}
	i := slices.IndexFunc(s.Spec.Triggers, func(t trigger) bool { return t.Type == "redis" || t.Type == "rabbitmq" || t.Type == "prometheus" })
	if i < 0 {
		return nil
	}
	t := s.Spec.Triggers[i]
	switch {
	case t.Type == "redis":
		out.Policy, out.Target = "queue_length", number(t.Metadata["listLength"])
	case t.Type == "rabbitmq" && t.Metadata["mode"] != "MessageRate":
		out.Policy, out.Target = "queue_length", number(t.Metadata["value"])
	case together.MatchString(t.Metadata["query"]):
		out.Policy, out.Target = "queue_length", number(t.Metadata["threshold"])
	case divided.MatchString(t.Metadata["query"]):
		out.Policy, out.Target = "utilization", number(t.Metadata["threshold"])
	}
	if out.Target == 0 {
		return nil
	}
	return out
}

// dnsLabel is a name that Kubernetes takes (RFC 1123).
func dnsLabel(name string) string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9-]+`).ReplaceAllString(strings.ToLower(name), "-"), "-")
}
