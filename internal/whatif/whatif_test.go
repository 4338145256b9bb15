package whatif

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// shipped is an asker of a scenario that ships.
func shipped(t *testing.T, name string) (*Asker, *scenarios.Scenario) {
	t.Helper()
	b, sc, err := scenarios.Pack(filepath.Join("..", "..", "scenarios", name+".yaml"))
	require.NoError(t, err)
	a, err := New(b)
	require.NoError(t, err)
	return a, sc
}

// ask asks, and returns the sample and the full answer.
func ask(t *testing.T, a *Asker, s State) (sample, answer Answer) {
	t.Helper()
	require.NoError(t, a.Ask(t.Context(), s, experiment.Options{}, func(x Answer) {
		switch x.Stage {
		case Sampled:
			sample = x
		case Answered:
			answer = x
		case Wrong:
			t.Error(x.Why)
		}
	}))
	return sample, answer
}

// What nothing was moved in is answered as the file is.
func TestUnmovedIsTheFile(t *testing.T) {
	replay, sc := shipped(t, "replay")
	faulty, faultySc := asker(t, small)
	for _, c := range []struct {
		*Asker
		sc *scenarios.Scenario
	}{{replay, sc}, {faulty, faultySc}} {
		r, err := experiment.Run(t.Context(), c.sc, experiment.Options{})
		require.NoError(t, err)
		_, got := ask(t, c.Asker, nil)
		same(t, r, got)
	}
}

const small = `
run: {duration: 10m, replications: 5}
broker: redis
services: {smtp: {latency: {exponential: 60ms}, capacity: 20}}
tasks:
  email:
    arrivals: {poisson: 2/s}
    work: [{cpu: 5ms}, {io: smtp, timeout: 10s}]
    slo: {wait: {p95: 5s}, loss: 0.5%}
  background:
    arrivals: {poisson: 2/s}
    work: [{cpu: 50ms}, {io: {gamma: {mean: 2s, cv: 1}}}]
    failures: {error: 3%}
    slo: {wait: {p95: 1m}}
faults: [{mode: hang, chance: 0.1%, task: background}, {at: 2m, for: 1m, mode: down, service: smtp}]
strategies:
  one-pool: {workers: {worker: {queues: [email, background], concurrency: 8}}}
  two-pools: {workers: {first: {queues: [email], concurrency: 2}, second: {queues: [background], concurrency: 6}}}
  late: {workers: {worker: {queues: [email, background], concurrency: 8, acks_late: true}}}
`

// asker is an asker of a scenario that stands here.
func asker(t *testing.T, yaml string) (*Asker, *scenarios.Scenario) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.yaml")
	require.NoError(t, os.WriteFile(path, []byte(yaml), 0o600))
	b, sc, err := scenarios.Pack(path)
	require.NoError(t, err)
	a, err := New(b)
	require.NoError(t, err)
	return a, sc
}

// What is moved is answered as simrun run answers its text.
func TestMovedIsItsText(t *testing.T) {
	a, _ := asker(t, small)
	s := State{"load": "1.5", "work/background": "0.5", "target/email/wait.p95": "2", "layout/one-pool": off, "fault/2": off, "failures/background": off, "slots/two-pools/second": "12", "prefetch/two-pools/second": "1", "prefetch/late/worker": none}
	sample, got := ask(t, a, s)
	for _, want := range []string{
		"scale: 1.5", "{cpu: 25ms}, {io: {gamma: {mean: 1s, cv: 1}}}", "slo: {wait: {p95: 10s}, loss: 0.5%", "baseline: two-pools",
		"faults: [{mode: hang, chance: 0.1%, task: background}]", "concurrency: 12, order: round_robin, pool: prefork, prefetch_multiplier: 1", "disable_prefetch: true, prefetch_reduction: true", "acks_late: true",
	} {
		assert.Contains(t, got.Text, want)
	}
	assert.NotContains(t, got.Text, "one-pool")
	assert.NotContains(t, got.Text, "failures:")
	assert.Equal(t, got.Text, sample.Text)
	assert.Equal(t, sampled, sample.Replications)
	path := filepath.Join(t.TempDir(), "moved.yaml")
	require.NoError(t, os.WriteFile(path, []byte(got.Text), 0o600))
	sc, err := scenarios.Read(path)
	require.NoError(t, err)
	r, err := experiment.Run(t.Context(), sc, experiment.Options{})
	require.NoError(t, err)
	same(t, r, got)
}

// same says that an answer has every figure of a run. A run knows the headroom besides, and says so.
func same(t *testing.T, r *experiment.Result, got Answer) {
	t.Helper()
	want := View(Answered, r, got.Text)
	assert.Contains(t, want.Headline, strings.TrimSuffix(got.Headline, "."))
	want.Headline = got.Headline
	assert.Equal(t, want, got)
}

// Every stop of every control makes a scenario that can be read, or says what is wrong.
func TestEveryStop(t *testing.T) {
	files, err := filepath.Glob("../../scenarios/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		a, _ := shipped(t, name)
		seen := map[string]bool{}
		for _, c := range a.Controls {
			assert.False(t, seen[c.ID], c.ID)
			seen[c.ID] = true
			require.Less(t, c.At, len(c.Stops), "%s %s", name, c.ID)
			for i, stop := range c.Stops {
				if i != 0 && i != len(c.Stops)-1 && i != c.At {
					continue
				}
				if _, _, err := a.Moved(State{c.ID: stop.Value}); err != nil {
					t.Logf("%s %s=%s: %v", name, c.ID, stop.Value, err)
					assert.NotContains(t, err.Error(), "%!", err)
				}
			}
		}
	}
}

func TestWhatCannotBeMoved(t *testing.T) {
	a, _ := shipped(t, "minimal")
	for _, s := range []State{{"nothing": "1"}, {"load": "7"}, {"load": "1e999"}} {
		_, _, err := a.Moved(s)
		assert.Error(t, err, s)
	}
	all := State{}
	for _, c := range a.Controls {
		if c.Group == "Layouts" {
			all[c.ID] = off
		}
	}
	_, _, err := a.Moved(all)
	assert.ErrorContains(t, err, "no layout is left")
}
