package logs_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
)

func TestWorkerLog(t *testing.T) {
	l, err := logs.Read(events(t,
		" -------------- celery@host1 v5.2.6 (dawn-chorus)",
		"--- ***** ----- ",
		"[2022-05-01 12:00:00,000: INFO/MainProcess] celery@host1 ready.",
		"[2022-05-01 12:00:01,000: INFO/MainProcess] Task shop.mail[a] received",
		"[2022-05-01 12:00:02,000: INFO/MainProcess] Task shop.mail[b] received",
		"[2022-05-01 12:00:03,000: INFO/ForkPoolWorker-1] Task shop.mail[a] succeeded in 0.5s: None",
		"[2022-05-01 12:00:04,000: INFO/ForkPoolWorker-1] Task shop.mail[b] retry: Retry in 3s: OSError('gone')",
		"[2022-05-01 12:00:04,010: INFO/MainProcess] Task shop.mail[b] received",
		"[2022-05-01 12:00:05,000: INFO/MainProcess] Task shop.mail[c] received",
		"[2022-05-01 12:00:06,000: ERROR/ForkPoolWorker-2] Task shop.mail[c] raised unexpected: ValueError('x')",
		"Traceback (most recent call last):",
		`  File "shop.py", line 3, in mail`,
		"[2022-05-01 12:00:08,000: INFO/ForkPoolWorker-1] Task shop.mail[b] succeeded in 0.75s: 7",
		"[2022-05-01 12:00:09,000: INFO/MainProcess] Received task: shop.slow[d]  ",
		"[2022-05-01 12:00:12,000: ERROR/MainProcess] Hard time limit (2.0s) exceeded for shop.slow[d]",
	))
	require.NoError(t, err)
	require.Len(t, l.Tasks, 4)
	assert.Equal(t, "5.2.6", l.Release)
	assert.Contains(t, l.Warnings[0], "events.jsonl: taken for the log of a worker: it has no queues")
	a, b, c, d := l.Tasks[0], l.Tasks[1], l.Tasks[2], l.Tasks[3]
	assert.Equal(t, "celery@host1", a.Attempts[0].Worker)
	assert.InDelta(t, 0.5, a.Attempts[0].Runtime, 1e-6)
	assert.InDelta(t, 1.5, a.Attempts[0].Started-a.Arrived, 1e-6)
	require.Len(t, b.Attempts, 2)
	assert.True(t, math.IsNaN(b.Attempts[0].Runtime), "the log does not say")
	assert.True(t, math.IsNaN(b.Attempts[0].Started), "else its run would count as a wait")
	require.Len(t, b.Retries, 1)
	assert.InDelta(t, 3, b.Retries[0], 1e-5)
	assert.Equal(t, "ok", b.Outcome)
	assert.Equal(t, "failed", c.Outcome)
	assert.True(t, math.IsNaN(c.Attempts[0].Runtime))
	assert.Equal(t, "timeout", d.Outcome)
	assert.InDelta(t, 2, d.Limit, 0)

	_, err = logs.Read(events(t, "[2022-05-01 12:00:00,000: WARNING/MainProcess] celery@host1 ready."))
	assert.ErrorContains(t, err, "is its level INFO?")
}

