package manifests

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
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
	autoscalingv2 "k8s.io/api/autoscaling/v2"
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

// scalers is a scenario of everything that a scaler can be told.
const scalers = `{name: scalers, run: {duration: 1h}, broker: %s, tasks: {a: {queue: q, priority: 5, arrivals: {poisson: 1/s}, work: [{io: 1s}]}},
strategies: {one: {workers: {w: {queues: [q], concurrency: 3, autoscale: {max: 9, %s}}}}}}`

// What an HPA and KEDA are told is what they take: strictly decoded, with the values at their places.
func TestScalers(t *testing.T) {
	simrun := program(t)
	written := func(form, broker, scaler string) []byte {
		path := filepath.Join(t.TempDir(), "scalers.yaml")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, scalers, broker, scaler), 0o644))
		out, err := exec.Command(simrun, "export", form, path).Output()
		require.NoError(t, err, scaler)
		return documents(t, out)[1]
	}
	rules := "scale_up: {window: 30s, select: min, policies: [{type: pods, value: 2, period: 60s}, {type: percent, value: 50, period: 60s}]}, scale_down: {select: disabled}"
	behavior := func(b *autoscalingv2.HorizontalPodAutoscalerBehavior) {
		assert.EqualValues(t, 30, *b.ScaleUp.StabilizationWindowSeconds)
		assert.Equal(t, autoscalingv2.MinChangePolicySelect, *b.ScaleUp.SelectPolicy)
		assert.Equal(t, []autoscalingv2.HPAScalingPolicy{{Type: "Pods", Value: 2, PeriodSeconds: 60}, {Type: "Percent", Value: 50, PeriodSeconds: 60}}, b.ScaleUp.Policies)
		assert.Equal(t, autoscalingv2.DisabledPolicySelect, *b.ScaleDown.SelectPolicy)
	}
	var rated kedav1alpha1.ScaledObject
	require.NoError(t, strict.UnmarshalStrict(written("keda", "rabbitmq", "min: 0, policy: keda, measure: consumption_time, target: 90s, activation: 5"), &rated))
	assert.Equal(t, map[string]string{
		"hostFromEnv": "RABBITMQ_MANAGEMENT_URL", "protocol": "http", "queueName": "q", "mode": "ExpectedQueueConsumptionTime", "value": "90", "activationValue": "5",
		"excludeUnacknowledged": "true",
	}, rated.Spec.Triggers[0].Metadata)
	for _, broker := range []string{"redis", "rabbitmq"} {
		var s kedav1alpha1.ScaledObject
		require.NoError(t, strict.UnmarshalStrict(written("keda", broker, "min: 0, policy: keda, target: 20, activation: 3, poll: 10s, cooldown: 2m, "+rules), &s))
		require.NoError(t, kedav1alpha1.CheckReplicaCountBoundsAreValid(&s))
		require.NoError(t, kedav1alpha1.ValidateTriggers(s.Spec.Triggers))
		assert.EqualValues(t, []int32{10, 120, 0, 9}, []int32{*s.Spec.PollingInterval, *s.Spec.CooldownPeriod, *s.Spec.MinReplicaCount, *s.Spec.MaxReplicaCount})
		behavior(s.Spec.Advanced.HorizontalPodAutoscalerConfig.Behavior)
		if broker == "redis" { // a list for each step of priority
			require.Len(t, s.Spec.Triggers, 2)
			assert.Equal(t, "q\x06\x163", s.Spec.Triggers[1].Metadata["listName"])
			assert.Equal(t, "3", s.Spec.Triggers[1].Metadata["activationListLength"])
		} else {
			require.Len(t, s.Spec.Triggers, 1)
			assert.Equal(t, "3", s.Spec.Triggers[0].Metadata["activationValue"])
		}
		for target, milli := range map[string]int64{"20": 20_000, "70%": 700} {
			var a autoscalingv2.HorizontalPodAutoscaler
			require.NoError(t, strict.UnmarshalStrict(written("kubernetes", broker, "min: 2, policy: hpa, target: "+target+", "+rules), &a))
			assert.Equal(t, autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "w"}, a.Spec.ScaleTargetRef)
			assert.EqualValues(t, []int32{2, 9}, []int32{*a.Spec.MinReplicas, a.Spec.MaxReplicas})
			behavior(a.Spec.Behavior)
			require.Len(t, a.Spec.Metrics, 1)
			m := a.Spec.Metrics[0]
			of := autoscalingv2.MetricTarget{}
			if m.Type == autoscalingv2.PodsMetricSourceType {
				of = m.Pods.Target
			} else {
				of = m.External.Target
				assert.Equal(t, []string{"q"}, m.External.Metric.Selector.MatchExpressions[0].Values)
			}
			assert.Equal(t, autoscalingv2.AverageValueMetricType, of.Type)
			assert.Equal(t, milli, of.AverageValue.MilliValue())
		}
	}
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
				case "HorizontalPodAutoscaler":
					var a autoscalingv2.HorizontalPodAutoscaler
					require.NoError(t, strict.UnmarshalStrict(doc, &a), what)
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
