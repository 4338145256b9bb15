package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/strategies"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var styleSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// pageView is what page.html shows.
type pageView struct {
	Title, About, Status, Headline, Advice, Trust, Change, Expanded, Build, SweepLine string
	Style                                                                             template.CSS
	Reasons, Method, Warnings, Assumptions                                            []string
	Maps, Bars, CauseBars, CDFs, Times, Use                                           []figureView
	Sweep, Targets, Causes, Workers, Checks, Exposure                                 []gridView
	Disclaimer                                                                        string
	Inputs                                                                            []input
}

type figureView struct{ Drawing template.HTML }

type input struct{ Name, Value string }

type gridView struct {
	Title  string
	Head   []headView
	Groups []groupView
	Notes  []string
}

type headView struct {
	Name string
	Text bool
}

type groupView struct {
	Name, Mark string
	Rows       [][]cellView
}

type cellView struct{ Text, Class string }

// HTML writes report.html: one file that needs no network.
func HTML(w io.Writer, sc *scenarios.Scenario, r *experiment.Result) error {
	v := pageView{
		Title: r.Scenario.Name, About: r.Scenario.About, Status: r.Verdict.Status, Headline: together(r.Verdict.Headline), Advice: together(advice(r)),
		Trust: together(trust(sc, r)), Reasons: allTogether(r.Verdict.Reasons), Style: template.CSS(styleSource), Build: r.Simrun, //nolint:gosec // our own file
		Method: method(r), Warnings: footnotes(r), Assumptions: sc.Assumptions, Expanded: sc.Expanded,
		Inputs: []input{
			{"file", sc.File}, {"SHA-256", r.Scenario.SHA256}, {"seed", fmt.Sprint(r.Scenario.Seed)},
		},
		Targets:  views(targets(r), overloaded(r), durations(r), layouts(r), bill(r), rest(r), killed(r), blast(r), tolls(r), direct(r)),
		Causes:   views(causes(r), stretches(r)),
		Workers:  views(workers(r), memory(r), disks(r)),
		Exposure: views(append([]*grid{price(r), exposure(r, false), beside(r)}, compromises(r)...)...), Disclaimer: disclaimer,
		Checks: views(checks(r), differences(r)),
	}
	if v.Sweep = views(sweepGrids(r)...); v.Sweep != nil {
		v.SweepLine = together(sweepLine(r))
	}
	if r.Verdict.Apply != nil {
		v.Change = strings.TrimRight(strategies.Render(*r.Verdict.Apply), "\n")
	}
	for _, p := range Plots(r) {
		drawing, err := p.inline()
		if err != nil {
			return err
		}
		f := figureView{template.HTML(drawing)} //nolint:gosec // drawn here, every text in it escaped by vgsvg
		switch p.Section {
		case "sweep":
			v.Maps = append(v.Maps, f)
		case "bars":
			v.Bars = append(v.Bars, f)
		case "causes":
			v.CauseBars = append(v.CauseBars, f)
		case "cdf":
			v.CDFs = append(v.CDFs, f)
		case "time":
			v.Times = append(v.Times, f)
		default:
			v.Use = append(v.Use, f)
		}
	}
	if err := pageTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	return nil
}

var beforeUnit = regexp.MustCompile(`(\d) (ns|µs|ms|s|m|h|d|%)(\W|$)`)

// together keeps a number and its unit on one line.
func together(s string) string { return beforeUnit.ReplaceAllString(s, "$1\u00a0$2$3") }

func allTogether(lines []string) []string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = together(s)
	}
	return out
}

// views turns grids into what the template shows, leaving out empty ones.
func views(grids ...*grid) (out []gridView) {
	for _, g := range grids {
		if g.empty() {
			continue
		}
		v := gridView{Title: g.Title, Notes: g.Notes}
		for i, h := range g.Head {
			v.Head = append(v.Head, headView{strings.ReplaceAll(h, "\n", " "), i < g.Text || slices.Contains(wordColumns, h)})
		}
		for _, gr := range g.Groups {
			gv := groupView{Name: gr.Name, Mark: gr.Mark}
			for _, row := range gr.Rows {
				cells := make([]cellView, len(row))
				for i, text := range row {
					at := i
					if g.grouped() {
						at++
					}
					cells[i].Text = text
					switch {
					case g.Head[at] == "verdict" || g.Head[at] == "holds":
						cells[i].Class = "text " + text
					case v.Head[at].Text:
						cells[i].Class = "text"
					}
				}
				gv.Rows = append(gv.Rows, cells)
			}
			v.Groups = append(v.Groups, gv)
		}
		out = append(out, v)
	}
	return out
}

