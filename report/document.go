package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// Document is a report about anything but a Result: sections of text, tables and plots, for the terminal, for
// markdown, or as a page of its own.
type Document struct {
	Title    string
	Status   string // pass | fail: the colour of the headline; "" = neither
	Headline string // the answer in a sentence
	Text     []string
	Sections []Section
}

// Section is one part of a document.
type Section struct {
	Title string
	Text  []string
	Table *Table
	Plots []Plot // on the page only
	Code  string // lines that must not be broken
}

// Table is a table as text. Its first Text columns hold text, the others figures.
type Table = grid

// Group is the rows of a table that share the first cell.
type Group = group

// inWords tells whether there is anything in a section but plots, which neither a terminal nor markdown shows.
func (s *Section) inWords() bool {
	return len(s.Text) > 0 || s.Code != "" || s.Table != nil && !s.Table.empty()
}

// TextOf returns a document on a terminal of the given width.
func TextOf(d *Document, width int, color bool) string {
	p := newPage(width, color)
	p.paragraph("", paint(color, tone(d.Status), d.Headline))
	for _, t := range d.Text {
		p.paragraph("", t)
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		if !s.inWords() {
			continue
		}
		if s.Title != "" {
			p.title(s.Title)
		}
		for _, t := range s.Text {
			p.paragraph("", t)
		}
		if s.Code != "" {
			p.raw(s.Code)
		}
		if s.Table != nil {
			p.grid(s.Table)
		}
	}
	return p.String()
}

// MarkdownOf returns a document for a repository.
func MarkdownOf(d *Document) string {
	var b strings.Builder
	b.WriteString("# " + escapeMarkdown(d.Title) + "\n")
	if d.Headline != "" {
		b.WriteString("\n**" + escapeMarkdown(d.Headline) + "**\n")
	}
	paragraphs := func(lines []string) {
		for _, t := range lines {
			b.WriteString("\n" + escapeMarkdown(t) + "\n")
		}
	}
	paragraphs(d.Text)
	for i := range d.Sections {
		s := &d.Sections[i]
		if !s.inWords() {
			continue
		}
		if s.Title != "" {
			b.WriteString("\n## " + escapeMarkdown(s.Title) + "\n")
		}
		paragraphs(s.Text)
		if s.Code != "" {
			b.WriteString("\n```\n" + strings.TrimRight(s.Code, "\n") + "\n```\n")
		}
		if s.Table != nil {
			markdownGrid(&b, s.Table)
		}
	}
	return b.String()
}

//go:embed document.html
var documentSource string

var documentTemplate = template.Must(template.Must(pageTemplate.Clone()).New("document").Parse(documentSource))

// HTMLOf writes a document as one page that needs no network.
func HTMLOf(w io.Writer, d *Document, build string) error {
	type part struct {
		Title   string
		Text    []string
		Code    string
		Grids   []gridView
		Figures []figureView
	}
	v := struct {
		frame
		Status, Headline string
		Text             []string
		Parts            []part
	}{framed(d.Title, build, ownStyles(styleSource), nil, policyOf{}), map[string]string{"pass": "keep_baseline", "fail": "none_passes"}[d.Status], together(d.Headline), allTogether(d.Text), nil}
	for i := range d.Sections {
		s := &d.Sections[i]
		if !s.inWords() && len(s.Plots) == 0 {
			continue
		}
		one := part{Title: s.Title, Text: allTogether(s.Text), Code: s.Code}
		if s.Table != nil {
			one.Grids = views(s.Table)
		}
		for j := range s.Plots {
			f, err := pictured(&s.Plots[j])
			if err != nil {
				return err
			}
			one.Figures = append(one.Figures, f)
		}
		v.Parts = append(v.Parts, one)
	}
	if err := documentTemplate.Execute(w, v); err != nil {
		return fmt.Errorf("report: document: %w", err)
	}
	return nil
}
