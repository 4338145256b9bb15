package deployed

import (
	"fmt"
	"strings"
)

// readUnit reads the command of a unit of systemd (systemd.service, systemd.exec, systemd.resource-control).
func readUnit(name string, data []byte, open Open) ([]started, error) {
	unit := stem(name)
	s := started{Worker: Worker{Name: unit, Source: fmt.Sprintf("unit %q", unit)}, env: map[string]string{}}
	for _, part := range sections(data, "#;") {
		if part.name != "Service" {
			continue
		}
		for _, e := range part.keys {
			switch e.name {
			case "Environment":
				assignments(e.value, s.env)
			case "EnvironmentFile":
				fromFile(strings.TrimPrefix(e.value, "-"), open, s.env)
			case "ExecStart":
				s.Command = strings.TrimLeft(e.value, "-@:+!")
			case "CPUQuota":
				s.Cores = number(strings.TrimSuffix(e.value, "%")) / 100
			case "MemoryMax", "MemoryLimit":
				s.Memory = size(e.value, false)
			}
		}
	}
	instance := unit
	if _, after, found := strings.Cut(unit, "@"); found {
		instance = after
	}
	s.Command = strings.NewReplacer("%%", "%", "%i", instance, "%I", instance, "%n", unit, "%N", unit).Replace(s.Command)
	return []started{s}, nil
}

// assignments reads Environment="A=b c" D=e.
func assignments(text string, into map[string]string) {
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		var word string
		if quote := text[0]; quote == '"' || quote == '\'' {
			end := strings.IndexByte(text[1:], quote)
			if end < 0 {
				return
			}
			word, text = text[1:1+end], text[2+end:]
		} else {
			word, text, _ = strings.Cut(text, " ")
		}
		if name, value, found := strings.Cut(word, "="); found {
			into[name] = unquote(value)
		}
	}
}
