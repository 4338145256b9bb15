package deployed

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func read(t *testing.T, name, as string) ([]Worker, error) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return Read(as, data, func(other string) ([]byte, error) { return os.ReadFile(filepath.Join("testdata", other)) })
}

const mi = 1 << 20

func TestRead(t *testing.T) {
	for name, want := range map[string][]Worker{
		"docker-compose.yml": {
			{"worker", `service "worker"`, "sh -c 'python manage.py wait_for_db && celery -A shop worker -l info -Q high,low -c 6 --prefetch-multiplier=1'", 3, 1.5, 512 * mi, nil, "", nil, 0},
			{"reports", `service "reports"`, `AUTOSCALE_KEEPALIVE=10 /entrypoint.sh celery -A shop worker --queues=reports --concurrency=2 -n reports@%h`, 2, 0, 1024 * mi, nil, "", nil, 0},
			{"emails", `service "emails"`, "AUTOSCALE_KEEPALIVE=10 celery -A shop worker --queues=emails --autoscale=8,1", 2, 0, 1024 * mi, nil, "", nil, 0},
		},
		"Procfile": {
			{"worker", `process "worker"`, "REMAP_SIGTERM=SIGQUIT newrelic-admin run-program celery -A shop worker -l info -Q high,low --concurrency=${WEB_CONCURRENCY:-4} --without-gossip --without-mingle", 0, 0, 0, nil, "", nil, 0},
			{"emails", `process "emails"`, "celery -A shop worker -Q emails --autoscale 8,2", 0, 0, 0, nil, "", nil, 0},
		},
		"supervisord.conf": {
			{"worker", `program "worker"`, "/srv/shop/venv/bin/celery -A shop worker --loglevel=info -Q high,low --concurrency=3 -n worker_0@%h", 2, 0, 0, nil, "", nil, 0},
			{"nightly", `program "nightly"`, "bash -c 'sleep 5 && exec /srv/shop/venv/bin/celery -A shop worker -Q nightly -c 1 -P solo'", 0, 0, 0, nil, "", nil, 0},
		},
		"celery@.service": {
			{"celery", `unit "celery@"`, "/bin/sh -c '/srv/shop/venv/bin/celery -A shop multi start w1 --pidfile=/run/celery/%n.pid --logfile=/var/log/celery/%n%I.log --loglevel=INFO --time-limit=300 --concurrency=8 -Q high,low'", 0, 1.5, 2048 * mi, nil, "", nil, 0},
		},
		"deployment.yaml": {
			{"shop-worker", `Deployment "shop-worker"`, "celery -A shop worker --queues=high,low --concurrency=2 --max-tasks-per-child 100", 4, 0.5, 600 * mi, nil, "", nil, 5 * time.Minute},
			{"reports", `StatefulSet "reports", container "reports"`, "/bin/bash -c 'exec celery -A shop worker -Q reports -c 1 -P threads'", 0, 2, 1e9, nil, "", nil, 0},
		},
	} {
		got, err := read(t, name, name)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
}

// Of two names that a form writes alike, the second would replace the first: no two are.
func TestNoTwoPartsShareAName(t *testing.T) {
	long := strings.Repeat("w", 70)
	var parts []Part
	for _, name := range []string{"x", "X", "w.1", "w-1", "ü", "ö", long + "a", long + "b"} {
		parts = append(parts, Part{Worker: Worker{Name: name, Command: "celery -A app worker -c 1", Replicas: 1}})
	}
	for form, want := range map[string][]string{
		"kubernetes": {"x", "x-2", "w-1", "w-1-2", "worker", "worker-2", long[:63], long[:61] + "-2"},
		"compose":    {"x", "X", "w.1", "w-1", "worker", "worker-2", long + "a", long + "b"},
		"procfile":   {"x", "X", "w-1", "w-1-2", "worker", "worker-2", long + "a", long + "b"},
		"supervisor": {"x", "X", "w.1", "w-1", "worker", "worker-2", long + "a", long + "b"},
	} {
		text, err := Write(form, nil, parts)
		require.NoError(t, err)
		found := regexp.MustCompile(map[string]string{
			"kubernetes": `(?m)^metadata:\n  name: (.*)`, "compose": `(?m)^  (\S+):\n    image`, "procfile": `(?m)^(\S+): celery`, "supervisor": `(?m)^\[program:(.*)\]`,
		}[form]).FindAllStringSubmatch(text, -1)
		var names []string
		for _, m := range found {
			names = append(names, m[1])
		}
		assert.Equal(t, want, names, form)
	}
}

// Supervisor runs no shell: what one would make of a line is written out, or refused. Nothing watches what detaches.
func TestLinesThatFormsCannotRun(t *testing.T) {
	write := func(form, line string) (string, error) {
		return Write(form, nil, []Part{{Worker: Worker{Name: "w", Command: line, Replicas: 1}}})
	}
	text, err := write("supervisor", "nice celery -A 'my app' worker -c ${N:-4} -n w@%h")
	require.NoError(t, err)
	assert.Contains(t, text, "\ncommand=nice celery -A 'my app' worker -c 4 -n w@%%h\n")
	for _, form := range Forms {
		if form == "procfile" {
			continue
		}
		_, err = write(form, "cd /srv && celery -A app worker")
		assert.ErrorContains(t, err, `"&&" in "cd /srv && celery -A app worker" takes a shell, which nothing here starts: want the whole of it as words of one, such as sh -c`, form)
		text, err = write(form, "sh -c 'cd /srv && exec celery -A app worker'")
		require.NoError(t, err, form)
		assert.Contains(t, text, "cd /srv && exec celery -A app worker", "as it says")
	}
	text, err = write("procfile", "cd /srv && celery -A app worker -c ${N:-4}")
	require.NoError(t, err)
	assert.Equal(t, "w: cd /srv && celery -A app worker -c ${N:-4}\n", text, "a shell reads it")
	for _, form := range Forms {
		_, err = write(form, "/opt/bin/celery multi start w -A app -c 4")
		assert.ErrorContains(t, err, `"w" is started by celery multi, which ends at once and leaves a worker behind`)
		_, err = write(form, "celery -A app worker --detach")
		assert.ErrorContains(t, err, "started by --detach")
	}
}

// A queue's name may have marks that mean something in a regular expression.
func TestQueriesNameTheirQueuesOnly(t *testing.T) {
	p := Part{
		Worker: Worker{Name: "w", Command: "celery -A app worker -c 1", Scaling: &Scaling{Max: 4, Policy: "queue_length", Target: 5, Poll: time.Second}},
		Queues: []string{"a.b", "c"}, Slots: 1, Broker: "redis",
	}
	text, err := Write("keda", nil, []Part{p})
	require.NoError(t, err)
	assert.Contains(t, text, `query: sum(celery_queue_length{queue_name=~"a\\.b|c"})`)
}

func TestFilesThatStartNoWorker(t *testing.T) {
	for text, want := range map[string]string{
		"services:\n  web: {command: gunicorn}\n  beat: {command: celery -A app beat}\n": "compose: no service whose command starts a Celery worker: found web, beat",
		"web: gunicorn app\n":                    "Procfile: no process whose command starts a Celery worker: found web",
		"[program:x]\ncommand=sleep 5\n":         "supervisor: no program whose command",
		"kind: ConfigMap\nmetadata: {name: x}\n": "Kubernetes: no container whose command starts a Celery worker: it has none",
		"services:\n  a: [\n":                    "compose: ",
		"hello\n":                                "want a compose file, a Procfile",
		"":                                       "Procfile: no process",
	} {
		_, err := Read("f", []byte(text), func(string) ([]byte, error) { return nil, os.ErrNotExist })
		assert.ErrorContains(t, err, want, text)
	}
}

// Whatever is thrown at it, it neither panics nor hangs.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("testdata/*")
	for _, name := range files {
		if data, err := os.ReadFile(name); err == nil {
			f.Add(string(data))
		}
	}
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = Read("x.service", []byte(text), func(string) ([]byte, error) { return []byte("A=$A\nB=${B}"), nil })
	})
}

