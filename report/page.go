package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/internal/whatif"
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
	frame
	About, Status, Headline, Advice, Limit, Today, Trust string
	Layouts                                              gridView
	Change                                               []code
	Steps                                                []string
	WhatIf                                               *whatIfView
	Served                                               string // its version, if simrun serve shows it
	Folds                                                []fold
	Data                                                 pageData
}

type input struct{ Name, Value string }

type gridView struct {
	Title  string
	Cards  bool // on a phone, each row is a card
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

type cellView struct {
	Text, Class, Label string
	Bar                template.HTML // in place of Text
}

// HTML writes report.html: one file that needs no network, whole without scripts. With what if, it can be asked, too.
func HTML(w io.Writer, sc *scenarios.Scenario, r *experiment.Result, ask *WhatIf) error {
	r = reduced(r)
	asked, err := ask.view(r.Simrun)
	if err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	v := pageView{
		frame: framed(r.Scenario.Name, r.Simrun, ownStyles(append([]string{styleSource, chartsStyle}, ask.styles()...)...), ownScripts(append([]string{chartsSource, scriptSource}, ask.scripts()...)...), ask.allowed()),
		About: r.Scenario.About, Status: r.Verdict.Status, Headline: together(r.Verdict.Headline), Advice: together(advice(r)),
		Limit: together(limit(r, (*experiment.Break).What)), Today: together(strings.TrimSpace(cause(r) + " " + oneWindow(r))), Trust: together(trust(r)), Layouts: views(choices(r))[0],
		WhatIf: asked, Served: ask.served(),
		Data: pageData{Layouts: []string{}, Classes: classNames(r), Axes: []abscissa{}, Charts: []chart{}},
	}
	v.Layouts.Cards = true
	for i := range r.Strategies {
		v.Data.Layouts = append(v.Data.Layouts, r.Strategies[i].Name)
	}
	if ask != nil {
		base := whatif.View(whatif.Answered, r, "")
		v.Data.Controls, v.Data.Base = ask.Controls, &base
	}
	if r.Verdict.Apply != nil {
		v.Change, v.Steps = codes(strategies.Render(*r.Verdict.Apply))
	}
	pictures := map[string][]figureView{}
	for _, p := range Plots(r) {
		f, err := pictured(&p)
		if err != nil {
			return err
		}
		pictures[p.Section] = append(pictures[p.Section], f)
		for i, c := range p.charts {
			if len(p.charts) > 1 && i == 0 {
				c.Over = p.Title
			}
			v.Data.add(c, p.File)
		}
	}
	for _, f := range folds(sc, r, pictures) {
		if !f.empty() {
			v.Folds = append(v.Folds, f)
		}
	}
	if err := pageTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	return nil
}

// folds are the sections behind the answer, in the order of their importance.
func folds(sc *scenarios.Scenario, r *experiment.Result, pictures map[string][]figureView) []fold {
	warnings := footnotes(r)
	all := []fold{
		{ID: "sweep", Title: "What the sweep shows", Open: true, Figures: pictures["sweep"], Grids: views(sweepGrids(r)...)},
		flipsFold(r),
		{ID: "causes", Title: "Who waits for what", Figures: pictures["causes"], Grids: views(blockers(r), worstBlockers(r), causes(r), stretches(r))},
		{ID: "reasons", Title: "Why, layout by layout", List: allTogether(r.Verdict.Reasons)},
		{ID: "bars", Title: "Against the targets", Figures: pictures["bars"]},
		{ID: "targets", Title: "Every target, wait and response", Grids: views(targets(r), overloaded(r), durations(r), layouts(r), bill(r), rest(r), killed(r), blast(r), tolls(r), direct(r))},
		{ID: "warnings", Title: fmt.Sprintf("Warnings (%d)", len(warnings)), List: warnings},
		{
			ID: "spread", Title: "How waits are spread", Figures: pictures["cdf"],
			Intro: "A line that passes above the corner of the dash-dotted target meets it. The vertical axis is stretched towards 100 %, where targets lie. A line starts on the left at the share of tasks that did not wait at all, and stays below 100 % where some never start.",
		},
		{
			ID: "time", Title: "Over time", Figures: pictures["time"],
			Intro: "One replication of many: what one day may look like, not an average. All panels of a picture have the same scale. A task waits until it starts, in the broker or reserved by a worker.",
		},
		{ID: "workers", Title: "Workers", Figures: pictures["use"], Grids: views(workers(r), memory(r), disks(r))},
		{ID: "exposure", Title: "Who shares what with whom", Intro: disclaimer, Grids: views(append([]*grid{price(r), exposure(r, false), beside(r)}, compromises(r)...)...)},
		{ID: "differences", Title: "Against today", Grids: views(differences(r))},
		{ID: "method", Title: "How it was computed, and how sure it is", Text: allTogether(append([]string{verified(sc, r)}, method(r)...)), Grids: views(checks(r))},
		{
			ID: "inputs", Title: "Exact inputs", List: sc.Assumptions,
			Inputs: []input{{"file", sc.File}, {"SHA-256", r.Scenario.SHA256}, {"seed", fmt.Sprint(r.Scenario.Seed)}},
			Code:   []code{{"scenario", "The scenario, with every default", sc.Expanded, true}},
		},
	}
	if all[0].Grids != nil {
		all[0].Intro = "The scenario again with other values in place; each cell is answered by itself, on the same tasks. " + together(sweepLine(r)) + " All else on this page is about the file as written."
	}
	if len(sc.Assumptions) > 0 {
		all[len(all)-1].Intro = "Filled in, because the file does not say:"
	}
	return all
}

func allTogether(lines []string) []string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = together(s)
	}
	return out
}

