package simrun_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun/celery"
)

var update = flag.Bool("update", false, "rewrite the example and its output in the READMEs")

// readmes say the same in two languages: the essay that the project grew from is Korean.
var readmes = []string{"README.md", "README.ko.md"}

const (
	reader = "go run ./cmd/simrun" // how pages call the program
	rest   = "…"                   // stands for what is left out
)

// block is a fenced block of a page.
type block struct {
	language string
	lines    []string
	from, to int // lines of the page between the fences
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func blocks(page, language string) (found []block) {
	var b *block
	for i, line := range strings.Split(page, "\n") {
		switch {
		case !strings.HasPrefix(line, "```"):
			if b != nil {
				b.lines = append(b.lines, line)
			}
		case b == nil:
			b = &block{language: line[3:], from: i + 1}
		default:
			b.to = i
			if b.language == language {
				found = append(found, *b)
			}
			b = nil
		}
	}
	return found
}

// scratch is the folder of the built program; empty if no test needed it.
var scratch string

// built builds the program once for all tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "simrun")
	if err != nil {
		return "", err
	}
	scratch = dir
	path := filepath.Join(dir, "simrun")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/simrun").CombinedOutput()
	if err != nil {
		os.Stderr.Write(out) //nolint:errcheck // the error says enough
	}
	return path, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if scratch != "" {
		os.RemoveAll(scratch)
	}
	os.Exit(code)
}

// run runs a command line of a page where its files are, but where it cannot write into the repository.
func run(t *testing.T, line string) string {
	t.Helper()
	program, err := built()
	require.NoError(t, err)
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(root, "scenarios"), filepath.Join(dir, "scenarios")))
	line, _, _ = strings.Cut(line, " #")
	words, err := celery.SplitWords(strings.TrimPrefix(line, reader))
	require.NoError(t, err, line)
	c := exec.CommandContext(t.Context(), program, words...)
	c.Dir = dir
	var stderr strings.Builder
	c.Stderr = &stderr
	if strings.HasPrefix(line, reader+" serve ") {
		return untilServed(t, c)
	}
	out, err := c.Output()
	require.NoError(t, err, "%s: %s", line, stderr.String())
	return string(out)
}

// untilServed runs a server until it says where it is.
func untilServed(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	require.NoError(t, c.Wait())
	return address
}

// A command of a page may have quoted words, as those with the lines of workers do.
func TestCommandsOfThePagesMayBeQuoted(t *testing.T) {
	assert.Contains(t, run(t, reader+` check 'scenarios/minimal.yaml' "scenarios/priority.yaml" # two of them`), "\nname: priority\n")
}

func TestExampleOfTheReadmesIsCurrent(t *testing.T) {
	for _, file := range readmes {
		t.Run(file, func(t *testing.T) { exampleOf(t, file) })
	}
}

func exampleOf(t *testing.T, readme string) {
	page := read(t, readme)
	example, output := blocks(page, "yaml"), blocks(page, "console")
	require.Len(t, example, 1)
	require.Len(t, output, 1)
	_, file, _ := strings.Cut(strings.TrimPrefix(output[0].lines[0], "$ "), reader+" ")
	want := strings.Split(strings.TrimSpace(read(t, file)), "\n")
	printed := strings.Split(run(t, strings.TrimPrefix(output[0].lines[0], "$ ")), "\n")
	shown := output[0].lines[1:]
	require.Equal(t, rest, shown[len(shown)-1], "what is left out is marked")
	shown = shown[:len(shown)-1]
	printed = printed[:len(shown)]
	if *update {
		lines := strings.Split(page, "\n")
		lines = slices.Replace(lines, output[0].from+1, output[0].to-1, printed...)
		lines = slices.Replace(lines, example[0].from, example[0].to, want...)
		require.NoError(t, os.WriteFile(readme, []byte(strings.Join(lines, "\n")), 0o644))
		return
	}
	assert.Equal(t, want, example[0].lines, "make generate writes it anew")
	assert.Equal(t, printed, shown, "make generate writes it anew")
}

