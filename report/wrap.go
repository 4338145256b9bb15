package report

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks text into lines of at most so many characters, between words. A name that is longer than a line is broken
// behind a mark that names have, and is left whole where it has none.
func wrap(s string, width int) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, wrapLine(line, width)...)
	}
	return strings.Join(lines, "\n")
}

func wrapLine(s string, width int) (lines []string) {
	indent := s[:len(s)-len(strings.TrimLeft(s, " "))]
	width -= len(indent)
	line, n := "", 0
	for _, word := range strings.Fields(s) {
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
	for _, word := range strings.Fields(s) {
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
