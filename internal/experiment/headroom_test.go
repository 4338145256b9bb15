package experiment

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A limit and the ends of its interval have the same decimals, as many as the interval leaves open.
func TestDigitsOfAnInterval(t *testing.T) {
	for _, tt := range []struct {
		at, low, high float64
		want          string
	}{
		{0.8, 0.74, 0.86, "0.80x the load (0.74x to 0.86x)"},
		{1.234, 1.1, 1.3, "1.23x the load (1.10x to 1.30x)"},
		{6.001, 5.97, 6.026, "6.00x the load (5.97x to 6.03x)"},
		{0.249, 0.2488, 0.3841, "0.25x the load (0.25x to 0.38x)"},
		{0.75861, 0.7398, 0.7782, "0.759x the load (0.740x to 0.778x)"},
		{0.962, 0.915, 1.016, "0.96x the load (0.92x to 1.02x)"},
		{1.96, 1.906, 2.007, "1.96x the load (1.91x to 2.01x)"},
		{1.9, 1.87, 2.1, "1.90x the load (1.87x to 2.10x)"},
		{3, 1, 5, "3x the load (1x to 5x)"},
		{2.51, 1.5, 3.5, "2.5x the load (1.5x to 3.5x)"},
		{7.9, 0.125, 8, "7.9x the load (0.1x to 8.0x)"},
		{0.1, 0, 1.2, "0.1x the load (0.0x to 1.2x)"},
		{123.4, 101, 165, "123x the load (101x to 165x)"},
		{1.0204, 1.02035, 1.02045, "1.020x the load (1.020x to 1.020x)"},
		{0.00123, 0.001, 0.0019, "0.0012x the load (0.0010x to 0.0019x)"},
		{1.5, 1.5, 1.5, "1.5x the load (1.5x to 1.5x)"},
	} {
		h := Headroom{Factor: tt.at, Low: &tt.low, High: &tt.high}
		assert.Equal(t, tt.want, h.Load())
		f := Flip{Unit: "x", At: tt.at, Low: h.Low, High: h.High}
		assert.Equal(t, h.String(), f.Show(tt.at), "a flip is written as a limit is")
	}
	assert.Equal(t, "1.23x the load", Headroom{Factor: 1.2345}.Load())
	low, high := 0.885, 0.917
	assert.Equal(t, "1x", (&Flip{Unit: "x", Now: 1, At: 0.901, Low: &low, High: &high}).Show(1), "what the file says is exact")
}
