package scenarios

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/celery"
	"example.com/simrun/worker"
)

// settingsTable is the table of settings of a page.
func settingsTable[W, C any](settings []celery.Setting[W, C]) string {
	var b strings.Builder
	b.WriteString("| key | in Celery | default | acts on | meaning |\n|---|---|---|---|---|\n")
	for i := range settings {
		s := &settings[i]
		var says []string
		if s.Flags != nil {
			says = append(says, code(s.Flags[0]))
		}
		for _, name := range []string{s.Name, s.Env} {
			if name != "" {
				says = append(says, code(name))
			}
		}
		meaning := s.Meaning
		if s.WhatIf {
			meaning += ". No setting of Celery does it"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(s.Key), strings.Join(says, ", "), defaultText(s), actsOn(s), meaning)
	}
	return b.String()
}

func code(text string) string { return "`" + text + "`" }

func defaultText[W, C any](s *celery.Setting[W, C]) string {
	if s.Default == nil {
		if s.Key == "queues" || s.Key == "concurrency" {
			return "required"
		}
		return "none"
	}
	if steps, ok := s.Default.([]int); ok {
		return code(strings.Join(strings.Fields(fmt.Sprint(steps)), ", "))
	}
	return code(settingValue(s.Default, nil).text)
}

func actsOn[W, C any](s *celery.Setting[W, C]) string {
	var where []string
	for _, p := range s.Pools {
		where = append(where, p.String())
	}
	for _, k := range s.Brokers {
		where = append(where, k.String())
	}
	if s.Since != "" {
		where = append(where, "Celery "+s.Since)
	}
	if s.Quantity.Kind == celery.Ordering {
		where = append(where, worker.Redis.String())
	}
	return strings.Join(where, ", ")
}

// The tables of the page are those of the program.
func TestTablesOfThePageAreCurrent(t *testing.T) {
	const file = "../docs/scenario-file.md"
	old, err := os.ReadFile(file)
	require.NoError(t, err)
	page := string(old)
	for name, table := range map[string]string{
		"worker": settingsTable(celery.WorkerSettings()),
		"broker": settingsTable(celery.BrokerSettings()),
	} {
		begin := "<!-- settings of a " + name + ": go test ./scenarios -update -->\n\n"
		before, rest, found := strings.Cut(page, begin)
		require.True(t, found, begin)
		_, after, found := strings.Cut(rest, "\n<!-- end -->")
		require.True(t, found, "end of "+name)
		page = before + begin + table + "\n<!-- end -->" + after
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(page), 0o644))
	}
	assert.Equal(t, string(old), page, "go test ./scenarios -update writes it")
}
