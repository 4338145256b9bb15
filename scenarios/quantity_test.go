package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"example.com/simrun/des"
)

func TestQuantitiesAreExact(t *testing.T) {
	for _, c := range []struct {
		q    quantity
		text string
		want float64
	}{
		{shares(), "5%", 0.05},
		{shares(), "0.1%", 0.001},
		{shares(), "99.9%", 0.999},
		{rates(), "30/min", 0.5},
		{rates(), "0.36/h", 0.0001},
		{rates(), "86400/day", 1},
		{cores(), "500m", 0.5},
		{durations(), "20ms", 0.02},
		{durations(), "1e3ms", 1},
		{durations(), "3d", 259200},
	} {
		got, err := c.q.parse(textValue(c.text))
		require.NoError(t, err)
		assert.Equal(t, c.want, got, c.text)
	}
}

// A machine has no billionth of a core: a slip is told from a small machine.
func TestCoresHaveBounds(t *testing.T) {
	for text, want := range map[string]string{
		"1e-9": "want at least 0.001", "0.5m": "want at least 0.001", "0m": "want more than 0", "2000000": "want at most 1000000",
	} {
		v := textValue(text)
		if !strings.HasSuffix(text, "m") {
			v.kind = number
		}
		_, err := cores().parse(v)
		assert.ErrorContains(t, err, want, text)
	}
	for _, text := range []string{"1m", "1000000000m"} {
		_, err := cores().parse(textValue(text))
		assert.NoError(t, err, text)
	}
}

// Every time is written so that it is read again to the nanosecond, up to the longest.
func TestTimesReadAsWritten(t *testing.T) {
	for want, ns := range map[string]des.Time{
		"0s": 0, "1d": 24 * time.Hour, "90m": 90 * time.Minute, "1.5s": 1500 * time.Millisecond, "20ms": 20 * time.Millisecond, "0.000001ms": 1,
	} {
		assert.Equal(t, want, formatTime(ns))
	}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]time.Duration{1, time.Microsecond, time.Millisecond, time.Second, time.Minute, time.Hour, 24 * time.Hour}).Draw(t, "unit")
		n := rapid.Int64Range(0, int64(min(10_000*unit, 10_000*time.Second)/unit)).Draw(t, "n")
		in := time.Duration(n) * unit
		seconds, err := durations().parse(textValue(formatTime(in)))
		require.NoError(t, err)
		assert.Equal(t, in, des.Seconds(seconds))
	})
}