// What collects the logs of several workers puts something before each line, which tells them apart.
func TestWorkerLogsThatWereCollected(t *testing.T) {
	for _, of := range []struct{ one, other, name string }{
		{"worker-1  | ", "worker-2  | ", "worker-2"}, // docker compose logs
		{"\x1b[36mworker-1  | \x1b[0m", "\x1b[33mworker-2  | \x1b[0m", "worker-2"},
		{"worker-1  | 2022-05-01T12:00:01.5Z ", "worker-2  | 2022-05-01T12:00:02.25Z ", "worker-2"}, // with -t
		{"May  1 12:00:01 host celery[100]: ", "May  1 12:00:02 host celery[200]: ", "host celery[200]"},
		{"[pod/worker-1/celery] ", "[pod/worker-2/celery] ", "pod/worker-2/celery"}, // kubectl logs --prefix
	} {
		l, err := logs.Read(events(t,
			of.one+" -------------- celery@host1 v5.4.0 (opalescent)",
			of.one+"[2022-05-01 12:00:01,000: INFO/MainProcess] Task shop.mail[a] received",
			of.other+"[2022-05-01 12:00:02,000: INFO/MainProcess] Task shop.mail[b] received",
			of.one+"[2022-05-01 12:00:03,000: INFO/ForkPoolWorker-1] \x1b[32mTask shop.mail[a] succeeded in 0.5s: None\x1b[0m",
			of.other+"[2022-05-01 12:00:04,000: INFO/ForkPoolWorker-1] Task shop.mail[b] succeeded in 0.5s: '[2022-05-01 12:00:00,000: INFO/x] y'",
		))
		require.NoError(t, err, of.one)
		require.Len(t, l.Tasks, 2, of.one)
		assert.Equal(t, "celery@host1", l.Tasks[0].Attempts[0].Worker)
		assert.Equal(t, of.name, l.Tasks[1].Attempts[0].Worker, "it has not said its name")
		assert.InDelta(t, 0.5, l.Tasks[1].Attempts[0].Runtime, 1e-6)
		assert.Len(t, l.Warnings, 1)
	}

	l, err := logs.Read(events(t,
		"[2022-05-01 12:00:00,000: INFO/MainProcess] celery@host1 ready.",
		"[2022-05-01 12:00:00,100: INFO/MainProcess] celery@host2 ready.",
		"[2022-05-01 12:00:01,000: INFO/MainProcess] Task shop.mail[a] received",
	))
	require.NoError(t, err)
	assert.Contains(t, l.Warnings[1], "celery@host1 and celery@host2 write into it, and their lines do not say which")
}

// worker_log_format, or the application's own logging, may write lines in any way: with a moment, and what Celery says.
func TestWorkerLogsInFormatsOfTheirOwn(t *testing.T) {
	for _, line := range []string{
		"2022-05-01 12:00:%s,250 [INFO] celery.app.trace: %s",
		"INFO 2022-05-01 12:00:%s,250 trace 4711 139900 %s", // Django's verbose
		`{"asctime": "2022-05-01 12:00:%s,250", "levelname": "INFO", "message": %q, "process": 4711, "data": {"id": "a"}}`,
		`{"event": "%[2]s", "level": "info", "timestamp": "2022-05-01T12:00:%[1]s.250Z"}`,
		`{"log": "[2022-05-01 12:00:%s,250: INFO/MainProcess] %s\n", "stream": "stderr", "time": "2022-05-01T12:01:00.5Z"}`, // docker's json-file
		`{"ts":"2022-05-01T14:00:%s.250+0200","msg":"%s"}`,
	} {
		l, err := logs.Read(events(t,
			fmt.Sprintf(line, "00", "celery@one ready."),
			fmt.Sprintf(line, "01", "Task shop.mail[a] received"),
			fmt.Sprintf(line, "03", "Task shop.mail[a] succeeded in 0.5s: None"),
		))
		require.NoError(t, err, line)
		require.Len(t, l.Tasks, 1, line)
		require.Len(t, l.Tasks[0].Attempts, 1, line)
		assert.InDelta(t, 1.5, l.Tasks[0].Attempts[0].Started-l.Tasks[0].Received, 1e-6, line)
		assert.Equal(t, "celery@one", l.Tasks[0].Attempts[0].Worker, line)
		assert.Len(t, l.Warnings, 1, line)
	}
	l, err := logs.Read(events(t, "2022-05-01 12:00:01 Task x[a] received", "2022-05-01 12:00:03 Task x[a] succeeded in 0.5s: None"))
	require.NoError(t, err)
	assert.Contains(t, l.Warnings[1], "its times are whole seconds")
	assert.Empty(t, l.Tasks[0].Attempts[0].Worker)
	_, err = logs.Read(events(t, "INFO Task x[a] received"))
	assert.ErrorContains(t, err, "whose lines have no time that is known")
}

func TestPackedLogs(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for _, line := range []string{ev("sent", "a", 0, `, "name": "x", "queue": "q"`), ev("started", "a", 1, ""), ev("succeeded", "a", 2, "")} {
		_, err := z.Write([]byte(line + "\n"))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	dir := t.TempDir()
	whole, cut := filepath.Join(dir, "events.jsonl.gz"), filepath.Join(dir, "cut.gz")
	require.NoError(t, os.WriteFile(whole, b.Bytes(), 0o644))
	require.NoError(t, os.WriteFile(cut, b.Bytes()[:b.Len()-9], 0o644))
	l, err := logs.Read(whole)
	require.NoError(t, err)
	assert.Equal(t, "q", l.Tasks[0].Queue)
	_, err = logs.Read(cut)
	assert.ErrorContains(t, err, "unexpected EOF")
}
