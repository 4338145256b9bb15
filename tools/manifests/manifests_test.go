package manifests

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/yaml"
	strict "sigs.k8s.io/yaml"

	"example.com/simrun/scenarios"
)

const root = "../.."

// program is simrun, built once.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "simrun")
	build := exec.Command("go", "build", "-o", path, "./cmd/simrun")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// each calls f with what is exported of every shipped layout that can be in a form.
func each(t *testing.T, form string, f func(what string, text []byte)) {
	t.Helper()
	simrun := program(t)
	files, err := filepath.Glob(filepath.Join(root, "scenarios", "*.yaml"))
	require.NoError(t, err)
	n := 0
	for _, file := range files {
		sc, err := scenarios.Read(file)
		require.NoError(t, err)
		for i := range sc.Layouts {
			out, err := exec.Command(simrun, "export", form, "--strategy", sc.Layouts[i].Name, file).Output()
			if err != nil {
				var exit *exec.ExitError
				require.True(t, errors.As(err, &exit))
				assert.Regexp(t, "cannot be deployed|follow the load, which|follow a plan", string(exit.Stderr))
				continue
			}
			n++
			f(sc.Name+"/"+sc.Layouts[i].Name, out)
		}
	}
	t.Logf("%s: %d layouts", form, n)
	assert.Greater(t, n, 30)
}

func documents(t *testing.T, text []byte) (docs [][]byte) {
	t.Helper()
	r := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return docs
		}
		require.NoError(t, err)
		if kind(doc) != "" {
			docs = append(docs, doc)
		}
	}
}

func kind(doc []byte) string {
	var of struct {
		Kind string `json:"kind"`
	}
	if strict.Unmarshal(doc, &of) != nil {
		return ""
	}
	return of.Kind
}

// Nothing that Kubernetes or KEDA does not know, no name that they refuse.
func TestManifests(t *testing.T) {
	for _, form := range []string{"kubernetes", "keda"} {
		each(t, form, func(what string, text []byte) {
			for _, doc := range documents(t, text) {
				switch kind(doc) {
				case "Deployment":
					var d appsv1.Deployment
					require.NoError(t, strict.UnmarshalStrict(doc, &d), what)
					assert.Empty(t, validation.IsDNS1123Label(d.Name), what)
					assert.Equal(t, d.Spec.Selector.MatchLabels, d.Spec.Template.Labels, what)
					require.Len(t, d.Spec.Template.Spec.Containers, 1)
					c := d.Spec.Template.Spec.Containers[0]
					assert.Equal(t, c.Resources.Limits, c.Resources.Requests, what)
					for _, value := range d.Labels {
						assert.Empty(t, validation.IsValidLabelValue(value), what)
					}
				case "ScaledObject":
					var s kedav1alpha1.ScaledObject
					require.NoError(t, strict.UnmarshalStrict(doc, &s), what)
					require.NoError(t, kedav1alpha1.CheckReplicaCountBoundsAreValid(&s), what)
					require.NoError(t, kedav1alpha1.ValidateTriggers(s.Spec.Triggers), what)
				default:
					assert.Fail(t, "of another kind", "%s: %s", what, doc)
				}
			}
		})
	}
}

func TestComposeFiles(t *testing.T) {
	each(t, "compose", func(what string, text []byte) {
		p, err := loader.LoadWithContext(context.Background(), types.ConfigDetails{
			ConfigFiles: []types.ConfigFile{{Filename: "compose.yaml", Content: text}},
			Environment: types.Mapping{"IMAGE": "shop"},
		}, func(o *loader.Options) { o.SetProjectName("shop", true) })
		require.NoError(t, err, what)
		for _, s := range p.Services {
			assert.Equal(t, "shop", s.Image)
			assert.Contains(t, strings.Join(s.Command, " "), "worker", what)
			assert.NotContains(t, strings.Join(s.Command, " "), "$", what)
		}
	})
}

// The Job that computes a scenario in parts.
func TestJob(t *testing.T) {
	out, err := exec.Command(program(t), "export", "k8s-job", "--shards", "16", filepath.Join(root, "scenarios", "priority.yaml")).Output()
	require.NoError(t, err)
	jobs := 0
	for _, doc := range documents(t, out) {
		switch kind(doc) {
		case "Job":
			var j batchv1.Job
			require.NoError(t, strict.UnmarshalStrict(doc, &j))
			jobs++
		}
	}
	assert.Positive(t, jobs)
}
