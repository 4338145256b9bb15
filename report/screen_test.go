package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"example.com/simrun/internal/experiment"
)

func TestScreenGolden(t *testing.T) {
	_, r := fixture()
	golden(t, "screen.txt", Screen(r, 80, false)+Histogram(r, "notify", 80, false))
}

// One screen of 24 lines and 80 characters holds the answer, however many layouts there are; commands alone may be longer.
func TestScreenFits(t *testing.T) {
	_, r := fixture()
	for i := range 12 {
		s := r.Strategies[i%4]
		s.Name = fmt.Sprintf("%s-with-a-setting-%d", s.Name, i)
		r.Strategies = append(r.Strategies, s)
	}
	shown := Screen(r, 80, false)
	assert.LessOrEqual(t, rowsOf(shown, 80), screenRows, shown)
	assert.Contains(t, shown, "more with -v")
	assert.Contains(t, shown, "=  one-pool ", "today's is there")
	assert.Contains(t, shown, ">  message-", "and the recommended one")
	for line := range strings.SplitSeq(shown, "\n") {
		if !strings.HasPrefix(line, "$ ") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), 80, line)
		}
	}
}

// Whatever the screen says, the long form says, too.
func TestTheLongFormHasEverything(t *testing.T) {
	_, r := fixture()
	long := Text(r, 80, false)
	for line := range strings.SplitSeq(Screen(r, 80, false), "\n") {
		if !strings.HasPrefix(line, "$ ") && !strings.HasPrefix(line, "-v: ") && !strings.Contains(line, "-v shows how") {
			assert.Contains(t, long, line)
		}
	}
}

// A narrow terminal breaks lines between words.
func TestNarrowTerminalsKeepWordsWhole(t *testing.T) {
	_, r := fixture()
	r.Strategies[0].Name, r.Verdict.Baseline = "separated-with-limits", "separated-with-limits"
	words := map[string]bool{}
	for word := range strings.FieldsSeq(Text(r, 400, false)) {
		for _, part := range parts(word, 1) {
			words[part] = true
			words[strings.TrimRight(part, ",")] = true
		}
		words[word] = true
	}
	for _, width := range []int{40, 60, 80} {
		for word := range strings.FieldsSeq(Text(r, width, false)) {
			for _, part := range parts(strings.Trim(word, "(),─"), 1) {
				assert.True(t, part == "" || words[part] || words[part+","] || words["("+part] || words[part+")"] || words["("+part+")"], "%d: %q is no word", width, part)
			}
		}
	}
}

// A figure and its unit are read at one glance: no line ends between them, at any width that has room for both.
func TestNoLineEndsInsideOfAFigure(t *testing.T) {
	_, r := fixture()
	apart := regexp.MustCompile(`(?m)\d\n *(?:[nµm]?s|[mhd%B]|[KMGT]iB|EUR)\b.*$`)
	for width := 40; width <= 120; width++ {
		assert.Empty(t, apart.FindAllString(Text(r, width, false), -1), "%d", width)
	}
}

func TestWrap(t *testing.T) {
	assert.Equal(t, "one two\nthree", wrap("one two three", 8))
	assert.Equal(t, "separated-\nwith-limits", wrap("separated-with-limits", 12))
	assert.Equal(t, "  a b\n  c", wrap("  a b c", 5), "the indent stays")
	assert.Equal(t, "unbreakable", wrap("unbreakable", 4))
	assert.Empty(t, wrap("", 4))
	assert.Equal(t, "for 12.4 %\nof 2 m 5 s\nat 1 234 567\nof p95\n316 USD", wrap("for 12.4 % of 2 m 5 s at 1 234 567 of p95 316 USD", 12), "a figure stays whole")
	assert.Equal(t, "p95\n500 ms", wrap("p95 500 ms", 7), "a name is no figure")
	assert.Equal(t, "is\n6 m 59 s", wrap("is 6 m 59 s", 9), "nor does one with two units come apart")
	assert.Equal(t, 3, visible("\x1b[31mbad\x1b[0m"))
}

func TestDecidingFigure(t *testing.T) {
	_, r := fixture()
	own := decides(r, &r.Strategies[1])
	assert.Equal(t, "notify wait p95", own.name(), "what all share is compared, where it fails")
	assert.Equal(t, "no", passing(&r.Strategies[1]))
	assert.Equal(t, "~", difference(&experiment.Comparison{Metric: waitP95, Difference: &experiment.Estimate{Value: 1, Low: new(-1.0), High: new(3.0)}}))
	assert.Equal(t, "+2 s", difference(&experiment.Comparison{Metric: waitP95, Difference: est(2, 0.1)}))
	assert.Empty(t, cause(&experiment.Result{}))
	for share, want := range map[float64]string{0.1: "###···|", 0.2: "######|", 0.3: "######|###", 1: "######|#####>", 0: "······|"} {
		d := deciding{"notify", &experiment.SLO{Metric: waitP95, Target: 0.2, Value: est(share, 0)}}
		assert.Equal(t, want, against(&d), "%g", share)
	}
}

// A headroom has the same digits wherever it stands.
func TestAHeadroomIsRoundedOnce(t *testing.T) {
	metric := waitP95
	r := &experiment.Result{Strategies: []experiment.Strategy{{Name: "pool"}}, Verdict: experiment.Verdict{
		Baseline: "pool", Headroom: map[string]experiment.Headroom{"pool": {Factor: 1.3642, Low: new(1.345), High: new(1.3801), Breaks: &experiment.Break{Class: "a", Metric: &metric}}},
	}}
	assert.Equal(t, "1.364x", load(r, &r.Strategies[0]))
	assert.Equal(t, "passes up to 1.364x the load (1.345x to 1.380x)", headroom(r, &r.Strategies[0]))
	assert.Equal(t, "Limit of pool: at 1.364x the load (1.345x to 1.380x) a wait p95 breaks.", limit(r, (*experiment.Break).Sentence))
	flip := experiment.Flip{Unit: "x", At: 1.3642, Low: new(1.345), High: new(1.3801)}
	assert.Equal(t, "1.364x", flip.Show(flip.At))
}
