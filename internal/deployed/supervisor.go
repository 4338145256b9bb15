package deployed

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_]*)=("[^"]*"|'[^']*'|[^,]*)`)

// readSupervisor reads the programs of a configuration of supervisor (supervisord.org, "Configuration File").
func readSupervisor(_ string, data []byte, open Open) ([]started, error) {
	var list []started
	common := map[string]string{}
	fromFile(".env", open, common)
	for _, s := range sections(data, ";#") {
		if s.name == "supervisord" {
			environment(s.get("environment"), common)
		}
	}
	for _, s := range sections(data, ";#") {
		name, is := strings.CutPrefix(s.name, "program:")
		if !is {
			continue
		}
		p := started{Worker: Worker{Name: name, Source: fmt.Sprintf("program %q", name), Replicas: int(number(s.get("numprocs")))}, env: map[string]string{}}
		maps.Copy(p.env, common)
		environment(s.get("environment"), p.env)
		command, _, _ := strings.Cut(s.get("command"), " ;")
		p.Command = expressions(command, name, p.env)
		list = append(list, p)
	}
	return list, nil
}

func environment(text string, into map[string]string) {
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		into[m[1]] = unquote(strings.TrimSpace(m[2]))
	}
}

var expression = regexp.MustCompile(`%\(([A-Za-z0-9_]+)\)(?:0?[0-9]*)[sd]`)

// expressions puts values for %(ENV_NAME)s, %(program_name)s and %(process_num)02d; %% is a %.
func expressions(s, name string, env map[string]string) string {
	s = expression.ReplaceAllStringFunc(s, func(all string) string {
		switch key := expression.FindStringSubmatch(all)[1]; {
		case key == "program_name", key == "group_name":
			return name
		case key == "process_num":
			return "0"
		case strings.HasPrefix(key, "ENV_"):
			if v, known := env[strings.TrimPrefix(key, "ENV_")]; known {
				return v
			}
			return "${" + strings.TrimPrefix(key, "ENV_") + "}"
		}
		return all
	})
	return strings.ReplaceAll(s, "%%", "%")
}