// A reader of either language is sent to the same places.
func TestReadmesAgree(t *testing.T) {
	places := func(file string) []string {
		var all []string
		for _, link := range links.FindAllStringSubmatch(read(t, file), -1) {
			if !slices.Contains(readmes, link[1]) {
				all = append(all, link[1])
			}
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	assert.Equal(t, places(readmes[0]), places(readmes[1]))
}

// What a new user copies must work: simrun runs, and a target of make exists.
func TestCommandsOfThePages(t *testing.T) {
	makefile := read(t, "Makefile")
	ran := map[string]bool{}
	for _, file := range append([]string{"CONTRIBUTING.md"}, readmes...) {
		for _, b := range blocks(read(t, file), "sh") {
			for _, line := range b.lines {
				line, _, _ = strings.Cut(line, " #")
				line = strings.TrimSpace(line)
				switch {
				case line == "" || line == "make" || ran[line]:
				case strings.HasPrefix(line, "make "):
					for _, target := range strings.Fields(line)[1:] {
						if !strings.Contains(target, "=") {
							assert.Contains(t, makefile, "\n"+target+":", "%s: %s", file, line)
						}
					}
				case strings.HasPrefix(line, reader+" "):
					ran[line] = true
					t.Run(line, func(t *testing.T) {
						t.Parallel()
						assert.NotEmpty(t, run(t, line))
					})
				case strings.HasPrefix(line, "go "):
					for word := range strings.FieldsSeq(line) {
						if dir, ok := strings.CutPrefix(word, "./"); ok && dir != "..." {
							assert.DirExists(t, dir, "%s: %s", file, line)
						}
					}
				default:
					t.Errorf("%s: no test knows how to try %q", file, line)
				}
			}
		}
	}
}

var links = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

func pages(t *testing.T) []string {
	t.Helper()
	found := []string{"CONTRIBUTING.md"}
	for _, pattern := range []string{"README*.md", "docs/*.md", "docs/decisions/*.md", "scenarios/*.md", "tools/*/*.md"} {
		more, err := filepath.Glob(pattern)
		require.NoError(t, err)
		found = append(found, more...)
	}
	return found
}

func TestLinksOfThePages(t *testing.T) {
	for _, file := range pages(t) {
		for _, link := range links.FindAllStringSubmatch(read(t, file), -1) {
			if to := link[1]; !strings.Contains(to, "://") {
				_, err := os.Stat(filepath.Join(filepath.Dir(file), to))
				assert.NoError(t, err, "%s links to %s", file, to)
			}
		}
	}
}

func TestEveryShippedScenarioIsNamed(t *testing.T) {
	files, err := filepath.Glob("scenarios/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, readme := range readmes {
		for _, file := range files {
			assert.Contains(t, read(t, readme), "("+file+")", "%s has no line for %s", readme, file)
		}
	}
}

// The reference page has every key of the format, and its examples are scenarios.
func TestScenarioPage(t *testing.T) {
	page := read(t, "docs/scenario-file.md")
	var schema any
	require.NoError(t, json.Unmarshal([]byte(run(t, reader+" schema")), &schema))
	keys := map[string]bool{}
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if p, ok := v["properties"].(map[string]any); ok {
				for key := range p {
					keys[key] = true
				}
			}
			for _, inner := range v {
				collect(inner)
			}
		case []any:
			for _, inner := range v {
				collect(inner)
			}
		}
	}
	collect(schema)
	require.Greater(t, len(keys), 50)
	for key := range keys {
		// In code: as `key`, as `{key: ..}` or beside others.
		word := regexp.MustCompile("`[^`\n]*\\b" + regexp.QuoteMeta(key) + "\\b[^`\n]*`")
		assert.Regexp(t, word, page, "docs/scenario-file.md says nothing of %q", key)
	}
	examples := blocks(page, "yaml")
	require.NotEmpty(t, examples)
	program, err := built()
	require.NoError(t, err)
	for _, e := range examples {
		file := filepath.Join(t.TempDir(), "example.yaml")
		require.NoError(t, os.WriteFile(file, []byte(strings.Join(e.lines, "\n")), 0o644))
		out, err := exec.CommandContext(t.Context(), program, "check", file).CombinedOutput()
		assert.NoError(t, err, "line %d: %s", e.from, out)
	}
}

// Every scenario has its story, and says what would turn the answer round.
func TestEveryScenarioHasItsStory(t *testing.T) {
	stories := strings.Split(read(t, "scenarios/README.md"), "\n### ")[1:]
	files, err := filepath.Glob("scenarios/*.yaml")
	require.NoError(t, err)
	told := map[string]string{}
	for _, story := range stories {
		m := regexp.MustCompile(`^\[(.+?)\]\((.+?)\): `).FindStringSubmatch(story)
		require.NotNil(t, m, "a title names its file: %.60s", story)
		require.Equal(t, m[1], m[2])
		told["scenarios/"+m[1]] = story
	}
	for _, file := range files {
		story := told[file]
		assert.NotEmpty(t, story, "scenarios/README.md tells no story of %s: add a section, with what would flip it", file)
		assert.Contains(t, story, "*What flips it:*", "%s", file)
		delete(told, file)
	}
	assert.Empty(t, told, "stories of what is not there")
}
