package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"net/url"
	"slices"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/workloads"
)

// Entry is one scenario of a run over several: where its page is, relative to the index, and what was found.
type Entry struct {
	Folder string
	Result *experiment.Result
}

// summary is summary.json.
type summary struct {
	Version   int             `json:"version"`
	Simrun    string          `json:"simrun"`
	Scenarios []summaryResult `json:"scenarios"`
}

type summaryResult struct {
	Name           string     `json:"name"`
	Folder         string     `json:"folder"`
	SHA256         string     `json:"sha256"`
	Status         string     `json:"status"`
	Headline       string     `json:"headline"`
	Baseline       string     `json:"baseline"`
	BaselinePasses *bool      `json:"baseline_passes"`
	Recommend      *string    `json:"recommend"`
	Key            *keyFigure `json:"key,omitempty"`
	line
}

// keyFigure is the target that today's layout comes nearest to missing, or misses by most, and what the recommended
// layout makes of it. A value is absent where the queue is unstable.
type keyFigure struct {
	Class     string           `json:"class"`
	Metric    workloads.Metric `json:"metric"`
	Target    float64          `json:"target"`
	Today     *float64         `json:"today,omitempty"`
	Recommend *float64         `json:"recommend,omitempty"`
}

// SummaryJSON writes summary.json.
func SummaryJSON(w io.Writer, entries []Entry) error {
	s := summary{Version: 1, Scenarios: []summaryResult{}}
	for _, e := range entries {
		v := &e.Result.Verdict
		s.Simrun = e.Result.Simrun
		s.Scenarios = append(s.Scenarios, summaryResult{
			Name: e.Result.Scenario.Name, Folder: e.Folder, SHA256: e.Result.Scenario.SHA256, Status: v.Status, Headline: v.Headline,
			Baseline: v.Baseline, BaselinePasses: v.BaselinePasses, Recommend: v.Recommend, Key: keyOf(e.Result), line: lineOf(e.Result),
		})
	}
	return writeJSON(w, s)
}

// SummaryText returns the table over several scenarios on a terminal.
func SummaryText(entries []Entry, width int, color bool) string {
	p := newPage(width, color)
	p.grid(overview(entries))
	return p.String()
}

// SummaryMarkdown returns the same for a repository.
func SummaryMarkdown(entries []Entry) string {
	p := &page{}
	markdownGrid(&p.Builder, overview(entries))
	return p.String()
}

//go:embed index.html
var indexSource string

var indexTemplate = template.Must(template.Must(pageTemplate.Clone()).New("index").Parse(indexSource))

// IndexHTML writes index.html: a line a scenario, with the way to its page.
func IndexHTML(w io.Writer, entries []Entry) error {
	type card struct {
		Name, About, Headline, Advice, Status, Page string
		Picture                                     template.HTML
	}
	v := struct {
		frame
		Lines []card
		Grid  gridView
	}{frame: framed("All scenarios", "", ownStyles(styleSource), nil, policyOf{}), Grid: views(overview(entries))[0]}
	for _, e := range entries {
		r := e.Result
		picture, err := telltale(r)
		if err != nil {
			return err
		}
		v.Lines = append(v.Lines, card{
			r.Scenario.Name, r.Scenario.About, together(r.Verdict.Headline), together(advice(r)), r.Verdict.Status, url.PathEscape(e.Folder) + "/report.html", picture,
		})
	}
	if err := indexTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("report: index: %w", err)
	}
	return nil
}

// telltale is the picture by which a scenario is known: its map, or the figure that decides against its target, or else the
// first that it has.
func telltale(r *experiment.Result) (template.HTML, error) {
	all := Plots(r)
	i := max(0, slices.IndexFunc(all, func(p Plot) bool { return p.Section == "bars" || p.Section == "sweep" }))
	if k := keyOf(r); k != nil && r.Sweep == nil {
		file := FileName("bars-" + k.Metric.Of.String() + "-" + k.Class)
		i = max(i, slices.IndexFunc(all, func(p Plot) bool { return p.File == file }))
	}
	if len(all) == 0 {
		return "", nil
	}
	f, err := pictured(&all[i])
	return f.Drawing, err
}

// keyOf finds the key figure; nil where the scenario has no targets.
func keyOf(r *experiment.Result) *keyFigure {
	var k *keyFigure
	worst := -1.0
	for i := range r.Strategies {
		s := &r.Strategies[i]
		if s.Name != r.Verdict.Baseline {
			continue
		}
		for j := range s.Classes {
			for _, t := range s.Classes[j].SLO {
				if ratio := over(&t); ratio > worst {
					worst = ratio
					k = &keyFigure{Class: s.Classes[j].Name, Metric: t.Metric, Target: t.Target, Today: valueOf(&t)}
				}
			}
		}
	}
	if k == nil || r.Verdict.Recommend == nil {
		return k
	}
	for i := range r.Strategies {
		if s := &r.Strategies[i]; s.Name == *r.Verdict.Recommend {
			for _, t := range classOf(s, k.Class).SLO {
				if t.Metric == k.Metric {
					k.Recommend = valueOf(&t)
				}
			}
		}
	}
	return k
}

func valueOf(t *experiment.SLO) *float64 {
	if !t.Value.Known() {
		return nil
	}
	return &t.Value.Value
}
