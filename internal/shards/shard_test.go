package shards

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/cells"
	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

const shop = `run: {duration: 5m, warmup: 0s, replications: {min: 10, max: 60}}
machines: {box: {cores: 2, memory: 4GiB, price: 0.1/h}}
tasks:
  mail: {arrivals: {poisson: 4/s}, work: [{io: {exponential: 100ms}}], slo: {wait: {p95: 300ms}}}
  report: {queue: slow, arrivals: {poisson: 0.1/s}, work: [{cpu: {lognormal: {mean: 2s, cv: 1}}}]}
strategies:
  pool: {workers: {w: {queues: [mail, slow], concurrency: 2, machine: box}}}
  apart: {workers: {m: {queues: [mail], concurrency: 1, machine: box}, s: {queues: [slow], concurrency: 1, machine: box}}}
`

const swept = shop + "sweep: {load: [0.5, 1, 1.5]}\n"

// pack bundles a scenario as a file has it.
func pack(t *testing.T, text string) (*scenarios.Bundle, *scenarios.Scenario, cells.Source) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	b, sc, err := scenarios.Pack(path)
	require.NoError(t, err)
	return b, sc, cells.NewSource(b, "test")
}

func run(t *testing.T, sc *scenarios.Scenario, on experiment.Backend) ([]byte, error) {
	t.Helper()
	r, err := experiment.Run(t.Context(), sc, experiment.Options{Backend: on})
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(r)
	require.NoError(t, err)
	return data, nil
}

// part does one part of the present round, and leaves its file.
func part(t *testing.T, dir string, sc *scenarios.Scenario, id cells.Source, s Share) error {
	t.Helper()
	store, err := Open(dir, id)
	require.NoError(t, err)
	_, err = run(t, sc, New(s, store, experiment.Local(2)))
	_, flushed := store.Flush(s)
	require.NoError(t, flushed)
	return err
}