// trust says how far the answer can be trusted: how precise, how well checked, and on what inputs.
func trust(sc *scenarios.Scenario, r *experiment.Result) string {
	if r.Run.Replications == 1 {
		return "One replication, without intervals." + unverified(sc, r)
	}
	precise := fmt.Sprintf("%s intervals from %s", units.Share(r.Run.Confidence), units.Plural(r.Run.Replications, "replication", "replications"))
	if !r.Run.PrecisionReached {
		precise += ", and the requested precision was not reached"
	}
	return precise + ": simulation noise for exactly these inputs, not certainty about production." + unverified(sc, r)
}

func unverified(sc *scenarios.Scenario, r *experiment.Result) (s string) {
	if r.Verdict.ModelError == nil {
		s = " Predictions for this kind of workload have not been verified against real Celery."
	} else {
		s = fmt.Sprintf(" Against recordings of real Celery, nine of ten such p95 figures were within %s (%s).", units.Share(r.Verdict.ModelError.P95), r.Verdict.ModelError.Preset)
	}
	n := r.Verdict.Inputs
	s += fmt.Sprintf(" Of the inputs about tasks, %d of %d were measured; the others are assumed.", n.Measured, n.Measured+n.Assumed)
	if n := len(sc.Assumptions); n > 0 {
		s += fmt.Sprintf(" %s filled in that the file does not state.", units.Plural(n, "input was", "inputs were"))
	}
	return s
}

// method says how the figures were made.
func method(r *experiment.Result) []string {
	run := &r.Run
	warmup := "Nothing was deleted as warm-up (" + run.WarmupRule + ")."
	if run.Warmup > 0 {
		warmup = fmt.Sprintf("The first %s of each replication were deleted as warm-up (%s).", units.Duration(run.Warmup), run.WarmupRule)
	}
	reached := "Replications were added until every target was decided, its interval wholly on one side; without targets, until every mean response was known to the requested precision."
	if !run.PrecisionReached {
		reached = "More replications were not allowed, or would not have helped, before everything was decided: figures whose interval contains their target are undecided."
	}
	figures := fmt.Sprintf("Every figure is that of all tasks of all replications together, waits of zero included. Its interval, at %s confidence, comes from the spread between replications. Attained shares are counted task by task.", units.Share(run.Confidence))
	if run.Replications == 1 {
		reached, figures = "", "With a single replication there are no intervals. Attained shares are counted task by task. Quantiles include waits of zero."
	}
	return []string{
		fmt.Sprintf("%s of %s of virtual time, %s events in all, from seed %d. %s %s", units.Plural(run.Replications, "replication", "replications"), units.Duration(run.Duration), units.Count(float64(run.Events)), r.Scenario.Seed, warmup, reached),
		figures,
		"Every strategy meets exactly the same tasks (common random numbers): arrivals, work, failures and retries are drawn per task, not in the order in which a layout happens to serve them. So differences between strategies are known better than the figures themselves.",
		"The intervals are simulation noise for exactly these inputs. They are not certainty about production: wrong inputs give precise wrong answers.",
		modelError(r),
	}
}

func modelError(r *experiment.Result) string {
	if r.Verdict.ModelError == nil {
		return "How far predictions for this kind of workload (pool, broker, share of CPU) are off has not been measured against real Celery: the model error is unknown."
	}
	m := r.Verdict.ModelError
	return fmt.Sprintf("Predictions of this kind (%s) were compared with recordings of real Celery (docs/fidelity.md): nine of ten p95 figures of wait and response were within %s of reality. A target that is met by less than that is marginal, not passed.", m.Preset, units.Share(m.P95))
}
