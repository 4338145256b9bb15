package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"example.com/simrun/internal/whatif"
)

// What a page of a scenario may run: its own script and the library that draws charts, each named by its hash, so that
// nothing else runs there.

//go:embed page.js
var scriptSource string

// uPlot 1.6.32 as released, under the MIT licence: uplot/LICENSE.
//
//go:embed uplot/uPlot.iife.min.js
var chartsSource string

//go:embed uplot/uPlot.min.css
var chartsStyle string

// policy is the content security policy of a page with these scripts and style sheets: it loads nothing. Pictures carry
// their styles in attributes.
func policy(scripts []template.JS, styles []template.CSS, more policyOf) string {
	p := "default-src 'none'; img-src data:; style-src-attr 'unsafe-inline'; style-src-elem"
	for _, s := range styles {
		p += " " + hash(string(s))
	}
	if len(scripts) > 0 {
		p += "; script-src"
		for _, s := range scripts {
			p += " " + hash(string(s))
		}
	}
	return p + more.script + more.rest
}

// policyOf is what the policy of some pages allows besides: of scripts, and otherwise.
type policyOf struct{ script, rest string }

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// own returns files of ours as a page may hold them. Browsers and hashes know line ends of one kind only.
func ownStyles(sources ...string) (out []template.CSS) {
	for _, s := range sources {
		out = append(out, template.CSS(strings.ReplaceAll(s, "\r\n", "\n"))) //nolint:gosec // embedded files
	}
	return out
}

func ownScripts(sources ...string) (out []template.JS) {
	for _, s := range sources {
		out = append(out, template.JS(strings.ReplaceAll(s, "\r\n", "\n"))) //nolint:gosec // embedded files
	}
	return out
}

// pageData is the data block of a page: what its script reads.
type pageData struct {
	Layouts []string   `json:"layouts"`
	Classes []string   `json:"classes"`
	Axes    []abscissa `json:"axes"`
	Charts  []chart    `json:"charts"`

	Controls []whatif.Control `json:"controls,omitempty"` // of a page that can be asked
	Base     *whatif.Answer   `json:"base,omitempty"`     // what the file itself gives
}

// add takes in a chart of the plot in a file.
func (d *pageData) add(c chart, file string) {
	c.File = file
	if c.Axis = slices.IndexFunc(d.Axes, func(a abscissa) bool { return a.equal(&c.abscissa) }); c.Axis < 0 {
		c.Axis = len(d.Axes)
		d.Axes = append(d.Axes, c.abscissa)
	}
	d.Charts = append(d.Charts, c)
}

// frame is what every page has around its content.
type frame struct {
	Title, Build, Policy string
	Styles               []template.CSS
	Scripts              []template.JS
}

func framed(title, build string, styles []template.CSS, scripts []template.JS, more policyOf) frame {
	return frame{Title: title, Build: build, Policy: policy(scripts, styles, more), Styles: styles, Scripts: scripts}
}

// figureView is a picture on a page.
type figureView struct {
	Drawing           template.HTML
	Note, File, Class string // File is empty where there is no chart
}

func pictured(p *Plot) (figureView, error) {
	drawing, err := p.inline()
	if err != nil {
		return figureView{}, err
	}
	f := figureView{Drawing: template.HTML(drawing), Note: together(p.Note)} //nolint:gosec // drawn here, every text in it escaped by vgsvg
	for i := range p.charts {
		f.File, f.Class = p.File, p.charts[i].Class
	}
	return f, nil
}

// fold is a section of the page that opens: with pictures, tables and paragraphs.
type fold struct {
	ID, Title string
	Open      bool
	Intro     string
	Figures   []figureView
	Grids     []gridView
	Text      []string
	List      []string
	Inputs    []input
	Code      []code
}

func (f *fold) empty() bool {
	return len(f.Figures)+len(f.Grids)+len(f.Text)+len(f.List)+len(f.Inputs)+len(f.Code) == 0
}

// code is a block of lines that must not be broken.
type code struct {
	ID, Title, Text string
	Copy            bool // there is a button that copies it
}

// codes takes what to change apart: each part that can be pasted is a block of its own, the steps are a list.
func codes(rendered string) (blocks []code, steps []string) {
	for part := range strings.SplitSeq(strings.TrimRight(rendered, "\n"), "\n\n") {
		title, body, _ := strings.Cut(part, "\n")
		var lines []string
		for line := range strings.SplitSeq(body, "\n") {
			lines = append(lines, strings.TrimPrefix(line, "  "))
		}
		if title == "Steps" {
			for _, s := range lines {
				if _, step, ok := strings.Cut(s, ". "); ok {
					s = step
				}
				steps = append(steps, s)
			}
			continue
		}
		copies := title == "Workers" || strings.HasPrefix(title, "Settings")
		blocks = append(blocks, code{fmt.Sprintf("change-%d", len(blocks)+1), title, strings.Join(lines, "\n"), copies})
	}
	return blocks, steps
}
