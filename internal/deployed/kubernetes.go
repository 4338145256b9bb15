package deployed

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"example.com/simrun/celery"
)

// object is what matters here of an object of Kubernetes.
type object struct {
	Kind     string   `yaml:"kind"`
	Items    []object `yaml:"items"` // of a List
	Metadata struct {
		Name string `yaml:"name"`
	} `yaml:"metadata"`
	Spec struct {
		Replicas int `yaml:"replicas"`
		Template struct {
			Spec struct {
				Grace      int         `yaml:"terminationGracePeriodSeconds"`
				Containers []container `yaml:"containers"`
			} `yaml:"spec"`
		} `yaml:"template"`
	} `yaml:"spec"`
}

type container struct {
	Name    string `yaml:"name"`
	Command []any  `yaml:"command"`
	Args    []any  `yaml:"args"`
	Env     []struct {
		Name  string `yaml:"name"`
		Value any    `yaml:"value"`
	} `yaml:"env"`
	Resources struct {
		Limits map[string]any `yaml:"limits"`
	} `yaml:"resources"`
}

// readManifests reads the containers of Deployments and StatefulSets.
func readManifests(_ string, data []byte, _ Open) ([]started, error) {
	loader := yaml.NewDecoder(bytes.NewReader(data))
	var list []started
	scalers := map[string]Worker{}
	for {
		var node yaml.Node
		var o object
		switch err := loader.Decode(&node); {
		case errors.Is(err, io.EOF):
			for i := range list {
				w := scalers[list[i].target]
				list[i].Scaling, list[i].Unread, list[i].Ignored = w.Scaling, w.Unread, w.Ignored
			}
			return list, nil
		case err != nil:
			return nil, oneLine(err)
		}
		if err := node.Decode(&o); err != nil {
			return nil, oneLine(err)
		}
		if err := readScaler(&node, o.Kind, scalers); err != nil {
			return nil, err
		}
		for _, item := range append(o.Items, o) {
			list = append(list, item.started()...)
		}
	}
}

// readScaler notes what an object that scales another says, by the name of the other, or why it is not read.
func readScaler(node *yaml.Node, kind string, scalers map[string]Worker) (err error) {
	var w Worker
	var name, target string
	switch kind {
	case "ScaledObject":
		var s scaled
		if err := node.Decode(&s); err != nil {
			return oneLine(err)
		}
		name, target = fmt.Sprintf("ScaledObject %q", s.Metadata.Name), s.Spec.Target.Name
		if w.Unread = s.unread(); w.Unread == "" {
			w.Scaling, err = s.scaling()
			w.Ignored = s.ignored()
		}
	case "HorizontalPodAutoscaler":
		var a autoscaler
		if err := node.Decode(&a); err != nil {
			return oneLine(err)
		}
		name, target = fmt.Sprintf("HorizontalPodAutoscaler %q", a.Metadata.Name), a.Spec.Target.Name
		w.Scaling, err = a.scaling()
	default:
		return nil
	}
	if w.Scaling == nil {
		w.Unread, w.Ignored = name+" "+cmp.Or(w.Unread, "follows what is not known here"), nil
	}
	for i := range w.Ignored {
		w.Ignored[i] = name + ": " + w.Ignored[i]
	}
	scalers[target] = w
	return err
}

func (o *object) started() (list []started) {
	if o.Kind != "Deployment" && o.Kind != "StatefulSet" && o.Kind != "ReplicaSet" {
		return nil
	}
	containers := o.Spec.Template.Spec.Containers
	for i := range containers {
		c := &containers[i]
		s := started{
			Worker: Worker{Name: o.Metadata.Name, Source: fmt.Sprintf("%s %q", o.Kind, o.Metadata.Name), Replicas: o.Spec.Replicas},
			env:    map[string]string{},
			target: o.Metadata.Name,
		}
		s.Grace = time.Duration(o.Spec.Template.Spec.Grace) * time.Second
		if len(containers) > 1 {
			s.Name, s.Source = c.Name, s.Source+fmt.Sprintf(", container %q", c.Name)
		}
		for _, e := range c.Env {
			if e.Value != nil {
				s.env[e.Name] = fmt.Sprint(e.Value)
			}
		}
		var words []string
		for _, w := range append(append([]any{}, c.Command...), c.Args...) {
			words = append(words, references(fmt.Sprint(w), s.env))
		}
		s.Command = celery.JoinWords(words)
		if v := c.Resources.Limits["cpu"]; v != nil {
			s.Cores = number(fmt.Sprint(v))
		}
		if v := c.Resources.Limits["memory"]; v != nil {
			s.Memory = size(fmt.Sprint(v), true)
		}
		list = append(list, s)
	}
	return list
}

// references puts values for $(NAME), as Kubernetes does.
func references(s string, env map[string]string) string {
	for name, value := range env {
		s = strings.ReplaceAll(s, "$("+name+")", value)
	}
	return s
}
