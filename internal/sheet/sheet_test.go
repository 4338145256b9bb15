package sheet_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/sheet"
)

// read takes in the columns a (seconds), n (a whole number, at least 1) and kind, and gives them back.
func read(text string) (rows [][3]any, err error) {
	in := sheet.New("f.csv", strings.NewReader(text), []string{"a", "n"}, "kind")
	for in.Next() {
		rows = append(rows, [3]any{in.Seconds("a"), in.Whole("n", 1), in.Choice("kind", []string{"none", "some"})})
	}
	return rows, in.Err()
}

func TestReads(t *testing.T) {
	rows, err := read("\ufeffn, a,other\n1, 2.5 ,x\n\"3\",-4,\n")
	require.NoError(t, err)
	assert.Equal(t, [][3]any{{2.5, 1, 0}, {-4.0, 3, 0}}, rows, "in any order, with space around, others ignored, optional ones absent")
	rows, err = read("a,n,kind\n1,1,some\n1,1,\n")
	require.NoError(t, err)
	assert.Equal(t, [][3]any{{1.0, 1, 1}, {1.0, 1, 0}}, rows)
}

func TestSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "f.csv:1: no header: want columns a, n",
		"x\n":                        "f.csv:1: a: no such column in the header\nf.csv:1: n: no such column in the header",
		"a,n,kind,kind\n1,1,,\n":     "f.csv:1: kind: more than one such column in the header",
		"a,n\nsoon,0\n":              `f.csv:2: a: "soon": want seconds` + "\n" + `f.csv:2: n: "0": want a whole number >= 1`,
		"a,n\nNaN,1\nInf,1\n":        `f.csv:2: a: "NaN": want seconds` + "\n" + `f.csv:3: a: "Inf": want seconds`,
		"a,n,kind\n1,1,any\n":        `f.csv:2: kind: "any": want none or some`,
		"a,n\n1\n1,1,1\n1,x\n":       "f.csv:2: 1 cells: want 2, as in the header\nf.csv:3: 3 cells: want 2, as in the header\n" + `f.csv:4: n: "x": want a whole number >= 1`,
		"a,n\n1,\"b\nc":              `f.csv:3: column 2: extraneous or missing " in quoted-field`,
		"a,n\n1," + long(100) + "\n": `f.csv:2: n: "` + long(57) + `...": want a whole number >= 1`,
	} {
		_, err := read(text)
		assert.EqualError(t, err, want, "%q", text)
	}
	_, err := read("a,n\n" + strings.Repeat("x,1\n", 1000))
	assert.Equal(t, 19, strings.Count(err.Error(), "\n"), "20 problems are enough")
	broken := errors.New("disk on fire")
	assert.ErrorIs(t, sheet.New("f", iotest.ErrReader(broken), nil).Err(), broken)
}

func TestWrites(t *testing.T) {
	var b strings.Builder
	require.NoError(t, sheet.Write(&b, []string{"a", "n"}, 2, func(i int) []string {
		return [][]string{{sheet.Seconds(0.123456789), "1"}, {sheet.Seconds(math.NaN()), "x,y"}}[i]
	}))
	assert.Equal(t, "a,n\n0.123456789,1\n,\"x,y\"\n", b.String())
}

func long(n int) string { return strings.Repeat("9x", n)[:n] }
