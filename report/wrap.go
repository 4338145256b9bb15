package report

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// glue is a space at which no line ends, on a page and where a terminal's lines are wrapped.
const glue = "\u00a0"

// gaps are the spaces inside of a figure: before its unit, before a group of three of its digits, or between its minutes and seconds.
var gaps = []*regexp.Regexp{
	regexp.MustCompile(`(\d) ((?:[nµm]?s|[mhd%B]|[KMGT]iB|[A-Z]{3})(?:\W|$))`),
	regexp.MustCompile(`(\b\d{1,3}) (\d{3}(?:\D|$))`),
	regexp.MustCompile(`(\d` + glue + `[dhm]) (\d+` + glue + `[hms](?:\W|$))`),
}

// together keeps a number and its unit on one line.
func together(s string) string {
	for _, gap := range gaps {
		for last := ""; last != s; { // again, for a figure that begins where the one before it ended
			last, s = s, gap.ReplaceAllString(s, "${1}"+glue+"${2}")
		}
	}
	return s
}

// words are what a line may end behind: between spaces, but for those inside of a figure.
func words(s string) []string {
	return strings.FieldsFunc(together(s), func(c rune) bool { return unicode.IsSpace(c) && string(c) != glue })
}

// wrap breaks text into lines of at most so many characters, between words, never inside of a figure. A name that is
// longer than a line is broken behind a mark that names have, and is left whole where it has none.
func wrap(s string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapLine(line, width)...)
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), glue, " ")
}

func wrapLine(s string, width int) (lines []string) {
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	width -= len(indent)
	line, n := "", 0
	for _, word := range words(s) {
		for i, part := range parts(word, width) {
			w := visible(part)
			switch {
			case n == 0:
				line, n = part, w
			case i == 0 && n+1+w <= width:
				line, n = line+" "+part, n+1+w
			default:
				lines = append(lines, indent+line)
				line, n = part, w
			}
		}
	}
	return append(lines, indent+line)
}

// joints are the marks behind which a long name may go on in the next line.
const joints = "-_./@,"

// parts are a word, or where it is too long for a line its pieces.
func parts(word string, width int) (pieces []string) {
	for visible(word) > width {
		cut := 0
		for i, c := range word {
			end := i + utf8.RuneLen(c)
			if strings.ContainsRune(joints, c) && end < len(word) && (visible(word[:end]) <= width || cut == 0) {
				cut = end
			}
		}
		if cut == 0 {
			break
		}
		pieces, word = append(pieces, word[:cut]), word[cut:]
	}
	return append(pieces, word)
}

// longest is the width below which wrap would break a line of s inside a word.
func longest(s string) (n int) {
	for _, word := range words(s) {
		for _, part := range parts(word, 1) {
			n = max(n, visible(part))
		}
	}
	return n + len(s) - len(strings.TrimLeft(s, " "))
}

// visible is the width of a text without the sequences that colour it.
func visible(s string) (n int) {
	for i := 0; i < len(s); {
		if s[i] == '\x1b' {
			if end := strings.IndexByte(s[i:], 'm'); end >= 0 {
				i += end + 1
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i, n = i+size, n+1
	}
	return n
}
