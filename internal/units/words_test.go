package units

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	names := []string{"queues", "concurrency", "acks_late", "a"}
	for name, want := range map[string]string{
		"queue": "queues", "qeueus": "queues", "Queues": "queues", "concurency": "concurrency", "ack_late": "acks_late",
		"colour": "", "b": "", "": "", strings.Repeat("queues", 100): "",
	} {
		assert.Equal(t, want, Nearest(name, names), name)
	}
	assert.Equal(t, 1, distance("ab", "ba"), "neighbours swapped")
	assert.Equal(t, 3, distance("kitten", "sitting"))
	assert.Equal(t, 4, distance("", "four"))
}
