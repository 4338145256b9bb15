package scenarios

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tables between the marks on the page are those of the grammar: `keys of PATH` has every key of a map, `forms of
// PATH` those of which one is given, as they are written. A * in the path stands for a name of the user's own.
var marked = regexp.MustCompile(`(?s)(<!-- (keys|forms) of (\S+) -->\n).*?(<!-- end -->\n)`)

func TestTablesOfTheGrammarAreCurrent(t *testing.T) {
	const page = "../docs/scenario-file.md"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	tables := 0
	current := marked.ReplaceAllStringFunc(string(text), func(old string) string {
		tables++
		m := marked.FindStringSubmatch(old)
		r := recordAt(m[3])
		if m[2] == "forms" {
			return m[1] + formsTable(r) + m[4]
		}
		return m[1] + keysTable(r) + m[4]
	})
	require.Positive(t, tables)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(current), 0o644))
		return
	}
	assert.Equal(t, current, string(text), "make generate writes them anew")
}

// recordAt is the map at a path of the grammar; law is that of any law.
func recordAt(path string) *record {
	switch path {
	case ".":
		return grammar()
	case "law":
		return dist(durations(), "duration").(*either).pick(table).(*record)
	}
	return grammar().at(strings.ReplaceAll(path, ".*", ""))
}

func keysTable(r *record) string {
	var b strings.Builder
	b.WriteString("| key | default | meaning |\n|---|---|---|\n")
	for _, k := range r.keys {
		if k.shape != nil && k.example == "" {
			b.WriteString(strings.Join(strings.Fields(fmt.Sprintf("| `%s` | %s | %s |", k.name, k.otherwise(), cell(k.meaning()))), " ") + "\n")
		}
	}
	return b.String()
}

// otherwise is what holds where a key is missing.
func (k *key) otherwise() string {
	switch {
	case k.required:
		return "required"
	case k.absent != "":
		return cell(k.absent)
	case k.def == "{}":
		if v := k.shape.fill(literal(k.def, position{})); len(v.fields) <= 2 {
			return "`" + v.inline() + "`"
		}
	case k.def != "":
		return "`" + cell(k.def) + "`"
	}
	return ""
}

func formsTable(r *record) string {
	var b strings.Builder
	b.WriteString("| form | meaning |\n|---|---|\n")
	for _, k := range r.keys {
		if k.example != "" {
			fmt.Fprintf(&b, "| `%s` | %s |\n", cell(k.example), cell(k.doc))
		}
	}
	return b.String()
}

// cell is a text in a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
