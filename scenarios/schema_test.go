package scenarios

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

// asJSON is a YAML text as editors hand it to a schema.
func asJSON(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	require.NoError(t, yaml.Load(text, &v))
	return v
}

func TestSchemaFileIsCurrent(t *testing.T) {
	want, err := Schema()
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.WriteFile("schema.json", want, 0o644))
	}
	got, err := os.ReadFile("schema.json")
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "make generate writes it anew")
}

func TestSchemaTakesWhatIsRead(t *testing.T) {
	s := compiled(t)
	for _, file := range append(shipped(t), "testdata/everything.yaml") {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NoError(t, s.Validate(asJSON(t, text)), file)
		scenario, err := Read(file)
		require.NoError(t, err)
		assert.NoError(t, s.Validate(asJSON(t, []byte(scenario.Expanded))), "%s, expanded", file)
	}
}

// What the reader refuses, the schema does too, except where a mistake lies between two places of the file, in another
// file, or in the YAML itself.
func TestSchemaRefusesWhatIsRefused(t *testing.T) {
	readerOnly := []string{
		"broker-steps", "cycle-after", "cycle-all", "cycle-extends", "imported", "observed", "observed-bad",
		"observed-empty", "places", "plan-names", "producers-down", "queue-without-consumer", "sweep-cells", "sweep-paths", "sweep-size", "sweep-values",
		"tags", "time-stands-still", "too-short-too-long", "trace-with-countdowns", "trace-with-work", "unknown-baseline",
		"unknown-extends", "unknown-machine", "unknown-queue", "unreachable",
	}
	notYAML := []string{
		"alias-bomb", "alias-of-itself", "alias-unknown", "comments-only", "control-character", "duplicate-keys",
		"duplicate-names", "empty", "keys-not-strings", "merge-keys", "not-utf8", "not-yaml", "not-yaml-quote",
		"not-yaml-tab", "two-documents",
	}
	s := compiled(t)
	files, err := filepath.Glob("testdata/bad/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if slices.Contains(notYAML, name) {
				require.Error(t, yaml.Load(text, new(any)))
				return
			}
			refused := s.Validate(asJSON(t, text)) != nil
			assert.Equal(t, !slices.Contains(readerOnly, name), refused)
		})
	}
}

// The reader and the schema agree about single values.
func TestSchemaAndReaderAgree(t *testing.T) {
	const frame = `
machines: {m: {cores: CORES}}
run: {duration: DURATION, precision: SHARE, replications: WHOLE}
tasks:
  a: {arrivals: {poisson: RATE}, work: [{io: LAW}], acks_late: FLAG}
strategies:
  one: {workers: {w: {queues: [a], concurrency: 1, machine: m, order: ORDER}}}
`
	good := map[string]string{
		"CORES": "4", "DURATION": "1h", "SHARE": "5%", "WHOLE": "20", "RATE": "12/s", "LAW": "20ms", "FLAG": "true", "ORDER": "sorted",
	}
	cases := map[string]struct{ good, bad []string }{
		"CORES":    {[]string{"0.5", "500m", "64"}, []string{"0", "-1", "1e-9", `"4"`, "0m", "4c", "many", "[4]"}},
		"DURATION": {[]string{"20ms", "1.5s", "2m", "1e1h", "3d", `"1h"`}, []string{"0s", "0.0ms", "12", "1y", "-1s", "+1s", ".5s", "1 h", "1h30m", "h", "{}", "true"}},
		"SHARE":    {[]string{"0.1%", "100%"}, []string{"0%", "5", "0.05", "5 %", "x%", "-5%"}},
		"WHOLE":    {[]string{"1", "{min: 3}", "{min: 3, max: 5}"}, []string{"0", "1.5", "-1", "{min: 1}", "{mim: 3}", "many", "[1]"}},
		"RATE":     {[]string{"30/min", "0.19/h", "5/day"}, []string{"0/s", "-1/s", "12", "12/m", "/s", "12 /s"}},
		"LAW": {
			[]string{"0s", "{exponential: 1s}", "{lognormal: {mean: 1s, cv: 1}}", "{lognormal: {p50: 1s, p99: 2s}}", "{mixture: [{weight: 1, of: {uniform: [0s, 1s]}}]}"},
			[]string{"{}", "{exponential: 0s}", "{exponential: 1s, gamma: {mean: 1s, cv: 1}}", "{lognormal: {mean: 1s}}", "{lognormal: {mean: 1s, cv: 1, p50: 1s, p99: 2s}}", "{uniform: [1s]}", "{normal: 1s}", "{mixture: [{of: 1s}]}", "5"},
		},
		"FLAG":  {[]string{"false"}, []string{"1", "yes", `"true"`}},
		"ORDER": {[]string{"round_robin", "strict", "{weighted: {a: 3}}"}, []string{"fair", "weighted", "{weighted: {}}", "{weighted: {a: 0}}", "{wighted: {a: 1}}"}},
	}
	s := compiled(t)
	for place, c := range cases {
		for want, values := range map[bool][]string{true: c.good, false: c.bad} {
			for _, v := range values {
				text := frame
				for p, ok := range good {
					if p == place {
						ok = v
					}
					text = strings.ReplaceAll(text, p, ok)
				}
				_, err := Decode("s.yaml", []byte(text), ".")
				assert.Equal(t, want, err == nil, "reader, %s: %s: %v", place, v, err)
				err = s.Validate(asJSON(t, []byte(text)))
				assert.Equal(t, want, err == nil, "schema, %s: %s: %v", place, v, err)
			}
		}
	}
}

func TestSchemaLeavesOutWhatIsNotSupported(t *testing.T) {
	text, err := Schema()
	require.NoError(t, err)
	for _, key := range []string{"after_failure"} {
		assert.NotContains(t, string(text), `"`+key+`"`)
	}
}
