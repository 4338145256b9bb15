package scenarios

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is bundled reads elsewhere as it does here, without the files.
func TestBundlesReadElsewhere(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	write("logs/t.csv", "due,class,io\n0,a,1\n1,a,2\n")
	write("logs/run1.csv", "id,class,due,started,ended,outcome,attempts\n1,a,0,0,1,ok,1\n")
	write("sizes.txt", "0.1\n0.2\n")
	write("Procfile", "worker: celery -A app worker -Q a -c ${WORKERS:-2}\n")
	write(".env", "WORKERS=3\n")
	write("x.yaml", `run: {duration: 10s}
observed: logs
tasks:
  a: {arrivals: {trace: {file: logs/t.csv}}}
  b: {queue: a, arrivals: {poisson: 1/s}, work: [{io: {empirical: sizes.txt}}]}
strategies: {now: {workers: {from: Procfile}}}
`)
	b, sc, err := Pack(filepath.Join(dir, "x.yaml"))
	require.NoError(t, err)
	data, err := json.Marshal(b)
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(dir))
	var again Bundle
	require.NoError(t, json.Unmarshal(data, &again))
	there, err := again.Scenario()
	require.NoError(t, err)
	assert.Equal(t, sc.Expanded, there.Expanded)
	assert.Len(t, there.Observed, len(sc.Observed))
	assert.Equal(t, sc.Classes[0].Arrivals, there.Classes[0].Arrivals)
	assert.Equal(t, b.Sum(), again.Sum())

	again.Files["sizes.txt"] = []byte("0.1\n0.3\n")
	assert.NotEqual(t, b.Sum(), again.Sum())
	delete(again.Files, "sizes.txt")
	_, err = again.Scenario()
	assert.ErrorContains(t, err, "sizes.txt")
}
