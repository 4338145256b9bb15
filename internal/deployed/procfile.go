package deployed

import (
	"fmt"
	"strings"
)

// readProcfile reads the process types of a Procfile.
func readProcfile(_ string, data []byte, open Open) ([]started, error) {
	env := map[string]string{}
	fromFile(".env", open, env)
	var list []started
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, command, _ := strings.Cut(line, ":")
		list = append(list, started{Worker: Worker{Name: name, Source: fmt.Sprintf("process %q", name), Command: strings.TrimSpace(command)}, env: env})
	}
	return list, nil
}
