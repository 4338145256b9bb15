package scenarios

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the expected errors anew")

// Every testdata/bad/NAME.yaml is refused with exactly the errors of NAME.txt.
func TestBadFiles(t *testing.T) {
	t.Chdir("testdata/bad")
	files, err := filepath.Glob("*.yaml")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 40)
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			s, err := Read(file)
			require.Error(t, err)
			assert.Nil(t, s)
			var all Errors
			require.ErrorAs(t, err, &all)
			for i, p := range all {
				assert.Equal(t, file, p.File)
				assert.Positive(t, p.Line)
				assert.Positive(t, p.Column)
				assert.NotContains(t, p.Message, "\n", "one problem a line")
				if i > 0 {
					assert.LessOrEqual(t, all[i-1].Line, p.Line, "in the order of the file")
				}
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".txt"
			got := err.Error() + "\n"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got)
		})
	}
}
