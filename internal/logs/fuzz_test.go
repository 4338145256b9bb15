package logs_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/logs"
)

// seeds adds all fixtures.
func seeds(f *testing.F) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	require.NoError(f, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(text[:min(len(text), 1500)])
	}
	f.Add([]byte("[2022-05-01 12:00:00,000: INFO/MainProcess] Task x[a] received\n[2022-05-01 12:00:01,000: INFO/MainProcess] Task x[a] retry: Retry in 3s: E()\n"))
	f.Add([]byte("id,class,due,started,ended,outcome,attempts\n1,a,0,1,2,ok,1\n"))
	f.Add([]byte(ev("sent", "a", 0, `, "name": "x", "queue": "q"`) + "\n" + ev("started", "a", 2, "") + "\n" + ev("measured", "a", 3, `, "cpu": 0.5`)))
}

// sane says whether a log keeps what it promises.
func sane(t *testing.T, l *logs.Log) {
	t.Helper()
	if len(l.Tasks) == 0 && l.Sums == nil {
		t.Fatal("nothing in it")
	}
	before := math.Inf(-1)
	for i := range l.Tasks {
		task := &l.Tasks[i]
		if !(task.Arrived >= before) {
			t.Fatalf("task %d arrived at %v, after %v", i, task.Arrived, before)
		}
		before = task.Arrived
	}
	if l.Sums == nil {
		return
	}
	if !(l.Span > 0) {
		t.Fatalf("a span of %v", l.Span)
	}
	for _, s := range l.Sums.Classes {
		if len(s.Edges) != len(s.Counts)+1 {
			t.Fatalf("%d edges of %d counts", len(s.Edges), len(s.Counts))
		}
	}
}

// FuzzReadLog: whatever is accepted is in order.
func FuzzReadLog(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "log")
		require.NoError(t, os.WriteFile(path, text, 0o644))
		if l, err := logs.Read(path); err == nil {
			sane(t, l)
		}
	})
}

// FuzzMapped: so is a table whose columns are told.
func FuzzMapped(f *testing.F) {
	seeds(f)
	f.Add([]byte("a,b,c,d,e\n5,6,7,x,ok\n"))
	m, err := logs.ParseMapping("created=a,started=b,ended=c,class=d,outcome=e")
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "log")
		require.NoError(t, os.WriteFile(path, text, 0o644))
		if l, err := (&logs.Options{Map: m}).Read(path); err == nil {
			sane(t, l)
		}
	})
}
