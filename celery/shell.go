package celery

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// shellWord is a word of a line: what it says, how it is written, and where.
type shellWord struct {
	text, written string
	from, to      int
	operator      bool // it ends a command: ; && || | & ( )
	redirects     bool // it says where output goes, and no argument
}

// shell reads lines as a POSIX shell does: quotes, backslashes, continued lines, comments, and variables as far as their
// values are known.
type shell struct {
	env      map[string]string // values of variables that are known
	assumed  []string          // variables that the line itself gives a value, in sentences
	newlines bool              // a line ends a command
}

// reading is one line in the course of being split.
type reading struct {
	*shell
	line    string
	words   []shellWord
	word    strings.Builder
	from    int
	started bool
	spelled bool // the word is to be written as it reads: a variable was put in
}

// split cuts a line into words and operators. Variables whose value is unknown are kept as they stand.
func (s *shell) split(line string) ([]shellWord, error) {
	r := reading{shell: s, line: line}
	for i := 0; i < len(line); {
		if !r.started {
			r.from = i
		}
		n, err := r.step(i)
		if err != nil {
			return nil, err
		}
		i += n
	}
	r.end(len(line))
	return r.words, nil
}

// step reads what stands at i, and returns its length.
func (r *reading) step(i int) (int, error) {
	rest := r.line[i:]
	switch c := rest[0]; c {
	case '\n':
		r.end(i)
		if r.newlines {
			r.words = append(r.words, shellWord{text: ";", written: "\n", from: i, to: i + 1, operator: true})
		}
		return 1, nil
	case ' ', '\t', '\r':
		r.end(i)
		return 1, nil
	case '\\':
		if len(rest) == 1 {
			return 0, errors.New("ends in a backslash")
		}
		if rest[1] != '\n' {
			r.put(rest[1:2])
		}
		return 2, nil
	case '\'':
		inner, _, closed := strings.Cut(rest[1:], "'")
		if !closed {
			return 0, errors.New("a ' is not closed")
		}
		r.put(inner)
		return len(inner) + 2, nil
	case '"':
		return r.quoted(rest)
	case '$', '`':
		text, n, err := r.expand(rest)
		if err == nil && text != rest[:n] {
			r.unquoted(text)
		} else {
			r.put(text)
		}
		return n, err
	case '#':
		if n := strings.IndexByte(rest, '\n'); !r.started && n >= 0 {
			return n, nil
		} else if !r.started {
			return len(rest), nil
		}
	case ';', '|', '&', '<', '>', '(', ')':
		return r.operator(i)
	}
	r.put(rest[:1])
	return 1, nil
}

func (r *reading) put(text string) {
	r.word.WriteString(text)
	r.started = true
}

// unquoted puts in what a variable outside quotes stands for, which may be several words.
func (r *reading) unquoted(text string) {
	for k, w := range strings.Fields(text) {
		if k > 0 {
			r.spelled = true
			r.end(r.from)
			r.spelled = true
		}
		r.put(w)
	}
}

func (r *reading) end(to int) {
	if r.started {
		w := shellWord{text: r.word.String(), written: r.line[r.from:max(to, r.from)], from: r.from, to: to}
		if r.spelled {
			w.written = Quote(w.text)
		}
		r.words = append(r.words, w)
	}
	r.word.Reset()
	r.started, r.spelled = false, false
}

// quoted reads from one double quote to the next.
func (r *reading) quoted(s string) (int, error) {
	r.started = true
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1, nil
		case c == '\\' && i+1 < len(s) && strings.IndexByte("\"\\$`\n", s[i+1]) >= 0:
			i++
			if s[i] != '\n' {
				r.word.WriteByte(s[i])
			}
		case c == '$', c == '`':
			text, n, err := r.expand(s[i:])
			if err != nil {
				return 0, err
			}
			r.word.WriteString(text)
			i += n - 1
		default:
			r.word.WriteByte(c)
		}
	}
	return 0, errors.New("a \" is not closed")
}

// operator reads what joins commands, or redirects the output of one.
func (r *reading) operator(i int) (int, error) {
	rest := r.line[i:]
	for _, join := range []string{"&&", "||", ";", "|", "&", "(", ")"} {
		if strings.HasPrefix(rest, join) && !strings.HasPrefix(rest, "&>") {
			r.end(i)
			r.words = append(r.words, shellWord{text: join, written: join, from: i, to: i + len(join), operator: true})
			return len(join), nil
		}
	}
	// 2> file, &> file, >> file, 2>&1
	from := i
	if digits := r.word.String(); strings.Trim(digits, "0123456789") == "" {
		from = r.from
		r.started = false
		r.word.Reset()
	} else {
		r.end(i)
	}
	n := i + len(rest) - len(strings.TrimLeft(rest, "&<>"))
	n += len(r.line[n:]) - len(strings.TrimLeft(r.line[n:], " \t"))
	to, err := r.target(n)
	if err != nil {
		return 0, err
	}
	n = to
	r.words = append(r.words, shellWord{text: r.line[from:n], written: r.line[from:n], from: from, to: n, redirects: true})
	return n - i, nil
}

