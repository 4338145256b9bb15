package logs

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/simrun/internal/units"
)

// clock reads the times of one file that say no zone. When a zone's clock is set back it shows an hour twice; which of the
// two is meant follows from what was read before, as long as a file is in order.
type clock struct {
	last     float64 // the latest moment so far, s since 1970
	twice    int     // times that were shown twice
	disorder bool    // some time is before those above it
}

// untidy is by how much a time may be before the one above it in a file that is in order, s.
const untidy = 300

func newClock() *clock { return &clock{last: math.Inf(-1)} }

// read is a moment of the file, s since 1970, from what its clock showed and where.
func (c *clock) read(shown time.Time) float64 {
	first, second := readings(shown)
	if second > first {
		c.twice++
		if first < c.last-untidy && !c.disorder {
			first = second
		}
	}
	c.disorder = c.disorder || first < c.last-untidy
	c.last = max(c.last, first)
	return first
}

// notBefore is the first moment that a clock can have meant which is not before another one; the first where none is. Clocks
// of several machines may differ.
func notBefore(at float64, shown time.Time) float64 {
	first, second := readings(shown)
	if first < at-untidy && second >= at-untidy {
		return second
	}
	return first
}

// readings are the two moments at which a clock shows the same; equal but for the hour before it is set back.
func readings(shown time.Time) (first, second float64) {
	const around = 12 * time.Hour // no zone changes its clock twice in so long
	first, second = math.Inf(1), math.Inf(-1)
	for _, near := range []time.Duration{-around, around} {
		_, then := shown.Add(near).Zone()
		_, now := shown.Zone()
		if other := shown.Add(time.Duration(now-then) * time.Second); other.Format(time.DateTime) == shown.Format(time.DateTime) {
			at := float64(other.UnixMicro()) / 1e6
			first, second = min(first, at), max(second, at)
		}
	}
	if first > second { // a time that the clock skipped
		first = float64(shown.UnixMicro()) / 1e6
		second = first
	}
	return first, second
}

// Of a number that is a time: above it, it counts milliseconds since 1970 instead of seconds.
const milliseconds = 1e11

// How tables write times, with a zone and without.
var (
	zoned = []string{
		time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999 -0700",
		"2006-01-02 15:04:05.999999999 MST",
	}
	layouts = append(slices.Clone(zoned), "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999")
)

// timeOf reads a time, s since 1970; NaN where there is none. One that says no zone is returned as the clock showed it, too.
func timeOf(text string, zone *time.Location) (at float64, shown time.Time, err error) {
	if text == "" || text == "null" || text == "None" || text == "NULL" {
		return math.NaN(), shown, nil
	}
	if x, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(x) < 1e15 {
		if x > milliseconds {
			x /= 1000
		}
		return x, shown, nil
	}
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			continue
		}
		if !slices.Contains(zoned, layout) {
			shown = t
		}
		if name, offset := t.Zone(); strings.HasSuffix(layout, "MST") && offset == 0 && !slices.Contains([]string{"UTC", "GMT", "WET"}, name) {
			return math.NaN(), shown, fmt.Errorf("%q: nobody knows the zone %s here: want --timezone with the name of the one that has it, such as Europe/Berlin", units.Shorten(text), name)
		}
		return float64(t.UnixMicro()) / 1e6, shown, nil
	}
	return math.NaN(), shown, fmt.Errorf("%q: want seconds or milliseconds since 1970, or a time such as 2026-05-01T12:00:00Z", units.Shorten(text))
}
