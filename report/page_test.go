package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

func pageOf(t *testing.T) string {
	t.Helper()
	sc, r := fixture()
	var b bytes.Buffer
	require.NoError(t, HTML(&b, sc, r, nil))
	return b.String()
}

func TestPageAnswersFirst(t *testing.T) {
	page := pageOf(t)
	_, r := fixture()
	order := []string{
		together(r.Verdict.Headline), "<h2>Layouts", "<h2>What to change", "celery -A app worker", "Exact inputs</a>", "<h2>Who waits for what", "<h2>Why, layout by layout", "<h2>Against the targets",
		"<h2>Every target", "<h2>Warnings (2)", "<h2>How waits are spread", "<h2>Over time", "<h2>Workers", "<h2>How it was computed", "<h2>Exact inputs", "confidence: 95%",
	}
	at := 0
	for _, want := range order {
		i := strings.Index(page[at:], want)
		require.GreaterOrEqual(t, i, 0, "%q is missing, or comes too early", want)
		at += i
	}
	for _, figure := range []string{"9.17 s", "8.71 .. 9.63 s", "20.2 %", "60.1 ms", "144 tasks/h", "passes up to 1.18x the load", "9f2c7a1e"} {
		assert.Contains(t, page, together(figure))
	}
	assert.Contains(t, page, "not certainty about production")
	assert.Contains(t, page, "have not been verified against real Celery")
}

func TestPageLoadsNothing(t *testing.T) {
	page := pageOf(t)
	links := regexp.MustCompile(`(?i)\b(?:src|href|action|data|poster)\s*=\s*["']([^"']*)`).FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, links)
	for _, l := range links {
		assert.True(t, l[1] == "data:," || strings.HasPrefix(l[1], "#"), l[1])
	}
	assert.NotContains(t, page, "@import")
	assert.NotContains(t, page, "url(")
	csp := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(page)[1]
	assert.Contains(t, csp, "default-src")
	assert.NotContains(t, csp, "http")
	for kind, inside := range map[string]string{"script": `<script>(?s)(.*?)</script>`, "style": `<style>(?s)(.*?)</style>`} {
		found := regexp.MustCompile(inside).FindAllStringSubmatch(page, -1)
		assert.Len(t, found, 2, kind)
		for _, f := range found {
			assert.Contains(t, html.UnescapeString(csp), hash(f[1]), "what stands there is what is allowed")
		}
	}
}

// A person on the phone reads the answer before anything folds: no more than five sentences.
func TestFiveSentencesBeforeTheFold(t *testing.T) {
	page := pageOf(t)
	banner := regexp.MustCompile(`(?s)<div class="banner".*?</div>`).FindString(page)
	assert.LessOrEqual(t, strings.Count(banner, "<p")+strings.Count(banner, "<h1"), 5)
}

// The load at which the layout to run breaks, and what, stands there, too; through what is told behind a fold.
func TestTheBannerHasTheLimit(t *testing.T) {
	_, r := fixture()
	name := *r.Verdict.Recommend
	h := r.Verdict.Headroom[name]
	h.Breaks = &experiment.Break{Class: "notify", Metric: &waitP95, Behind: map[string]float64{"backup": 1}}
	r.Verdict.Headroom[name] = h
	var b bytes.Buffer
	require.NoError(t, HTML(&b, &scenarios.Scenario{}, r, nil))
	banner := regexp.MustCompile(`(?s)<div class="banner".*?</div>`).FindString(b.String())
	assert.Contains(t, banner, "<p>Limit of "+name+": at 1.18x the load notify wait p95 breaks.</p>")
	assert.Contains(t, b.String(), together("notify wait p95 breaks: 100 % of its wait is behind backup"))
	assert.LessOrEqual(t, strings.Count(banner, "<p")+strings.Count(banner, "<h1"), 5)
}

// Nothing is shown that is zero everywhere.
func TestColumnsOfZerosAreLeftOut(t *testing.T) {
	g := &grid{Head: []string{"a", "b", "c"}, Text: 1, Groups: []group{{Rows: [][]string{{"x", "0 %", "1"}, {"y", "–", "0"}}}}}
	assert.Equal(t, []string{"a", "c"}, g.telling().Head)
	assert.Equal(t, []string{"y", "0"}, g.telling().Groups[0].Rows[1])
}

func TestPageIsSmall(t *testing.T) {
	assert.Less(t, len(pageOf(t)), 400_000)
}

func TestHeadingsDescendByOne(t *testing.T) {
	last := 0
	for _, h := range regexp.MustCompile(`<h([1-6])>`).FindAllStringSubmatch(pageOf(t), -1) {
		level := int(h[1][0] - '0')
		assert.LessOrEqual(t, level, last+1, "a heading skips a level")
		if level == 1 {
			assert.Zero(t, last, "one h1, at the top")
		}
		last = level
	}
	assert.Positive(t, last)
}

func TestTablesAndPicturesAreLabelled(t *testing.T) {
	page := pageOf(t)
	for _, th := range regexp.MustCompile(`<th\b[^>]*>`).FindAllString(page, -1) {
		assert.Contains(t, th, "scope=")
	}
	page, _, _ = strings.Cut(page, `<script type="application/json"`)
	assert.Equal(t, strings.Count(page, "<table>"), strings.Count(page, "<caption>"))
	_, r := fixture()
	assert.Equal(t, len(Plots(r)), strings.Count(page, `role="img" aria-label="`))
}

