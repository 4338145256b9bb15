package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run that is in its table twice, or whose times no clock shows, is refused where it stands.
func TestRunsThatNobodyRecorded(t *testing.T) {
	const head = "id,class,due,started,ended,outcome,attempts\n"
	_, err := ReadRun("r.csv", strings.NewReader(head+"a,x,0,1,2,ok,1\nb,x,1,1,2,ok,1\n,x,1,1,2,ok,1\n,x,1,1,2,ok,1\n"))
	require.NoError(t, err)
	_, err = ReadRun("r.csv", strings.NewReader(head+"a,x,0,1,2,ok,1\na,x,1,1,2,ok,1\n"))
	assert.EqualError(t, err, `r.csv:3: id: "a": want a row for each task: this id stands above, too`)
	_, err = ReadRun("r.csv", strings.NewReader(head+"a,x,0,1,1e308,ok,1\n"))
	assert.EqualError(t, err, `r.csv:2: ended: "1e308": want seconds of a run, 36500d at most`)
}