// views turns grids into what the template shows, leaving out empty ones, and columns that hold nothing but zeros.
func views(grids ...*grid) (out []gridView) {
	for _, g := range grids {
		if g.empty() {
			continue
		}
		g = g.telling()
		v := gridView{Title: g.Title, Notes: g.Notes, Cards: slices.Contains(g.Head, "verdict")}
		for i, h := range g.Head {
			v.Head = append(v.Head, headView{together(strings.ReplaceAll(h, "\n", " ")), i < g.Text || slices.Contains(wordColumns, h)})
		}
		for _, gr := range g.Groups {
			gv := groupView{Name: gr.Name, Mark: gr.Mark}
			for _, row := range gr.Rows {
				gv.Rows = append(gv.Rows, viewed(g, v.Head, row))
			}
			v.Groups = append(v.Groups, gv)
		}
		out = append(out, v)
	}
	return out
}

// viewed is one row for the template.
func viewed(g *grid, head []headView, row []string) []cellView {
	cells := make([]cellView, len(row))
	for i, text := range row {
		at := i
		if g.grouped() {
			at++
		}
		cells[i].Text, cells[i].Label = together(text), head[at].Name
		switch {
		case judges(g.Head[at]):
			cells[i].Class = "text verdict " + text
		case g.Head[at] == "":
			cells[i].Class, cells[i].Bar = "text bar", barOf(text, cells[0].Text)
		case g.Head[at] == swings:
			cells[i].Class, cells[i].Bar = "text bar", swingOf(text)
		case head[at].Text:
			cells[i].Class = "text"
		}
	}
	return cells
}

// telling is a table without the columns of figures that are zero, or missing, in every row.
func (g *grid) telling() *grid {
	shift := 0
	if g.grouped() {
		shift = 1
	}
	keep := make([]bool, len(g.Head))
	for i, h := range g.Head {
		keep[i] = i < g.Text || slices.Contains(wordColumns, h)
	}
	for _, gr := range g.Groups {
		for _, row := range gr.Rows {
			for i, cell := range row {
				keep[i+shift] = keep[i+shift] || !slices.Contains([]string{"0", "0 %", "0 s", "0 B", "0 .. 0 %", "0 .. 0 s", units.Absent, ""}, cell)
			}
		}
	}
	if !slices.Contains(keep, false) {
		return g
	}
	picked := func(row []string, shift int) (out []string) {
		for i, cell := range row {
			if keep[i+shift] {
				out = append(out, cell)
			}
		}
		return out
	}
	told := *g
	told.Head, told.Groups = picked(g.Head, 0), nil
	for _, gr := range g.Groups {
		few := group{Name: gr.Name, Mark: gr.Mark}
		for _, row := range gr.Rows {
			few.Rows = append(few.Rows, picked(row, shift))
		}
		told.Groups = append(told.Groups, few)
	}
	return &told
}

// barOf draws a bar of the terminal: a step a character, the target in the middle, in the colour of the verdict.
func barOf(text, verdict string) template.HTML {
	if !strings.Contains(text, "|") {
		return ""
	}
	const step = 9
	text = strings.ReplaceAll(text, "·", ".") // a byte a step
	target := strings.Index(text, "|")
	end := step * strings.LastIndexAny(text, "#>|")
	if strings.ContainsAny(text[target:], "#>") {
		end += step
	} else {
		end = step * strings.Count(text, "#")
	}
	more := ""
	if strings.HasSuffix(text, ">") { // it goes on
		end -= step
		more = fmt.Sprintf(`<path class="figure" d="M%d 2l%d 5l-%d 5z"/>`, end, step, step)
	}
	return template.HTML(fmt.Sprintf(`<svg class="against %s" viewBox="0 0 %d 14" aria-hidden="true"><path class="figure" d="M0 4H%dV10H0z"/>%s<path class="target" d="M%d 0h2v14h-2z"/></svg>`, //nolint:gosec // numbers, and a verdict of ours
		template.HTMLEscapeString(verdict), 13*step, end, more, step*target+step/2-1))
}
