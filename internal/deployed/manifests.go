package deployed

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
)

// What Kubernetes reads: apps/v1 Deployment.
type (
	metadata struct {
		Name        string            `yaml:"name"`
		Labels      map[string]string `yaml:"labels,omitempty"`
		Annotations map[string]string `yaml:"annotations,omitempty"`
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
)

func writeManifests(b *strings.Builder, parts []Part, names []string) error {
	for i := range parts {
		p := &parts[i]
		words, err := celery.SplitWords(p.Command)
		if err != nil {
			return err
		}
		for n := range words { // $(NAME) would be a variable (kubernetes.io, "Define dependent environment variables")
			words[n] = strings.ReplaceAll(words[n], "$(", "$$(")
		}
		name := names[i]
		label := map[string]string{"app.kubernetes.io/name": name}
		d := deployment{Version: "apps/v1", Kind: "Deployment", Metadata: metadata{Name: name, Labels: label}}
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
			if err := document(b, scalerOf(p, name)); err != nil {
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
