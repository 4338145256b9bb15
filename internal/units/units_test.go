package units

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestDuration(t *testing.T) {
	for s, want := range map[float64]string{
		0: "0 s", 22e-9: "< 1 µs", -233e-9: "< 1 µs", 0.9994e-6: "< 1 µs", 0.9996e-6: "1 µs", 2.5e-6: "2.5 µs", 0.000999: "999 µs", 0.0009996: "1 ms", 0.183: "183 ms", 0.1834: "183 ms", 0.9996: "1 s", 1: "1 s",
		1.236: "1.24 s", 12.34: "12.3 s", 59.94: "59.9 s", 59.96: "1 m", 60: "1 m", 125: "2 m 5 s", 3599.6: "1 h", 3600: "1 h", 5400: "1 h 30 m", 86400: "1 d",
		90000: "1 d 1 h", 1e7: "115 d 18 h", -0.5: "-500 ms", math.NaN(): "–", math.Inf(1): "–",
	} {
		assert.Equal(t, want, Duration(s), "%v s", s)
	}
}

func TestShareNeverRoundsToAllOrNothing(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0 %", 1: "100 %", 0.952: "95.2 %", 0.05: "5 %", 0.00012: "0.012 %", 0.0000926: "0.00926 %", 0.9999: "99.99 %", 0.99996: "99.996 %", 0.999: "99.9 %",
		0.9999999999: "> 99.999999 %", math.NaN(): "–",
	} {
		assert.Equal(t, want, Share(x), "%v", x)
	}
}

func TestRangeNamesTheUnitOnceWhereItCan(t *testing.T) {
	assert.Equal(t, "183 .. 201 ms", Range(0.183, 0.201))
	assert.Equal(t, "950 ms .. 1.2 s", Range(0.95, 1.2))
	assert.Equal(t, "1 m 5 s .. 1 m 20 s", Range(65, 80))
	assert.Equal(t, "1 h 5 s .. 1 h 20 s", Range(3605, 3620))
	assert.Equal(t, "1 d 2 h 4 m .. 1 d 2 h 20 m", Range(93840, 94800))
	assert.Equal(t, "58 m .. 1 h 2 m", Range(3480, 3720))
}

func TestCount(t *testing.T) {
	for x, want := range map[float64]string{0: "0", 0.125: "0.125", 14.25: "14.2", 99.96: "100", 144: "144", 21600: "21 600", 18400000: "18 400 000", -1500: "-1 500", -500: "-500"} {
		assert.Equal(t, want, Count(x), "%v", x)
	}
}
