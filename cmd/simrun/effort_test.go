package main

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/oncelery"
	"example.com/simrun/scenarios"
)

// What large work takes is said once the first runs tell, and of small work nothing.
func TestLargeWorkIsAnnounced(t *testing.T) {
	m := oncelery.Measured{Cells: 10, Events: 10e6, Work: 20 * time.Second, Slots: 4}
	for _, c := range []struct {
		toCome
		want string
	}{
		{toCome{runs: 10_000}, "10000 runs or more of 2 s each, 4 at once: some 1 h 23 m or more"},
		{toCome{runs: 119}, ""},
		{toCome{events: 400e6}, "a plan of up to 4e+08 events, 4 runs at once: some 3 m if it takes them all"},
		{toCome{events: 100e6}, ""},
		{toCome{}, ""},
	} {
		said := ""
		c.announce(func(format string, args ...any) { said += fmt.Sprintf(format, args...) }, m)
		assert.Equal(t, c.want, said)
	}
}

// The runs of this machine are measured as those of others are.
func TestRunsHereAreMeasured(t *testing.T) {
	file := scenario(t, "demo")
	sc, err := scenarios.Read(file)
	require.NoError(t, err)
	var stderr bytes.Buffer
	on := here(2, toCome{runs: 1e9}, newProgress(&stderr, false, 1))
	_, err = experiment.Run(t.Context(), sc, experiment.Options{Backend: on})
	require.NoError(t, err)
	assert.Regexp(t, `^simrun: 1000000000 runs or more of [0-9.]+ [µm]?s each, 2 at once: some [0-9].* or more\n$`, stderr.String())
	assert.NotContains(t, fmt.Sprintf("%T", here(2, toCome{runs: 1e9}, newProgress(&stderr, true, 1))), "paced", "quiet")
}
