package logs_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
)

// events writes a log of events, one a line.
func events(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644))
	return path
}

// ev is one event, at so many seconds.
func ev(kind, uuid string, at float64, more string) string {
	return fmt.Sprintf(`{"type": "task-%s", "uuid": %q, "timestamp": %.3f, "hostname": "celery@host"%s}`, kind, uuid, 1.6e9+at, more)
}

func TestEvents(t *testing.T) {
	l, err := logs.Read(events(t,
		`{"type": "worker-online", "hostname": "celery@host", "timestamp": 1600000000, "sw_ver": "5.2.6"}`,
		ev("sent", "a", 0, `, "name": "app.add", "queue": "high", "retries": 0, "eta": null`),
		ev("received", "a", 0.01, `, "name": "app.add", "retries": 0`),
		ev("started", "a", 1, ""),
		ev("sent", "a", 1.5, `, "name": "app.add", "queue": "high", "retries": 1, "eta": "2020-09-13T12:26:44.500000+00:00"`), // 1600000004.5
		ev("retried", "a", 1.51, `, "exception": "OSError()"`),
		ev("received", "a", 1.52, `, "name": "app.add", "retries": 1, "eta": "2020-09-13T12:26:44.500000+00:00"`),
		"",
		ev("started", "a", 5, ""),
		ev("succeeded", "a", 5.3, `, "runtime": 0.25, "result": "7"`),
		ev("sent", "b", 2, `, "name": "app.add", "queue": "high", "retries": 0`),
		ev("received", "b", 2.1, `, "name": "app.add"`),
		ev("started", "b", 3, ""),
		ev("failed", "b", 11, `, "exception": "TimeLimitExceeded(8.0)"`),
		ev("sent", "c", 4, `, "name": "app.slow", "queue": "low", "eta": "2020-09-13T12:26:54", "expires": "2020-09-13T12:27:04+00:00"`),
		ev("revoked", "c", 12, `, "expired": true, "terminated": false`),
	))
	require.NoError(t, err)
	require.Len(t, l.Tasks, 3)
	assert.Equal(t, "5.2.6", l.Release)
	assert.InDelta(t, 12, l.Span, 1e-6)
	a, b, c := l.Tasks[0], l.Tasks[1], l.Tasks[2]
	assert.Equal(t, "app.add", a.Class)
	assert.Equal(t, "high", a.Queue)
	assert.Equal(t, "ok", a.Outcome)
	require.Len(t, a.Attempts, 2)
	assert.InDelta(t, 0.51, a.Attempts[0].Runtime, 1e-6)
	assert.InDelta(t, 0.25, a.Attempts[1].Runtime, 1e-6, "as the worker measured it")
	assert.Equal(t, "celery@host", a.Attempts[1].Worker)
	require.Len(t, a.Retries, 1)
	assert.InDelta(t, 3, a.Retries[0], 1e-5, "from when it was sent to when it was due")
	assert.Equal(t, "timeout", b.Outcome)
	assert.InDelta(t, 8, b.Limit, 0)
	assert.Equal(t, "expired", c.Outcome)
	assert.InDelta(t, 10, c.Countdown, 1e-5, "a time without a zone is UTC")
	assert.InDelta(t, 20, c.Expires, 1e-5)
	assert.Empty(t, l.Warnings)
}

// Workers with threads lose events of starts (celery/events/dispatcher.py: one buffer that they all write to).
func TestStartsThatWereLost(t *testing.T) {
	l, err := logs.Read(events(t,
		ev("received", "a", 0, `, "name": "x"`), ev("succeeded", "a", 3, `, "runtime": 2.5`),
		ev("received", "b", 1, `, "name": "x"`), ev("failed", "b", 4, ""), ev("failed", "b", 5, ""),
		ev("received", "c", 1, `, "name": "x"`), ev("revoked", "c", 5, ""),
	))
	require.NoError(t, err)
	require.Len(t, l.Tasks, 2)
	assert.True(t, l.Lossy)
	assert.Contains(t, strings.Join(l.Warnings, "\n"), "2 of 3 tasks lack an event in the middle")
	a, b := l.Tasks[0], l.Tasks[1]
	require.Len(t, a.Attempts, 1)
	assert.InDelta(t, 0.5, a.Attempts[0].Started, 1e-6)
	assert.InDelta(t, 2.5, a.Attempts[0].Runtime, 1e-6)
	require.Len(t, b.Attempts, 1, "what is told twice happened once")
	assert.True(t, math.IsNaN(b.Attempts[0].Started))
	assert.True(t, math.IsNaN(b.Attempts[0].Runtime))
	assert.InDelta(t, 4, b.Ended(), 1e-6)
	assert.Contains(t, strings.Join(l.Warnings, "\n"), "1 task left out, revoked before they ran", "it asked for nothing, and its fate is no other's")
}

