package report

import (
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// grid writes a table, its title and its notes; nothing if it has no rows.
func (p *page) grid(g *grid) {
	if g.empty() {
		return
	}
	if g.Title != "" {
		p.title(g.Title)
	}
	rows := g.flat()
	widths, fits := fit(g, rows, p.width)
	if fits {
		p.columns(g, rows, widths)
	} else {
		p.entries(g)
	}
	for _, n := range g.Notes {
		p.paragraph("", paint(p.color, text.Faint, n))
	}
}

// flat returns the rows of all groups, the name of each in a column before them.
func (g *grid) flat() (rows [][]string) {
	for _, gr := range g.Groups {
		for i, row := range gr.Rows {
			if !g.grouped() {
				rows = append(rows, row)
				continue
			}
			first := ""
			switch { // the mark has a line of its own: under the name
			case i == 0 && gr.Mark != "" && len(gr.Rows) == 1:
				first = gr.Name + "\n  " + gr.Mark
			case i == 0:
				first = gr.Name
			case i == 1 && gr.Mark != "":
				first = "  " + gr.Mark
			}
			rows = append(rows, append([]string{first}, row...))
		}
	}
	return rows
}

// columns writes a table as one; widths are 0 where a column need not wrap.
func (p *page) columns(g *grid, rows [][]string, widths []int) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	t.Style().Box.PaddingLeft = ""
	t.Style().Box.PaddingRight = "  "
	t.AppendHeader(cells(g.Head, -1, false))
	for _, row := range rows {
		t.AppendRow(cells(row, slices.IndexFunc(g.Head, judges), p.color))
	}
	var configs []table.ColumnConfig
	for i, w := range widths {
		c := table.ColumnConfig{Number: i + 1}
		if w > 0 {
			c.WidthMax, c.WidthMaxEnforcer = w, wrap
		}
		if i >= g.Text && !slices.Contains(wordColumns, g.Head[i]) {
			c.Align, c.AlignHeader = text.AlignRight, text.AlignRight
		}
		configs = append(configs, c)
	}
	t.SetColumnConfigs(configs)
	for line := range strings.SplitSeq(t.Render(), "\n") {
		if strings.HasPrefix(line, "──") {
			line = strings.TrimSuffix(line, "──") // under the padding of the last column
		}
		p.line(strings.TrimRight(line, " "))
	}
}

// entries writes the rows of a table that is too wide for the terminal one under the other: what each is about, and its
// figures by name.
func (p *page) entries(g *grid) {
	head, text := g.Head, g.Text
	if g.grouped() {
		head, text = head[1:], text-1
	}
	for _, gr := range g.Groups {
		if gr.Name != "" {
			name := gr.Name
			if gr.Mark != "" {
				name += " (" + gr.Mark + ")"
			}
			p.paragraph("", name)
		}
		for _, row := range gr.Rows {
			var about, figures []string
			for i, cell := range row {
				switch cell = strings.ReplaceAll(cell, "\n", " "); {
				case strings.TrimSpace(cell) == "":
				case i < text:
					about = append(about, cell)
				case head[i] == "":
					figures = append(figures, cell)
				default:
					figures = append(figures, strings.ReplaceAll(head[i], "\n", " ")+" "+cell)
				}
			}
			p.paragraph("  ", strings.Join(about, " "))
			p.paragraph("    ", strings.Join(figures, ", "))
		}
	}
}

// judges tells whether a column holds verdicts.
func judges(head string) bool { return head == "verdict" || head == "holds" || head == "pass" }

// fit narrows the widest columns until the table fits, and gives the widths of those that must wrap, 0 for the others;
// false where it cannot without breaking words.
func fit(g *grid, rows [][]string, width int) (widths []int, fits bool) {
	widths = make([]int, len(g.Head))
	least := make([]int, len(g.Head))
	for _, row := range slices.Concat([][]string{g.Head}, rows) {
		for i, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				widths[i] = max(widths[i], visible(line))
				if least[i] = max(least[i], longest(line)); !g.Wraps && i >= g.Text && !slices.Contains(wordColumns, g.Head[i]) && cell != g.Head[i] {
					least[i] = max(least[i], visible(line)) // a figure stays on its line
				}
			}
		}
	}
	natural := slices.Clone(widths)
	body := make([]int, len(g.Head)) // as wide as what stands under the head
	for _, row := range rows {
		for i, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				body[i] = max(body[i], visible(line))
			}
		}
	}
	total := 0
	for _, w := range widths {
		total += w + 2
	}
	for ; total > width+2; total-- {
		widest := widestOf(widths, least, body) // heads give first
		if widest < 0 {
			widest = widestOf(widths, least, make([]int, len(widths)))
		}
		if widest < 0 {
			return nil, false
		}
		widths[widest]--
	}
	for i := range widths {
		if widths[i] == natural[i] {
			widths[i] = 0
		}
	}
	return widths, true
}

// widestOf is the widest column that is wider than both its bounds; -1 where none is.
func widestOf(widths, least, body []int) (widest int) {
	widest = -1
	for i, w := range widths {
		if w > max(least[i], body[i]) && (widest < 0 || w > widths[widest]) {
			widest = i
		}
	}
	return widest
}

func cells(row []string, verdict int, color bool) table.Row {
	out := make(table.Row, len(row))
	for i, c := range row {
		if i == verdict {
			c = paint(color, tone(c), c)
		}
		out[i] = c
	}
	return out
}
