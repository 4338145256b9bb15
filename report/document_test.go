package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sheet is a document with one of everything.
func papers(t *testing.T) *Document {
	t.Helper()
	cdf, ok := CDF("cdf of <a>", "waits of <a>", "wait", []Line{{Name: "predicted", Values: []float64{0, 0.1, 0.2, 3}}, {Name: "observed", Values: []float64{0.1, 0.1, 2}, Observed: true}})
	require.True(t, ok)
	qq, ok := QQ("qq", "runs", []float64{0.1, 0.2, 0.4}, []Law{{Name: "line", Quantile: func(p float64) float64 { return p }}})
	require.True(t, ok)
	return &Document{
		Title: "A <title>", Status: "fail", Headline: "3 of 4 hold in 20 ms.", Text: []string{"Said first."},
		Sections: []Section{
			{Title: "A table", Text: []string{"Said of it."}, Table: &Table{Head: []string{"name", "value", "holds"}, Text: 1, Groups: []Group{{Rows: [][]string{{"a|b", "12 ms", "NO"}}}}, Notes: []string{"Said under it."}}},
			{Title: "Plots", Plots: []Plot{cdf, qq}, Code: "celery -A app worker"},
		},
	}
}

func TestDocumentAsText(t *testing.T) {
	text := TextOf(papers(t), 80, false)
	assert.True(t, strings.HasPrefix(text, "3 of 4 hold in 20 ms.\nSaid first.\n"), text)
	assert.Regexp(t, `(?m)^a\|b +12 ms +NO$`, text)
	assert.Less(t, strings.Index(text, "Said of it"), strings.Index(text, "Said under it"))
	assert.Contains(t, text, "celery -A app worker")
}

func TestDocumentAsMarkdown(t *testing.T) {
	text := MarkdownOf(papers(t))
	for _, want := range []string{"# A &lt;title>\n\n**3 of 4 hold in 20 ms.**\n\nSaid first.\n", "\n## A table\n\nSaid of it.\n\n| name | value | holds |\n", "| a\\|b | 12 ms | NO |", "```\ncelery -A app worker\n```"} {
		assert.Contains(t, text, want)
	}
}

func TestDocumentAsPage(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, HTMLOf(&b, papers(t), "test build"))
	page := b.String()
	for _, want := range []string{"<h1>3 of 4 hold in 20\u00a0ms.</h1>", "A &lt;title&gt;", `class="banner" data-status="none_passes"`, `<td class="text verdict NO" data-label="holds">NO</td>`, "waits of &lt;a&gt;", "test build"} {
		assert.Contains(t, page, want)
	}
	assert.Equal(t, 2, strings.Count(page, "<svg"))
	assert.NotRegexp(t, `(?i)\b(?:src|href)\s*=\s*["']?http`, page)
}

// No heading stands over nothing: plots are on the page alone, and a table may have no rows.
func TestNothingHasNoHeading(t *testing.T) {
	d := papers(t)
	d.Sections[1].Code = ""
	d.Sections = append(d.Sections, Section{Title: "Nothing", Table: &Table{Head: []string{"name"}}})
	for _, text := range []string{TextOf(d, 80, false), MarkdownOf(d)} {
		assert.Contains(t, text, "A table")
		assert.NotContains(t, text, "Plots")
		assert.NotContains(t, text, "Nothing")
	}
	var b bytes.Buffer
	require.NoError(t, HTMLOf(&b, d, "test build"))
	assert.Contains(t, b.String(), "<h2>Plots</h2>")
	assert.NotContains(t, b.String(), "Nothing")
}

func TestPlotsOfNothing(t *testing.T) {
	_, ok := CDF("x", "x", "wait", []Line{{Name: "none"}, {Name: "zeros", Values: []float64{0, 0}}})
	assert.False(t, ok)
	_, ok = QQ("x", "x", nil, []Law{{Name: "law", Quantile: func(float64) float64 { return 1 }}})
	assert.False(t, ok)
}
