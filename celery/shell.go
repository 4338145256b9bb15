package celery

import (
	"errors"
	"fmt"
	"strings"
)

// shellWord is a word of a line: what it says, and how it is written.
type shellWord struct{ text, written string }

// split cuts a line into words as a POSIX shell does: quotes, backslashes and continued lines. Variables are kept as
// they stand. What would make it more than one command is an error.
func split(line string) ([]shellWord, error) {
	var words []shellWord
	var word strings.Builder
	started := false
	from := 0
	end := func(to int) {
		if started {
			words = append(words, shellWord{word.String(), line[from:to]})
		}
		word.Reset()
		started = false
	}
	for i := 0; i < len(line); i++ {
		if !started {
			from = i
		}
		switch c := line[i]; c {
		case ' ', '\t', '\r', '\n':
			end(i)
		case '\\':
			i++
			switch {
			case i == len(line):
				return nil, errors.New("ends in a backslash")
			case line[i] == '\n':
			default:
				word.WriteByte(line[i])
				started = true
			}
		case '\'':
			n := strings.IndexByte(line[i+1:], '\'')
			if n < 0 {
				return nil, errors.New("a ' is not closed")
			}
			word.WriteString(line[i+1 : i+1+n])
			started = true
			i += n + 1
		case '"':
			n, err := quoted(line[i+1:], &word)
			if err != nil {
				return nil, err
			}
			started = true
			i += n
		case '#':
			if started {
				word.WriteByte(c)
				continue
			}
			for i < len(line) && line[i] != '\n' {
				i++
			}
		case ';', '|', '&', '<', '>', '(', ')', '`':
			return nil, fmt.Errorf("%q: want one plain command, without operators of the shell", string(c))
		default:
			word.WriteByte(c)
			started = true
		}
	}
	end(len(line))
	return words, nil
}

// quoted appends what stands before the closing double quote, and returns how many bytes it took with that quote.
func quoted(s string, word *strings.Builder) (int, error) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1, nil
		case c == '\\' && i+1 < len(s) && strings.IndexByte("\"\\$`\n", s[i+1]) >= 0:
			i++
			if s[i] != '\n' {
				word.WriteByte(s[i])
			}
		default:
			word.WriteByte(c)
		}
	}
	return 0, errors.New("a \" is not closed")
}

// Quote writes a word so that split, or a shell, reads it back as one.
func Quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:,@%+=", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
