package deployed

import "strings"

// section is a part of a file in the form of INI, as supervisor and systemd have it.
type section struct {
	name string
	keys []entry
}

type entry struct{ name, value string }

// sections reads them. A line that is continued ends in a backslash, or the next one is indented.
func sections(data []byte, comments string) (all []section) {
	var last *entry
	continued := false
	for raw := range strings.Lines(string(data)) {
		line := strings.TrimSpace(raw)
		switch {
		case line == "" && !continued, line != "" && strings.IndexByte(comments, line[0]) >= 0:
			last, continued = nil, false
			continue
		case continued || last != nil && (raw[0] == ' ' || raw[0] == '\t'):
			last.value += " " + line
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			all = append(all, section{name: strings.Trim(line, "[]")})
			last = nil
			continue
		default:
			name, value, found := strings.Cut(line, "=")
			if !found || len(all) == 0 {
				last = nil
				continue
			}
			s := &all[len(all)-1]
			s.keys = append(s.keys, entry{strings.TrimSpace(name), strings.TrimSpace(value)})
			last = &s.keys[len(s.keys)-1]
		}
		if continued = strings.HasSuffix(last.value, "\\"); continued {
			last.value = strings.TrimSpace(strings.TrimSuffix(last.value, "\\"))
		}
	}
	return all
}

// get is the last value of a key.
func (s *section) get(name string) string {
	value := ""
	for _, e := range s.keys {
		if e.name == name {
			value = e.value
		}
	}
	return value
}
