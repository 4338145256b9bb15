package workloads

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/simrun/des"
)

// Dist is the law of a quantity that is never negative: a duration in seconds, a size, a count. It is immutable, so
// classes and sources may share it; drawing allocates nothing.
type Dist interface {
	// Draw takes one value from the stream.
	Draw(s *des.Stream) float64
	// Mean is the expected value, in the unit of the quantity.
	Mean() float64
	// CV is the coefficient of variation, standard deviation / mean; +Inf if the variance is infinite.
	CV() float64
	// String writes the law as a scenario file does, for a duration.
	String() string
}

// positive refuses what is not a finite number above 0.
func positive(name string, v float64) error {
	if v > 0 && !math.IsInf(v, 0) {
		return nil
	}
	return fmt.Errorf("%s: %v: want a finite number > 0", name, v)
}

// notNegative refuses what is not a finite number of at least 0.
func notNegative(name string, v float64) error {
	if v >= 0 && !math.IsInf(v, 0) {
		return nil
	}
	return fmt.Errorf("%s: %v: want a finite number >= 0", name, v)
}

// shares checks weights, of which there must be n, and returns them cumulated and divided by their sum, so that a
// uniform number picks one by the first entry above it.
func shares(weights []float64, n int) ([]float64, error) {
	if n == 0 {
		return nil, fmt.Errorf("weights: want at least 1")
	}
	if len(weights) != n {
		return nil, fmt.Errorf("weights: %d: want %d, one for each part", len(weights), n)
	}
	var sum float64
	for _, w := range weights {
		if err := notNegative("weight", w); err != nil {
			return nil, err
		}
		sum += w
	}
	if err := positive("sum of weights", sum); err != nil {
		return nil, err
	}
	upto := make([]float64, n)
	var below float64
	for i, w := range weights {
		below += w
		upto[i] = below / sum
	}
	// Rounding must not leave a gap below 1, nor give it to a part of weight 0.
	for i := n - 1; i >= 0; i-- {
		upto[i] = 1
		if weights[i] > 0 {
			break
		}
	}
	return upto, nil
}

// pick returns the part that the uniform number u in [0, 1) falls into.
func pick(upto []float64, u float64) int {
	i := 0
	for u >= upto[i] {
		i++
	}
	return i
}

// spread returns the CV of a law with this mean and second moment.
func spread(mean, second float64) float64 {
	if mean == 0 {
		return 0
	}
	return math.Sqrt(max(0, second/float64(mean*mean)-1))
}

// seconds writes a duration given in seconds with the largest unit that leaves it a whole number, or else with
// decimals of a second or of a millisecond, down to the nanosecond.
func seconds(v float64) string {
	if v >= 1e9 {
		return strconv.FormatFloat(v, 'g', -1, 64) + "s"
	}
	t := des.Seconds(v)
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if t > 0 && t%unit.size == 0 {
			return strconv.FormatInt(int64(t/unit.size), 10) + unit.name
		}
	}
	switch {
	case t == 0:
		return "0s"
	case t >= time.Second:
		return decimal(t, 9) + "s"
	}
	return decimal(t, 6) + "ms"
}

// decimal writes t / 10^places nanoseconds without trailing zeros.
func decimal(t time.Duration, places int) string {
	one := int64(math.Pow10(places))
	s := fmt.Sprintf("%d.%0*d", int64(t)/one, places, int64(t)%one)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// number writes a plain number.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// list writes values in brackets; a long list is cut, and says how long it is.
func list(values []float64, write func(float64) string) string {
	const shown = 8
	var b strings.Builder
	b.WriteByte('[')
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		if i == shown {
			fmt.Fprintf(&b, "... %d values", len(values))
			break
		}
		b.WriteString(write(v))
	}
	b.WriteByte(']')
	return b.String()
}
