package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestChancesEndWhereNobodyReadsOn(t *testing.T) {
	for p, want := range map[float64]string{0.5: "0.5", 0.000268: "0.000268", 0.0001: "0.0001", 0.0000999: "< 0.0001", 4.17e-9: "< 0.0001", 0: "< 0.0001"} {
		assert.Equal(t, want, chance(p))
	}
}