func TestEventErrors(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{"type": "task-started"`, "events.jsonl:2: unexpected end of JSON input"},
		{`[1]`, "events.jsonl:2: cannot unmarshal array"},
		{`{"uuid": "x", "timestamp": 1}`, "events.jsonl:2: type is missing"},
		{`{"type": "task-started", "timestamp": 1}`, "events.jsonl:2: uuid is missing"},
		{`{"type": "task-started", "uuid": "x"}`, "events.jsonl:2: timestamp is missing"},
		{`{"type": "task-started", "uuid": "x", "timestamp": "now"}`, "events.jsonl:2: timestamp: string: want float64"},
	} {
		_, err := logs.Read(events(t, ev("sent", "a", 0, ""), c.line))
		assert.ErrorContains(t, err, c.want)
	}
	_, err := logs.Read(events(t, `{"type": "worker-heartbeat", "timestamp": 1}`))
	assert.ErrorContains(t, err, "no events about tasks")
	_, err = logs.Read(events(t, ""))
	assert.ErrorContains(t, err, "empty")
	_, err = logs.Read(events(t, ev("started", "a", 0, "")))
	assert.ErrorContains(t, err, "no tasks in it")
	_, err = logs.Read(filepath.Join(t.TempDir(), "missing"))
	assert.ErrorContains(t, err, "no such file")
	many := make([]string, 100)
	for i := range many {
		many[i] = "{"
	}
	_, err = logs.Read(events(t, many...))
	assert.Equal(t, 20, strings.Count(fmt.Sprint(err), "\n")+1, "capped")
}

func TestWarnings(t *testing.T) {
	l, err := logs.Read(events(t,
		ev("received", "a", 0, `, "name": "x"`), ev("started", "a", 0.1, ""), ev("succeeded", "a", 0.2, `, "runtime": 0.1`),
		ev("started", "cut", 0.1, ""), ev("succeeded", "cut", 0.3, ""),
		ev("received", "early", 1, `, "name": "x"`), ev("started", "early", 0.5, ""),
		ev("received", "never", 0.2, `, "name": "x"`),
		ev("received", "z", 20, `, "name": "x", "parent_id": "a", "root_id": "a"`),
	))
	require.NoError(t, err)
	said := strings.Join(l.Warnings, "\n")
	for _, want := range []string{"no task-sent events", "1 task left out, since their beginning", "1 task received before being sent, or started before", "never started", "1 task was sent by other tasks"} {
		assert.Contains(t, said, want)
	}

	l, err = logs.Read(events(t,
		`{"type": "worker-online", "hostname": "celery@host", "timestamp": 1599999999}`,
		ev("received", "a", 0, `, "name": "x"`),
		`{"type": "worker-online", "hostname": "celery@host", "timestamp": 1600000042}`,
	))
	require.NoError(t, err)
	assert.Contains(t, strings.Join(l.Warnings, "\n"), "celery@host has started again, 42 s after the log begins")

	l, err = logs.Read(events(t,
		`{"type": "task-sent", "uuid": "a", "timestamp": 100, "local_received": 100.001, "hostname": "web", "name": "x", "queue": "q"}`,
		`{"type": "task-received", "uuid": "a", "timestamp": 102.5, "local_received": 100.002, "hostname": "celery@host", "name": "x"}`,
	))
	require.NoError(t, err)
	assert.Contains(t, strings.Join(l.Warnings, "\n"), "clocks of celery@host and web seem to differ by 2.5 s")
}