// target is where the name of a file ends to which output goes. It is read as a word, and kept as it stands.
func (r *reading) target(n int) (int, error) {
	in := reading{shell: &shell{}, line: r.line}
	for n < len(r.line) && strings.IndexByte(" \t\n;|&<>()", r.line[n]) < 0 {
		step, err := in.step(n)
		if err != nil {
			return 0, err
		}
		n += step
	}
	return n, nil
}

// expand reads a variable or a command at the beginning of s: its value, or it as it stands, and its length.
func (r *reading) expand(s string) (string, int, error) {
	switch {
	case s[0] == '`':
		n := strings.IndexByte(s[1:], '`')
		if n < 0 {
			return "", 0, errors.New("a ` is not closed")
		}
		return s[:n+2], n + 2, nil
	case strings.HasPrefix(s, "$("):
		n, err := matching(s[1:], '(', ')')
		return s[:n+1], n + 1, err
	case strings.HasPrefix(s, "${"):
		n, err := matching(s[1:], '{', '}')
		if err != nil {
			return "", 0, err
		}
		text, err := r.braced(s[:n+1])
		return text, n + 1, err
	}
	n := 1 + len(s[1:]) - len(strings.TrimLeft(s[1:], nameBytes))
	if v, known := r.env[s[1:n]]; known {
		r.spelled = true
		return v, n, nil
	}
	return s[:n], n, nil
}

const nameBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"

// braced is the value of ${NAME}, ${NAME:-default}, ${NAME-default} or ${NAME:=default}; what is none of these, or not
// known, as it stands.
func (r *reading) braced(s string) (string, error) {
	inner := s[2 : len(s)-1]
	n := len(inner) - len(strings.TrimLeft(inner, nameBytes))
	name, rest := inner[:n], inner[n:]
	v, known := r.env[name]
	colon := strings.HasPrefix(rest, ":")
	op := strings.TrimPrefix(rest, ":")
	switch {
	case name == "" || op != "" && strings.IndexByte("-=?", op[0]) < 0 || rest == ":":
		return s, nil
	case known && (v != "" || !colon):
		r.spelled = true
		return v, nil
	case op == "" || op[0] == '?':
		return s, nil
	}
	// Quotes count in the default, too.
	in := reading{shell: r.shell, line: op[1:]}
	for i := 0; i < len(in.line); {
		step, err := 1, error(nil)
		if c := in.line[i]; c == '"' || c == '\'' || c == '\\' || c == '$' || c == '`' {
			step, err = in.step(i)
		} else {
			in.put(in.line[i : i+1])
		}
		if err != nil {
			return "", err
		}
		i += step
	}
	text := in.word.String()
	said := fmt.Sprintf("%s is %q, which the line says itself", name, text)
	if !slices.Contains(r.assumed, said) {
		r.assumed = append(r.assumed, said)
	}
	return text, nil
}

// matching is the length of what stands between two brackets, with these. s begins with the first.
func matching(s string, opens, closes byte) (int, error) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i + 1, nil
			}
		}
	}
	return 0, fmt.Errorf("a %c is not closed", opens)
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

// JoinWords is the line of a command that is written as a list of words. What is left to a shell or to compose in them,
// ${NAME:-4}, is left to it.
func JoinWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = Quote(w)
		if strings.Contains(w, "${") && !strings.ContainsAny(w, " \t\n") {
			quoted[i] = `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`, "`", "\\`").Replace(w) + `"`
		}
	}
	return strings.Join(quoted, " ")
}

// SplitWords are the words of a command line, as a shell reads them. It is an error where it takes a shell to run it:
// variables without a value, pipes.
func SplitWords(line string) ([]string, error) {
	split, err := (&shell{}).split(line)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(split))
	for i, w := range split {
		if w.operator || w.redirects {
			return nil, fmt.Errorf("%q in %q takes a shell, which nothing here starts: want the whole of it as words of one, such as sh -c 'a && exec celery ...'", w.text, line)
		}
		words[i] = w.text
	}
	return words, nil
}
