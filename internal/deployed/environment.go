package deployed

import (
	"path"
	"path/filepath"
	"strings"
)

// variables reads NAME=VALUE lines of an env file or an EnvironmentFile.
func variables(data []byte, into map[string]string) {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if name, value, found := strings.Cut(line, "="); found {
			into[strings.TrimSpace(name)] = unquote(strings.TrimSpace(value))
		}
	}
}

func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// fromFile adds the variables of a file, if there is one: beside the one that is read, or there under its last name.
func fromFile(name string, open Open, into map[string]string) {
	for _, try := range []string{name, path.Base(filepath.ToSlash(name))} {
		if filepath.IsAbs(try) || path.IsAbs(try) {
			continue
		}
		if data, err := open(try); err == nil {
			variables(data, into)
			return
		}
	}
}

// interpolate puts values for ${NAME}, ${NAME:-default} and $NAME, as compose does before anything else, where they are
// known or the text says them; $$ is a $ for whoever comes later.
func interpolate(s string, env map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '$' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		switch rest := s[i+1:]; rest[0] {
		case '$':
			b.WriteByte('$')
			i++
		case '{':
			n := strings.IndexByte(rest, '}')
			if n < 0 {
				b.WriteByte('$')
				continue
			}
			b.WriteString(braced(rest[1:n], env))
			i += n + 1
		default:
			n := len(rest) - len(strings.TrimLeft(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789"))
			if v, known := env[rest[:n]]; known && n > 0 {
				b.WriteString(v)
			} else {
				b.WriteString(s[i : i+1+n])
			}
			i += n
		}
	}
	return b.String()
}

func braced(inner string, env map[string]string) string {
	n := strings.IndexAny(inner, ":-?+")
	name := inner
	if n >= 0 {
		name = inner[:n]
	}
	v, known := env[name]
	switch {
	case known && v != "":
		return v
	case n >= 0 && strings.HasPrefix(inner[n:], ":-"):
		return interpolate(inner[n+2:], env)
	case n >= 0 && inner[n] == '-' && !known:
		return interpolate(inner[n+1:], env)
	case known:
		return v
	}
	return "${" + inner + "}"
}
