package celery

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A worker that a recording calls by the name of its node goes by that name, and not by one with two hosts.
func TestLineOfANamedNode(t *testing.T) {
	w := Worker{Queues: []string{"a"}, Concurrency: new(2)}
	assert.Equal(t, "celery -A proj worker -n celery@vm -Q a -c 2 -P prefork --prefetch-multiplier=4", Line{}.For(&w, "celery@vm").String())
	_, _, err := ParseLine("celery -A app worker -Q a -c 1000000000", nil)
	assert.EqualError(t, err, "-c: 1000000000: want at most 1000000")
}

// What a line is not made to say differently stays as somebody wrote it: the app, wrappers, logs, schedules, spelling.
func TestLineKeepsWhatItDoesNotChange(t *testing.T) {
	four := func(w *Worker) { w.Concurrency = new(4) }
	for _, tt := range []struct {
		name, line string
		change     func(*Worker)
		want       string
	}{
		{"nothing", `X="a b" exec celery -A shop.celery:app worker -EB -l INFO -Q a,b --concurrency=2 -O fair`, func(*Worker) {}, `X="a b" exec celery -A shop.celery:app worker -EB -l INFO -Q a,b --concurrency=2 -O fair`},
		{"in its place", "poetry run celery -A app worker --concurrency=2 -Q a", four, "poetry run celery -A app worker --concurrency=4 -Q a"},
		{"in its spelling", "python -u -m celery -A app worker -c2 -Qa", four, "python -u -m celery -A app worker -c4 -Qa"},
		{"in two words", "celery -A app worker --concurrency 2 -Q a", four, "celery -A app worker --concurrency 4 -Q a"},
		{"glued", "celery -A app worker -Ec 2 -Q a", four, "celery -A app worker -Ec 4 -Q a"},
		{"given twice", "celery -A app worker -c 1 -Q a -c 2 -E", four, "celery -A app worker -c 4 -Q a -E"},
		{"not given", "celery -A app worker -Q a --pidfile=/run/%n.pid", four, "celery -A app worker -Q a --pidfile=/run/%n.pid -c 4"},
		{"no more", "celery -A app worker -Q a -c 2 --max-tasks-per-child 10 -E", func(w *Worker) { w.MaxTasksPerChild = nil }, "celery -A app worker -Q a -c 2 -E"},
		{"an environment variable", "exec celery -A app worker -Q a -c 4", func(w *Worker) {
			w.Concurrency, w.Autoscale, w.Keepalive = nil, &Autoscale{Min: 1, Max: 4}, new(10*time.Second)
		}, "AUTOSCALE_KEEPALIVE=10 exec celery -A app worker -Q a --autoscale=4,1"},
		{"quotes", "celery -A app worker -Q 'my queue',b -n \"w@$HOST\" -c 2", four, "celery -A app worker -Q 'my queue',b -n \"w@$HOST\" -c 4"},
		{"over several lines", "celery -A app worker \\\n  -Q a \\\n  -c 2  # nightly", four, "celery -A app worker -Q a -c 4"},
		{"a timer", "celery -A app worker -Q a -c 2", func(w *Worker) { w.Heartbeat = new(false) }, "celery -A app worker -Q a -c 2 --without-heartbeat --without-gossip"},
		{"an escaped space at the end", `celery -A app worker -c 2 -Q a\ `, four, `celery -A app worker -c 4 -Q a\ `},
		{"what says the default", "celery -A app worker -Q a -c 2 -P processes --time-limit=0", func(*Worker) {}, "celery -A app worker -Q a -c 2 -P processes --time-limit=0"},
	} {
		line, _, err := ParseLine(tt.line, nil)
		require.NoError(t, err, tt.name)
		w := line.Says
		tt.change(&w)
		assert.Equal(t, tt.want, line.For(&w, "").String(), tt.name)
	}
}

func TestLineOfAnotherName(t *testing.T) {
	for line, want := range map[string]string{
		"celery -A app worker -n main@%h -Q a":        "celery -A app worker -n fast@%h -Q a",
		"celery -A app worker --hostname=main@h1 -Qa": "celery -A app worker --hostname=fast@h1 -Qa",
		"celery -A app worker -Q a":                   "celery -A app worker -Q a -n fast@%h",
	} {
		l, _, err := ParseLine(line, nil)
		require.NoError(t, err)
		assert.Equal(t, want, l.Named("fast").String())
	}
}

func TestLineWithoutBeat(t *testing.T) {
	for line, want := range map[string]string{
		"celery -A app worker -EB -Q a":                                   "celery -A app worker -E -Q a",
		"celery -A app worker -BE -s /run/beat --scheduler x:Y -Q a":      "celery -A app worker -E -Q a",
		"celery -A app worker --beat -Q a --schedule-filename=/run/beat ": "celery -A app worker -Q a",
	} {
		l, _, err := ParseLine(line, nil)
		require.NoError(t, err)
		assert.True(t, l.Beats())
		without := l.WithoutBeat()
		assert.Equal(t, want, without.String())
		assert.False(t, without.Beats())
		assert.True(t, l.Beats(), "a copy is changed, not the line")
	}
}
