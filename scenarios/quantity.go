package scenarios

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
)

// unit is a suffix and the fraction that it multiplies by.
type unit struct {
	name     string
	num, den int64
}

// quantity is a kind of number with its units and bounds, in the unit whose fraction is 1.
type quantity struct {
	noun     string // "a duration"
	examples string // "20ms, 1.5s, 2m, 1h or 3d"
	law      string // a law of it
	units    []unit // the empty name allows a plain number
	whole    bool
	above    bool // the lower bound itself is not allowed
	min, max float64
	least    float64 // the smallest above 0: what is less would be taken for 0
}

// The longest duration is a hundred years: des.Time ends after 292.
const longest = 36500 * 86400

// A run may take 70 years in all, so that its tasks may take as long again.
const longestRun = 25550 * 86400

func durations() quantity {
	return quantity{
		noun: "a duration", examples: "20ms, 1.5s, 2m, 1h or 3d", law: "{exponential: 1s}", max: longest, least: 1e-9,
		units: []unit{{"ms", 1, 1000}, {"s", 1, 1}, {"m", 60, 1}, {"h", 3600, 1}, {"d", 86400, 1}},
	}
}

func rates() quantity {
	return quantity{
		noun: "a rate", examples: "12/s, 30/min, 20/h or 5/day", max: 1e9,
		units: []unit{{"/s", 1, 1}, {"/min", 1, 60}, {"/h", 1, 3600}, {"/day", 1, 86400}},
	}
}

// limits are rates that may also be written as Celery writes them: 300/m.
func limits() quantity {
	q := rates()
	q.examples = "5/s, 300/m or 10/h"
	q.units = append(q.units, unit{"/m", 1, 60})
	return q
}

func prices() quantity {
	return quantity{noun: "a price", examples: "0.19/h", max: 1e12, units: []unit{{"/h", 1, 1}}}
}

func shares() quantity {
	return quantity{noun: "a share", examples: "5%", max: 1, units: []unit{{"%", 1, 100}}}
}

// LeastCores and MostCores bound what a machine has, and what a container may use: Kubernetes takes no less than 1m.
const (
	LeastCores = 0.001
	MostCores  = 1e6
)

func cores() quantity {
	return quantity{noun: "a number of cores", examples: "4, 0.5 or 500m", least: LeastCores, max: MostCores, units: []unit{{"", 1, 1}, {"m", 1, 1000}}}.positive()
}

func numbers() quantity {
	return quantity{noun: "a number", max: 1e12, units: []unit{{"", 1, 1}}}
}

func wholes(low, high int) quantity {
	return quantity{noun: "a whole number", whole: true, min: float64(low), max: float64(high), units: []unit{{"", 1, 1}}}
}

// positive is q without zero.
func (q quantity) positive() quantity {
	q.above = true
	return q
}

// from is q with another lower bound.
func (q quantity) from(low float64) quantity {
	q.min = low
	return q
}

// upTo is q with another upper bound.
func (q quantity) upTo(high float64) quantity {
	q.max = high
	return q
}

// form is a number as JSON has it: YAML would read 010 as eight, and 1_000 and 0x10 as numbers too.
const form = `(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?`

var (
	written = regexp.MustCompile(`^(-?` + form + `)(.*)$`)
	letters = regexp.MustCompile(`^[/%]?[A-Za-zµ]+$`)
	octal   = regexp.MustCompile(`^[+-]?0[0-9_oOxXbB]`)
)

// parse reads a scalar. The error is what to say of it, without its path.
func (q quantity) parse(v *value) (float64, error) {
	if v.kind != text && v.kind != number {
		return 0, fmt.Errorf("%s: want %s", v.found(), q.want())
	}
	if octal.MatchString(v.text) {
		return 0, fmt.Errorf("%s: looks octal or hexadecimal: want %s, in decimal", v.found(), q.want())
	}
	m := written.FindStringSubmatch(v.text)
	if m == nil {
		return 0, fmt.Errorf("%s: want %s", v.found(), q.want())
	}
	for _, u := range q.units {
		if m[2] != u.name || u.name == "" && v.kind == text {
			continue
		}
		if x, ok := u.times(m[1]); ok {
			return q.bound(v, x)
		}
	}
	return 0, fmt.Errorf("%s: %swant %s%s", v.found(), q.amiss(m[2]), q.want(), q.meant(m[1], m[2]))
}

