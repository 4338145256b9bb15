package report

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
)

var (
	written   = regexp.MustCompile(`<text ([^>]*)>([^<]*)</text>`)
	sized     = regexp.MustCompile(`font-size:([0-9.]+)px`)
	path      = regexp.MustCompile(` d="[^"]*"`)
	decimals  = regexp.MustCompile(`(\.\d\d)\d+`)
	fewer     = regexp.MustCompile(`(?:\.0|(\.\d))\d*`) // a tenth of a pixel on a page
	spelt     = strings.NewReplacer("font-family:Liberation Sans;", "", "font-variant:normal;", "", "font-weight:normal;", "", "font-style:normal;", "")
	fontStyle = ` style="font-family:'Liberation Sans',Arial,Helvetica,sans-serif"`
)

// lettered makes every text as wide as it was measured, whatever font the reader has: what stands beside it stays
// beside it. Text that our font has no letters for is left alone.
func lettered(svg string) string {
	svg = path.ReplaceAllStringFunc(svg, func(d string) string { return decimals.ReplaceAllString(d, "$1") })
	return written.ReplaceAllStringFunc(svg, func(s string) string {
		m := written.FindStringSubmatch(s)
		attributes, content := spelt.Replace(m[1]), html.UnescapeString(m[2])
		size := sized.FindStringSubmatch(attributes)
		if size == nil || strings.ContainsFunc(content, func(c rune) bool { return c >= 0x250 && c != '…' && c != '–' }) {
			return fmt.Sprintf("<text %s>%s</text>", attributes, m[2])
		}
		points, err := strconv.ParseFloat(size[1], 64)
		if err != nil || len(content) < 4 {
			return fmt.Sprintf("<text %s>%s</text>", attributes, m[2])
		}
		sty := lettering(textSize, ink)
		if strings.Contains(attributes, "font-weight:bold") {
			sty = bold(textSize)
		}
		width := float64(sty.Width(content)) * points / float64(textSize)
		return fmt.Sprintf(`<text textLength="%.1f" lengthAdjust="spacingAndGlyphs" %s>%s</text>`, width, attributes, m[2])
	})
}