// Parts in any order, in any number of rounds, come to what one machine finds.
func TestPartsComeToTheSame(t *testing.T) {
	for name, text := range map[string]string{"run": shop, "sweep": swept} {
		t.Run(name, func(t *testing.T) {
			_, sc, id := pack(t, text)
			want, err := run(t, sc, experiment.Local(2))
			require.NoError(t, err)
			one, err := run(t, sc, experiment.Local(1))
			require.NoError(t, err)
			require.Equal(t, string(want), string(one), "one core")

			dir := t.TempDir()
			rng := rand.New(rand.NewPCG(1, 1))
			round := 0
			for {
				merged, err := Open(dir, id)
				require.NoError(t, err)
				got, err := run(t, sc, New(Share{}, merged, nil))
				if err == nil {
					assert.Equal(t, string(want), string(got))
					break
				}
				var missing *experiment.Missing
				require.ErrorAs(t, err, &missing)
				require.Greater(t, missing.Round, round, "each time all parts were run there is a later round")
				round = missing.Round
				for _, p := range rng.Perm(4) {
					if err := part(t, dir, sc, id, Share{p + 1, 4}); err != nil {
						require.ErrorAs(t, err, &missing)
					}
				}
			}
			assert.Greater(t, round, 1)
		})
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	_, sc, id := pack(t, shop)
	dir := t.TempDir()
	var missing *experiment.Missing
	require.ErrorAs(t, part(t, dir, sc, id, Share{2, 3}), &missing)
	store, err := Open(dir, id)
	require.NoError(t, err)
	s := New(Share{}, store, nil)
	_, err = run(t, sc, s)
	require.ErrorAs(t, err, &missing)
	assert.Equal(t, 1, missing.Round)
	said := s.Lacks(missing)
	assert.Contains(t, said, "of part 1/3")
	assert.Contains(t, said, "of part 3/3")
	assert.NotContains(t, said, "of part 2/3")
}

func TestInterruptedPartsKeepWhatTheyHave(t *testing.T) {
	_, sc, id := pack(t, shop)
	dir := t.TempDir()
	store, err := Open(dir, id)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = experiment.Run(ctx, sc, experiment.Options{Backend: New(Share{1, 1}, store, experiment.Local(1)), Progress: func(p experiment.Progress) {
		if p.Phase == "replications" && p.Done == 3 {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	path, err := store.Flush(Share{1, 1})
	require.NoError(t, err)
	require.NotEmpty(t, path)
	again, err := Open(dir, id)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, len(again.there), 2)
}

func TestWhatDoesNotBelongTogetherIsRefused(t *testing.T) {
	b, sc, id := pack(t, shop)
	dir := t.TempDir()
	require.NoError(t, Keep(dir, &Question{Bundle: b}))
	require.NoError(t, Keep(dir, &Question{Bundle: b}))
	kept, err := Kept(dir)
	require.NoError(t, err)
	assert.Equal(t, b.Sum(), kept.Sum())
	require.Error(t, part(t, dir, sc, id, Share{1, 2}))

	_, err = Open(dir, cells.NewSource(b, "other"))
	assert.ErrorContains(t, err, "cells of simrun test: want those of other")
	_, err = Open(dir, cells.Source{Identity: cells.Identity{Scenario: "another", Program: "test"}})
	assert.ErrorContains(t, err, "cells of another scenario")

	files, err := filepath.Glob(filepath.Join(dir, "*.cells"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	data, err := os.ReadFile(files[0])
	require.NoError(t, err)

	lines := bytes.SplitAfter(data, []byte("\n"))
	var l line
	require.NoError(t, json.Unmarshal(lines[1], &l))
	l.Outcome = append(l.Outcome, 0)
	lied, err := json.Marshal(l)
	require.NoError(t, err)
	two := append(append(bytes.Clone(lines[0]), lied...), '\n')
	require.NoError(t, os.WriteFile(filepath.Join(dir, name(two)), two, 0o644))
	_, err = Open(dir, id)
	assert.ErrorContains(t, err, "the same program gave two")
	require.NoError(t, os.Remove(filepath.Join(dir, name(two))))

	require.NoError(t, os.WriteFile(files[0], data[:len(data)-10], 0o644))
	_, err = Open(dir, id)
	assert.ErrorContains(t, err, "not whole")

	other, _, _ := pack(t, swept)
	require.ErrorContains(t, Keep(dir, &Question{Bundle: other}), "shards of 2 scenarios")
	planned := t.TempDir()
	require.NoError(t, Keep(planned, &Question{Bundle: b, Plan: true}))
	require.ErrorContains(t, Keep(planned, &Question{Bundle: b}), "shards of 2 scenarios or questions")
	_, err = Kept(t.TempDir())
	assert.ErrorContains(t, err, "no shards")
}

// What a killed process has left half-written goes, what one may be writing stays.
func TestPartialFilesGo(t *testing.T) {
	_, _, src := pack(t, shop)
	dir := t.TempDir()
	old, present := filepath.Join(dir, partial+"1"), filepath.Join(dir, partial+"2")
	for _, f := range []string{old, present} {
		require.NoError(t, os.WriteFile(f, []byte("{"), 0o644))
	}
	before := time.Now().Add(-2 * abandoned)
	require.NoError(t, os.Chtimes(old, before, before))
	_, err := Open(dir, src)
	require.NoError(t, err)
	assert.NoFileExists(t, old)
	assert.FileExists(t, present)
}

func TestShares(t *testing.T) {
	s, err := ParseShare("3/16")
	require.NoError(t, err)
	assert.Equal(t, Share{3, 16}, s)
	for _, bad := range []string{"", "3", "0/4", "5/4", "a/b", "1/0", "1/2/3", "-1/2", "1/99999999"} {
		_, err := ParseShare(bad)
		assert.ErrorContains(t, err, "want PART/OF", bad)
	}
	b := &experiment.Batch{Cells: make([]experiment.Cell, 11), Round: 3, Variant: 2}
	for i := range b.Cells {
		n := 0
		for p := 1; p <= 4; p++ {
			if (Share{p, 4}).deals(first(cells.Source{}, b) + i) {
				n++
			}
		}
		assert.Equal(t, 1, n, "each cell is dealt once")
	}
	assert.False(t, Share{}.deals(0))
}