// amiss says what is wrong with the unit of a number; nothing where it may have none.
func (q quantity) amiss(name string) string {
	plain := false
	for _, u := range q.units {
		plain = plain || u.name == ""
		if u.name == name && name != "" {
			return "" // the number is what cannot be
		}
	}
	switch {
	case name == "" && !plain:
		return "the unit is missing: "
	case slices.ContainsFunc(q.units, func(u unit) bool { return u.name != "" && u.name == strings.TrimSpace(name) }):
		return "a space before the unit: "
	case !letters.MatchString(name) || plain && len(q.units) == 1:
		return ""
	}
	return fmt.Sprintf("unknown unit %q: ", units.Shorten(name))
}

// meant guesses at a rate written as Celery writes limits.
func (q quantity) meant(number, name string) string {
	if q.noun == rates().noun && name == "/m" {
		return fmt.Sprintf("; did you mean %s/min?", number)
	}
	return ""
}

// times returns the float nearest to the number written times the unit: 99.9 % is 0.999, and not the nearest to 99.9,
// divided by a hundred.
func (u unit) times(digits string) (float64, bool) {
	if len(digits) > 64 { // exact arithmetic takes its time
		return 0, false
	}
	x, ok := new(big.Rat).SetString(digits)
	if !ok {
		return 0, false
	}
	f, _ := x.Mul(x, big.NewRat(u.num, u.den)).Float64()
	return f, !math.IsInf(f, 0)
}

func (q quantity) bound(v *value, x float64) (float64, error) {
	switch {
	case q.whole && x != math.Trunc(x):
		return 0, fmt.Errorf("%s: want %s", v.found(), q.want())
	case x <= q.min && q.above:
		return 0, fmt.Errorf("%s: want more than %s", v.found(), q.format(q.min))
	case x < q.min:
		return 0, fmt.Errorf("%s: want at least %s", v.found(), q.format(q.min))
	case x > 0 && x < q.least:
		return 0, fmt.Errorf("%s: want at least %s", v.found(), q.format(q.least))
	case x > q.max:
		return 0, fmt.Errorf("%s: want at most %s", v.found(), q.format(q.max))
	}
	return x, nil
}

func (q quantity) want() string {
	if q.examples == "" {
		return q.noun
	}
	return q.noun + " such as " + q.examples
}

// format writes a bound in the unit of its own, days for the longest times.
func (q quantity) format(x float64) string {
	best := q.units[0]
	for _, u := range q.units {
		if u.num == u.den || x == longest && u.name == "d" {
			best = u
		}
	}
	return strconv.FormatFloat(x*float64(best.den)/float64(best.num), 'f', -1, 64) + best.name
}

// formatTime writes a duration with the largest unit that keeps it short, exactly.
func formatTime(t des.Time) string {
	for _, u := range []unit{{"d", 86400, 1}, {"h", 3600, 1}, {"m", 60, 1}, {"s", 1, 1}} {
		if n := des.Time(u.num * 1e9); t != 0 && t%n == 0 {
			return strconv.FormatInt(int64(t/n), 10) + u.name
		}
	}
	if t == 0 {
		return "0s"
	}
	if t >= 1e9 {
		return fixed(int64(t), 9) + "s"
	}
	return fixed(int64(t), 6) + "ms"
}

// fixed writes n x 10^-digits without trailing zeros.
func fixed(n int64, digits int) string {
	s := fmt.Sprintf("%0*d", digits+1, n)
	s = s[:len(s)-digits] + "." + s[len(s)-digits:]
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
