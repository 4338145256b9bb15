package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDecode: whatever the bytes, reading ends, in a scenario or in positioned errors; and what a scenario expands to
// is a scenario that expands to the same.
func FuzzDecode(f *testing.F) {
	for _, pattern := range []string{"*.yaml", "testdata/*.yaml", "testdata/bad/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	for _, text := range []string{
		"<<: &a {<<: *a}", "&a [*a]", "? ? ? a", "a: &a\n  b: &b\n    <<: [*a, *b]", "!!merge <<: 1", "\ufefftasks: {}",
		"tasks: {extends: {extends: extends}}", "tasks: {a: {extends: b}, b: {extends: a}}", "run: {replications: {min: 9e99}}",
		"observed: /dev\ntasks: {a: {arrivals: {trace: {file: /dev/zero}}}}", "%YAML 1.2\n---\n{}", "--- >\n", "- - - - -\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Decode("f.yaml", text, "testdata")
		if err != nil {
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 {
				t.Fatalf("not an error of the file: %v", err)
			}
			for _, p := range all {
				if p.Line < 1 || p.Column < 1 || p.Message == "" {
					t.Fatalf("nowhere: %+v", p)
				}
			}
			return
		}
		again, err := Decode("f.yaml", []byte(s.Expanded), "testdata")
		if err != nil {
			t.Fatalf("the expansion is refused: %v\n%s", err, s.Expanded)
		}
		if again.Expanded != s.Expanded {
			t.Fatalf("the expansion expands:\n%s\n%s", s.Expanded, again.Expanded)
		}
	})
}

// Files of the largest size end in an error, within seconds: the test's own time limit is the bound.
func TestLargeFiles(t *testing.T) {
	for name, text := range map[string]string{
		"too large":     strings.Repeat("#", maxBytes+1),
		"comments":      strings.Repeat("# a\n", maxBytes/4),
		"keys":          strings.Repeat("a: 1\n", maxBytes/8),
		"open brackets": strings.Repeat("[", 5000),
		"one long word": "about: " + strings.Repeat("x", maxBytes-100),
	} {
		if _, err := Decode("large.yaml", []byte(text), "."); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
