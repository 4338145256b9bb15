package scenarios

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"simrun/des"
)

// unit is a suffix and what it multiplies by.
type unit struct {
	name   string
	factor float64
}

// quantity is a kind of number with its units and bounds, in the first unit that has factor 1.
type quantity struct {
	noun     string // "a duration"
	examples string // "20ms, 1.5s, 2m, 1h or 3d"
	law      string // a law of it
	units    []unit // the empty name allows a plain number
	whole    bool
	above    bool // the lower bound itself is not allowed
	min, max float64
}

// The longest duration is a hundred years: des.Time ends after 292.
const longest = 36500 * 86400

func durations() quantity {
	return quantity{
		noun: "a duration", examples: "20ms, 1.5s, 2m, 1h or 3d", law: "{exponential: 1s}", max: longest,
		units: []unit{{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}},
	}
}

func rates() quantity {
	return quantity{
		noun: "a rate", examples: "12/s, 30/min, 0.19/h or 5/day", max: 1e9,
		units: []unit{{"/s", 1}, {"/min", 1.0 / 60}, {"/h", 1.0 / 3600}, {"/day", 1.0 / 86400}},
	}
}

func prices() quantity {
	return quantity{noun: "a price", examples: "0.19/h", max: 1e12, units: []unit{{"/h", 1}}}
}

func shares() quantity {
	return quantity{noun: "a share", examples: "5%", max: 1, units: []unit{{"%", 0.01}}}
}

func cores() quantity {
	return quantity{noun: "a number of cores", examples: "4, 0.5 or 500m", max: 1e6, units: []unit{{"", 1}, {"m", 0.001}}}.positive()
}

func numbers() quantity {
	return quantity{noun: "a number", max: 1e12, units: []unit{{"", 1}}}
}

func wholes(low, high int) quantity {
	return quantity{noun: "a whole number", whole: true, min: float64(low), max: float64(high), units: []unit{{"", 1}}}
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
const form = `(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?`

var (
	written = regexp.MustCompile(`^(-?` + form + `)(.*)$`)
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
		x, err := strconv.ParseFloat(m[1], 64)
		if err != nil { // out of range
			return 0, fmt.Errorf("%s: want %s", v.found(), q.want())
		}
		return q.bound(v, scale(x, u.factor))
	}
	return 0, fmt.Errorf("%s: want %s", v.found(), q.want())
}

// scale multiplies by a factor, and divides by its inverse where that is the whole number: 5 % is the number nearest
// to 0.05, and 30/min exactly half a task a second.
func scale(x, factor float64) float64 {
	if inverse := math.Round(1 / factor); factor < 1 && inverse > 1 {
		return x / inverse
	}
	return x * factor
}

func (q quantity) bound(v *value, x float64) (float64, error) {
	switch {
	case q.whole && x != math.Trunc(x):
		return 0, fmt.Errorf("%s: want %s", v.found(), q.want())
	case x <= q.min && q.above:
		return 0, fmt.Errorf("%s: want more than %s", v.found(), q.format(q.min))
	case x < q.min:
		return 0, fmt.Errorf("%s: want at least %s", v.found(), q.format(q.min))
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

// format writes a bound in the plainest unit.
func (q quantity) format(x float64) string {
	best := q.units[0]
	for _, u := range q.units {
		if u.factor == 1 {
			best = u
		}
	}
	if len(q.units) == 1 {
		best = q.units[0]
	}
	if x >= longest && best.name == "s" {
		best = unit{"d", 86400}
	}
	return strconv.FormatFloat(x/best.factor, 'f', -1, 64) + best.name
}

// formatTime writes a duration with the largest unit that keeps it short, exactly.
func formatTime(t des.Time) string {
	for _, u := range []unit{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}} {
		if n := des.Time(u.factor * 1e9); t != 0 && t%n == 0 {
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
