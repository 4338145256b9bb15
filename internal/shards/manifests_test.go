package shards_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/shards"
)

// Slurm refuses an array whose last index is MaxArraySize or more, 1001 where nobody has said otherwise.
func TestSlurmSaysWhereAnArrayIsTooLarge(t *testing.T) {
	usual := shards.Slurm("run", "mine.yaml", "mine", 1000)
	assert.Contains(t, usual, "--array 1-1000 ")
	assert.NotContains(t, usual, "MaxArraySize")
	large := shards.Slurm("run", "mine.yaml", "mine", 1001)
	assert.Contains(t, large, "--array 1-1001 ")
	assert.Contains(t, large, "\n# An array of 1001 parts takes MaxArraySize=1002 in slurm.conf, or more; the default takes 1000 parts.\nset -eu\n")
}
