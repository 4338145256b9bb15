package units_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/units"
)

func TestBytes(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0 B", 512: "512 B", 40 << 20: "40 MiB", 1536 << 20: "1.5 GiB", 1000 << 20: "0.977 GiB", 1 << 30: "1 GiB",
		3 << 40: "3 TiB", -(2 << 30): "-2 GiB", math.Inf(1): "–",
	} {
		assert.Equal(t, want, units.Bytes(x))
	}
}