// Scalers that others have written: what they say is read, what none here does is an error, not one of several taken.
func TestScalersOfOthers(t *testing.T) {
	const worker = "kind: Deployment\nmetadata: {name: w}\nspec: {template: {spec: {containers: [{name: w, command: [celery, -A, app, worker, -Q, q]}]}}}\n---\n"
	keda := func(more, triggers string) string {
		return worker + "kind: ScaledObject\nmetadata: {name: s}\nspec: {scaleTargetRef: {name: w}, maxReplicaCount: 5" + more + ", triggers: [" + triggers + "]}\n"
	}
	hpa := func(more, metrics string) string {
		return worker + "kind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {name: w}, maxReplicas: 5" + more + ", metrics: [" + metrics + "]}\n"
	}
	const (
		list     = "{type: redis, metadata: {listName: q, listLength: '10'}}"
		urgent   = `{type: redis, metadata: {listName: "q\x06\x169", listLength: '10'}}`
		other    = "{type: redis, metadata: {listName: p, listLength: '10'}}"
		cpu      = "{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}"
		share    = "{type: Pods, pods: {metric: {name: celery_worker_slots_held_share}, target: {type: AverageValue, averageValue: 700m}}}"
		external = "{type: External, external: {metric: {name: celery_queue_length}, target: {type: AverageValue, averageValue: 2500m}}}"
		behavior = ", behavior: {scaleDown: {stabilizationWindowSeconds: 60}}"
	)
	rabbit := func(rest string) string {
		return "{type: rabbitmq, metadata: {queueName: q, value: '10', " + rest + "}}"
	}
	window := 60
	by := func(change func(*Scaling)) *Scaling {
		s := &Scaling{Max: 5, Policy: "queue_length", Target: 10, Poll: 30 * time.Second, Cooldown: 300 * time.Second, Queues: []string{"q"}}
		change(s)
		return s
	}
	for text, want := range map[string]*Scaling{
		keda("", list):             by(func(*Scaling) {}),
		keda("", list+", "+urgent): by(func(*Scaling) {}),
		keda("", "{type: cpu}"):    nil,
		keda(", advanced: {horizontalPodAutoscalerConfig: {behavior: {scaleDown: {stabilizationWindowSeconds: 60}}}}", list): by(func(s *Scaling) { s.Cooldown = time.Minute }),
		keda("", rabbit("mode: QueueLength, activationValue: '3'")):                                                          by(func(s *Scaling) { s.Policy, s.Activation = "keda", 3 }),
		keda("", rabbit("mode: QueueLength, protocol: http")):                                                                by(func(s *Scaling) { s.Unacked = true }),
		keda("", rabbit("mode: QueueLength, protocol: http, excludeUnacknowledged: 'true'")):                                 by(func(*Scaling) {}),
		keda("", rabbit("mode: DeliverGetRate, protocol: http")):                                                             by(func(s *Scaling) { s.Policy, s.Measure = "keda", "deliver_rate" }),
		keda("", rabbit("mode: ExpectedQueueConsumptionTime, protocol: http")):                                               by(func(s *Scaling) { s.Policy, s.Measure, s.Unacked = "keda", "consumption_time", true }),
		keda("", rabbit("mode: MessageRate, protocol: http, excludeUnacknowledged: 'true'")):                                 by(func(s *Scaling) { s.Policy, s.Measure = "keda", "publish_rate" }),
		keda("", rabbit("mode: PublishedToDeliveredRatio, protocol: http")):                                                  nil,
		keda(", idleReplicaCount: 0, minReplicaCount: 2", list):                                                              by(func(s *Scaling) { s.Policy, s.Min, s.Idle = "keda", 2, true }),
		keda(", fallback: {failureThreshold: 3, replicas: 6}", list):                                                         by(func(*Scaling) {}),
		keda("", "{type: redis, metadata: {listName: q, listLength: '10'}, metricType: AverageValue}"):                       by(func(*Scaling) {}),
		keda("", "{type: redis, metadata: {listName: q, listLength: '10'}, metricType: Value}"):                              nil,
		keda(", advanced: {scalingModifiers: {formula: 'a + b', target: '5'}}", list):                                        nil,
		// What KEDA takes where nothing is said (redis_scaler.go, rabbitmq_scaler.go).
		keda("", "{type: redis, metadata: {listName: q}}"):                        by(func(s *Scaling) { s.Target = 5 }),
		keda("", "{type: rabbitmq, metadata: {queueName: q, queueLength: '30'}}"): by(func(s *Scaling) { s.Target = 30 }),
		// Several: each by itself.
		keda("", list+", "+urgent+", "+other): by(func(s *Scaling) {
			s.Policy, s.Target, s.Queues, s.Triggers = "keda", 0, nil, []Trigger{{Queues: []string{"q"}, Target: 10}, {Queues: []string{"p"}, Target: 10}}
		}),
		keda("", rabbit("mode: QueueLength, activationValue: '3'")+", "+rabbit("mode: MessageRate, protocol: http, excludeUnacknowledged: 'true'")): by(func(s *Scaling) {
			s.Policy, s.Target, s.Queues = "keda", 0, nil
			s.Triggers = []Trigger{{Queues: []string{"q"}, Target: 10, Activation: 3}, {Queues: []string{"q"}, Target: 10, Measure: "publish_rate"}}
		}),
		hpa(behavior, external+", "+share): {
			Min: 1, Max: 5, Policy: "hpa", Poll: 15 * time.Second, Down: &Rules{Window: &window},
			Triggers: []Trigger{{Target: 2.5}, {Target: 0.7, Share: true}},
		},
		hpa(", minReplicas: 2"+behavior, external): {Min: 2, Max: 5, Policy: "hpa", Target: 2.5, Poll: 15 * time.Second, Down: &Rules{Window: &window}},
		hpa("", cpu): nil,
	} {
		got, err := Read("f", []byte(text), nil)
		require.NoError(t, err, text)
		assert.Equal(t, want, got[0].Scaling, text)
		assert.Equal(t, want == nil, got[0].Unread != "", text)
	}
	for text, want := range map[string]string{
		keda("", list+", {type: cpu}"): `ScaledObject "s": KEDA takes the largest of several triggers, and what "cpu" wants is not known here`,
		keda("", list+", "+rabbit("mode: PublishedToDeliveredRatio, protocol: http")):                                 `what "rabbitmq" (PublishedToDeliveredRatio) wants is not known here`,
		keda("", list+`, {type: redis, metadata: {listName: "q\x06\x169", listLength: '11'}}`):                        `lists of the queue "q" with several targets`,
		keda("", list+", {type: prometheus, metadata: {query: 'sum(celery_worker_tasks_active{})', threshold: '1'}}"): "slots beside other triggers",
		keda("", "{type: rabbitmq, metadata: {queueName: q, mode: QueueLength}}"):                                     "want a target above 0",
		hpa(behavior, external+", "+cpu):                        `HorizontalPodAutoscaler "h": the largest of several metrics counts, and what Resource wants is not known here`,
		hpa("", external):                                       `HorizontalPodAutoscaler "h": no behavior`,
		keda(", idleReplicaCount: 1, minReplicaCount: 2", list): `ScaledObject "s": idleReplicaCount: 1: want 0, the only one that KEDA supports`,
		keda(", idleReplicaCount: 0", list):                     `ScaledObject "s": idleReplicaCount: 0: want a minReplicaCount above it`,
		keda(", idleReplicaCount: 0, minReplicaCount: 1", "{type: prometheus, metadata: {query: 'sum(celery_worker_tasks_active{})', threshold: '1'}}"): `idleReplicaCount beside slots`,
		keda("", list+", {type: rabbitmq, metricType: Value, metadata: {queueName: q, value: '10'}}"):                                                   `what "rabbitmq" with the metricType Value wants is not known here`,
	} {
		_, err := Read("f", []byte(text), nil)
		assert.ErrorContains(t, err, want, text)
	}
}