// Names come from a file that anyone may have written: none may become markup, on the page or in a picture.
func TestNamesAreEscaped(t *testing.T) {
	sc, r := fixture()
	evil := `<script>alert("x")</script>&`
	for i := range r.Strategies {
		r.Strategies[i].Classes[0].Name = evil
		r.Strategies[i].Name += evil
		r.Strategies[i].Queues[0].Name = evil
		r.Strategies[i].Workers[0].Name = evil
	}
	r.Verdict.Headline, sc.Expanded = evil, evil
	var b bytes.Buffer
	require.NoError(t, HTML(&b, sc, r, nil))
	assert.NotContains(t, b.String(), "<script>alert")
	for _, p := range Plots(r) {
		svg, err := p.SVG()
		require.NoError(t, err)
		wellFormed(t, svg)
		assert.NotContains(t, string(svg), "<script>")
		assert.Regexp(t, `^[A-Za-z0-9._-]+$`, p.File)
	}
}

func wellFormed(t *testing.T, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}

func TestPlots(t *testing.T) {
	_, r := fixture()
	var files []string
	for _, p := range Plots(r) {
		files = append(files, p.File)
		first, err := p.SVG()
		require.NoError(t, err)
		wellFormed(t, first)
		again, err := p.SVG()
		require.NoError(t, err)
		assert.Equal(t, string(first), string(again), "%s: drawing twice gives the same bytes", p.File)
		assert.Contains(t, string(first), ours)
		assert.Contains(t, string(first), "<title>")
		assert.NotContains(t, string(first), "NaN")
		assert.Less(t, len(first), 100_000, "%s is kept in git", p.File)
	}
	assert.Equal(t, []string{
		"bars-wait-notify", "bars-response-backup", "causes-notify", "causes-backup", "cdf-wait-notify", "cdf-wait-backup", "queues", "busy", "utilization",
	}, files)

	_, anew := fixture()
	for i, p := range Plots(anew) {
		want, err := Plots(r)[i].SVG()
		require.NoError(t, err)
		got, err := p.SVG()
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s: the same result gives the same bytes", p.File)
	}
}

func TestPlotsSayWhatTheyShow(t *testing.T) {
	_, r := fixture()
	texts := map[string]string{}
	for _, p := range Plots(r) {
		svg, err := p.SVG()
		require.NoError(t, err)
		texts[p.File] = string(svg)
	}
	for file, wants := range map[string][]string{
		"bars-wait-notify":     {"target: p95 at most 200 ms", "9.17 s, fails", "60.1 ms, passes", "wait, from intended arrival to start", "one-pool (today)"},
		"bars-response-backup": {"unstable: the queue grows without end"},
		"causes-notify":        {"reserved by a busy worker", "70 % of it reserved"},
		"cdf-wait-notify":      {"target: 95 % within 200 ms", "observed, 1 run", "share of tasks", "separated"},
		"queues":               {"tasks", "worst 5 m", "time since"},
		"busy":                 {"slots", "all slots", "worker_high_priority"},
		"utilization":          {"48 % of 2 slots"},
	} {
		for _, want := range wants {
			assert.Contains(t, texts[file], want, file)
		}
	}
	dashed := regexp.MustCompile(`stroke-dasharray:[^;"]*`).FindAllString(texts["cdf-wait-notify"], -1)
	kinds := map[string]bool{}
	for _, d := range dashed {
		kinds[d] = true
	}
	assert.GreaterOrEqual(t, len(kinds), 4, "strategies differ in their dashes, not only in colour")
}

func TestPlotsWithTheSameFileNameStayApart(t *testing.T) {
	_, r := fixture()
	for i := range r.Strategies {
		r.Strategies[i].Classes[0].Name, r.Strategies[i].Classes[1].Name = "a b", "a/b"
	}
	seen := map[string]bool{}
	for _, p := range Plots(r) {
		assert.False(t, seen[p.File], p.File)
		seen[p.File] = true
	}
}

func TestPNG(t *testing.T) {
	_, r := fixture()
	b, err := Plots(r)[0].PNG()
	require.NoError(t, err)
	assert.Equal(t, "\x89PNG", string(b[:4]))
}

// Where no figure is known there is nothing to draw: the tables say why.
func TestNoPictureOfNoFigure(t *testing.T) {
	_, r := fixture()
	for i := range r.Strategies {
		for j := range r.Strategies[i].Classes {
			c := &r.Strategies[i].Classes[j]
			if c.Wait != nil {
				for _, e := range []*experiment.Estimate{c.Wait.P50, c.Wait.P95, c.Wait.P99} {
					if e != nil {
						e.Value = math.NaN()
					}
				}
			}
		}
	}
	for _, p := range Plots(r) {
		assert.False(t, strings.HasPrefix(p.File, "bars-wait"), p.File)
	}
}

func TestBarsAreDrawnAsTheTerminalHasThem(t *testing.T) {
	for text, want := range map[string]string{
		"######|#####>": "H108V10", "###···|": "H27V10", "######|###": "H90V10", "······|": "H0V10",
	} {
		drawn := string(barOf(text, "fail"))
		assert.Contains(t, drawn, want, text)
		assert.Contains(t, drawn, `class="target" d="M57 0`, text)
		assert.Equal(t, strings.HasSuffix(text, ">"), strings.Contains(drawn, "l9 5"), text)
	}
	assert.Empty(t, barOf("", "pass"))
}