// What an object says beside its triggers is read, or said not to be: none of it is passed over.
func TestWhatAScaledObjectSaysBeside(t *testing.T) {
	for more, want := range map[string][2]string{
		"spec: {fallback: {failureThreshold: 3, replicas: 6}, initialCooldownPeriod: 60, ":         {"", "ScaledObject \"s\": fallback: no effect here, where what the triggers ask always answers, also while a fault has the broker down\nScaledObject \"s\": initialCooldownPeriod: no effect here, where the object was made long before the run"},
		"spec: {advanced: {scalingModifiers: {formula: 'max(a, b)', target: '2'}}, fallback: {}, ": {`ScaledObject "s" has a formula, "max(a, b)" (scalingModifiers), and formulas are not modelled`, ""},
		"  annotations: {autoscaling.keda.sh/paused: 'true'}\nspec: {":                             {`ScaledObject "s" is paused by an annotation`, ""},
		"  annotations: {autoscaling.keda.sh/paused-replicas: '3'}\nspec: {":                       {`ScaledObject "s" is paused at 3 replicas by an annotation`, ""},
		"  annotations: {autoscaling.keda.sh/paused: 'false'}\nspec: {":                            {"", ""},
	} {
		got, err := Read("f", []byte(`kind: Deployment
metadata: {name: w}
spec: {template: {spec: {containers: [{name: w, command: [celery, -A, app, worker, -Q, q]}]}}}
---
kind: ScaledObject
metadata:
  name: s
`+more+`scaleTargetRef: {name: w}, triggers: [{type: redis, metadata: {listName: q}}]}
`), nil)
		require.NoError(t, err, more)
		assert.Equal(t, want, [2]string{got[0].Unread, strings.Join(got[0].Ignored, "\n")}, more)
		assert.Equal(t, want[0] == "", got[0].Scaling != nil, more)
	}
}
