package simrun_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "example.com/simrun"

// allowed says what of the project every package may import, and which other modules. Arrows point down, never up.
// The standard library is always allowed; only code is looked at, not tests: a test may join two worlds.
var allowed = map[string]struct{ project, outside []string }{
	"des":               {},
	"internal/units":    {},
	"internal/randomly": {},
	"internal/sheet":    {project: []string{"internal/units"}},
	"theory":            {},                         // independent of what it judges
	"system":            {project: []string{"des"}}, // plain data
	"stats":             {outside: []string{"gonum.org/v1/gonum"}},

	"worker":     {project: []string{"des"}},
	"workloads":  {project: []string{"des", "internal/sheet", "internal/units", "worker"}},
	"celery":     {project: []string{"des", "internal/units", "worker"}},
	"capacity":   {project: []string{"des", "system", "worker", "workloads"}},
	"strategies": {project: []string{"capacity", "celery", "des", "system", "internal/units", "worker", "workloads"}},

	// Neither world knows the other, nor where a scenario comes from.
	"sim":  {project: []string{"des", "strategies", "system", "worker", "workloads"}},
	"live": {project: []string{"des", "strategies", "system", "worker", "workloads"}},

	"scenarios": {
		project: []string{"capacity", "celery", "des", "internal/deployed", "internal/sheet", "strategies", "system", "internal/units", "worker", "workloads"},
		outside: []string{"go.yaml.in/yaml/v4", "github.com/invopop/jsonschema"},
	},
	"internal/experiment": {
		project: []string{"capacity", "des", "internal/fidelity/known", "scenarios", "sim", "stats", "strategies", "system", "internal/units", "worker", "workloads"},
		outside: []string{"gonum.org/v1/gonum"},
	},
	"internal/compare": {
		project: []string{"internal/experiment", "stats", "workloads"},
	},
	"internal/figures": {project: []string{"internal/experiment", "internal/units", "workloads"}},
	"internal/whatif": { // has a scenario answered that is a little different
		project: []string{"internal/experiment", "internal/figures", "internal/units", "scenarios", "worker", "workloads"},
	},
	"internal/serve":  {}, // a server of pages that others make
	"internal/engine": {}, // builds internal/whatif/wasm, and knows nothing of it
	"internal/plan": { // makes layouts and has them judged
		project: []string{"celery", "internal/experiment", "internal/units", "scenarios", "sim", "strategies", "system", "worker", "workloads"},
	},
	"internal/cells":      {project: []string{"internal/experiment", "scenarios"}},                                     // runs, sent to other processes
	"internal/shards":     {project: []string{"internal/cells", "internal/experiment", "internal/units", "scenarios"}}, // and left in files
	"internal/celerytest": {},                                                                                          // for tests
	"internal/oncelery": { // and on workers of Celery
		project: []string{"internal/cells", "internal/experiment", "scenarios"},
		outside: []string{"github.com/redis/go-redis/v9", "github.com/rabbitmq/amqp091-go"},
	},
	"internal/bench": { // takes the real world from the command
		project: []string{"celery", "des", "internal/experiment", "internal/units", "scenarios", "sim", "strategies", "system", "worker", "workloads"},
	},
	"internal/logs": { // what was seen, of whatever kind: it makes nothing of it
		project: []string{"internal/sheet", "internal/units", "scenarios"},
		outside: []string{"github.com/klauspost/compress"},
	},
	"internal/recordings": { // makes scenarios of what was recorded: it runs and judges nothing
		project: []string{"celery", "des", "internal/logs", "internal/units", "scenarios", "worker", "workloads"},
		outside: []string{"gonum.org/v1/gonum"},
	},
	"internal/imports": { // from a log to a scenario that gives it back
		project: []string{"celery", "des", "internal/deployed", "internal/experiment", "internal/logs", "internal/recordings", "internal/units", "scenarios", "strategies", "worker", "workloads"},
	},
	"internal/deployed": { // files that start workers: no scenario
		project: []string{"celery", "internal/units"},
		outside: []string{"go.yaml.in/yaml/v4"},
	},
	"internal/lint": { // what is known to go wrong, before anything runs
		project: []string{"des", "internal/units", "scenarios", "strategies", "worker", "workloads"},
	},
	"internal/fidelity/known": {}, // what was found, for those that must not know how
	"internal/fidelity": { // prediction against recording: it knows what was found, not how
		project: []string{"celery", "des", "internal/experiment", "internal/fidelity/known", "internal/recordings", "report", "scenarios", "stats", "internal/units", "workloads"},
	},
	"report": { // shows what was found: it runs nothing
		project: []string{"capacity", "celery", "des", "internal/bench", "internal/compare", "internal/experiment", "internal/figures", "internal/plan", "internal/recordings", "internal/sheet", "scenarios", "strategies", "system", "internal/units", "internal/whatif", "worker", "workloads"},
		outside: []string{"gonum.org/v1/plot", "golang.org/x/image", "github.com/jedib0t/go-pretty/v6"},
	},
	"spec": {}, // a scenario in Go knows no meaning
	"": { // for other programs: read or build, run, write
		project: []string{"internal/experiment", "report", "scenarios", "spec"},
	},
	"cmd/simrun": {
		project: []string{"celery", "internal/bench", "internal/cells", "internal/compare", "internal/deployed", "internal/engine", "internal/experiment", "internal/fidelity", "internal/fidelity/known", "internal/imports", "internal/lint", "internal/logs", "internal/plan", "live", "internal/oncelery", "internal/recordings", "report", "scenarios", "internal/serve", "internal/shards", "strategies", "theory", "internal/units", "internal/whatif", "worker", "workloads"},
		outside: []string{"github.com/spf13/cobra", "github.com/vbauerster/mpb/v8", "github.com/vbauerster/cupwriter"},
	},
}

// pkg is what go list says of a package.
type pkg struct {
	Dir, ImportPath, Name, Export string
	GoFiles, Imports              []string
}

// name is the path below the module's root.
func (p *pkg) name() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

func list(t *testing.T, args ...string) (all []pkg) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "go", append([]string{"list"}, args...)...)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, err, stderr.String())
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := d.Decode(&p)
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// packages are those of the module.
func packages(t *testing.T) []pkg {
	t.Helper()
	return list(t, "-json=Dir,ImportPath,Name,GoFiles,Imports", "./...")
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		rule, known := allowed[p.name()]
		if !known {
			t.Errorf("package %s: say in the table of arch_test.go what it may import", p.name())
			continue
		}
		for _, path := range p.Imports {
			if why := forbidden(path, rule.project, rule.outside); why != "" {
				t.Errorf("package %s imports %s: %s", p.name(), path, why)
			}
		}
	}
}

// forbidden says why an import is not allowed; empty if it is.
func forbidden(path string, project, outside []string) string {
	if name, ours := strings.CutPrefix(path, module+"/"); ours {
		if !slices.Contains(project, name) {
			return fmt.Sprintf("of the project it may import %v", project)
		}
		return ""
	}
	if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	for _, mod := range outside {
		if path == mod || strings.HasPrefix(path, mod+"/") {
			return ""
		}
	}
	return fmt.Sprintf("of other modules it may import %v", outside)
}

// Packages in which the same seed must give the same bytes on any number of cores.
var (
	// These are one thread of control from the first event to the last.
	sequential = []string{"des", "worker", "sim"}
	// These neither read a clock nor draw from a global generator.
	pure = []string{
		"des", "worker", "sim", "workloads", "celery", "capacity", "strategies", "system", "theory", "stats", "internal/units", "internal/sheet", "spec", "scenarios", "internal/recordings", "internal/experiment", "internal/figures", "internal/compare", "internal/whatif", "internal/plan", "internal/bench", "internal/fidelity", "report",
	}
)

// clocks are the functions of package time that look at or wait for the real clock.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

func TestDeterminism(t *testing.T) {
	load := typechecker(t)
	for _, p := range packages(t) {
		isPure, isSequential := slices.Contains(pure, p.name()), slices.Contains(sequential, p.name())
		if !isPure && !isSequential {
			continue
		}
		files, info, fset := load(p)
		complain := func(n ast.Node, format string, args ...any) {
			at := fset.Position(n.Pos())
			t.Errorf("%s/%s:%d: %s", p.name(), filepath.Base(at.Filename), at.Line, fmt.Sprintf(format, args...))
		}
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				if isPure {
					checkPure(n, info, complain)
				}
				if isSequential {
					checkSequential(n, info, complain)
				}
				return true
			})
		}
	}
}

func checkPure(n ast.Node, info *types.Info, complain func(ast.Node, string, ...any)) {
	id, ok := n.(*ast.Ident)
	if !ok {
		return
	}
	f, ok := info.Uses[id].(*types.Func)
	if !ok || f.Pkg() == nil || f.Signature().Recv() != nil {
		return
	}
	switch f.Pkg().Path() {
	case "time":
		if slices.Contains(clocks, f.Name()) {
			complain(n, "time.%s: time comes as an argument (des.Time)", f.Name())
		}
	case "math/rand", "math/rand/v2":
		if !strings.HasPrefix(f.Name(), "New") {
			complain(n, "rand.%s draws from the global generator: draw from a des.Stream", f.Name())
		}
	}
}

func checkSequential(n ast.Node, info *types.Info, complain func(ast.Node, string, ...any)) {
	switch n := n.(type) {
	case *ast.GoStmt:
		complain(n, "no goroutine here: a run is one thread of control")
	case *ast.SelectStmt:
		complain(n, "no select here: a run is one thread of control")
	case *ast.ChanType, *ast.SendStmt:
		complain(n, "no channel here: a run is one thread of control")
	case *ast.RangeStmt:
		if typ := info.TypeOf(n.X); typ != nil {
			if _, isMap := typ.Underlying().(*types.Map); isMap {
				complain(n, "no range over a map here: its order changes from run to run")
			}
		}
	case *ast.ImportSpec:
		switch path := strings.Trim(n.Path.Value, `"`); path {
		case "sync", "sync/atomic", "context", "os", "maps", "math/rand":
			complain(n, "no import of %s here: no locks, no contexts, no files, no map order, no old generator", path)
		}
	}
}

// typechecker reads packages with their types, what they import from the compiler's export data.
func typechecker(t *testing.T) func(pkg) ([]*ast.File, *types.Info, *token.FileSet) {
	t.Helper()
	args := []string{"-export", "-deps", "-json=ImportPath,Export"}
	for _, name := range slices.Concat(sequential, pure) {
		args = append(args, "./"+name)
	}
	export := map[string]string{}
	for _, p := range list(t, args...) {
		export[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	return func(p pkg) ([]*ast.File, *types.Info, *token.FileSet) {
		var files []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			files = append(files, f)
		}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
		_, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, info)
		require.NoError(t, err)
		return files, info, fset
	}
}

// The rules above find what they are for.
func TestDeterminismRulesBite(t *testing.T) {
	const source = `package p
import ("math/rand/v2"; "sync"; "time")
var _ sync.Mutex
func f(m map[int]int, c chan int) {
	go f(nil, nil)
	for range m {}
	select {}
	c <- rand.IntN(3)
	_ = time.Now()
	_ = rand.New(nil).IntN(3)
}`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", source, parser.SkipObjectResolution)
	require.NoError(t, err)
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{}}
	_, err = (&types.Config{Importer: importer.Default()}).Check("p", fset, []*ast.File{f}, info)
	require.NoError(t, err)
	var lines []int
	ast.Inspect(f, func(n ast.Node) bool {
		complain := func(n ast.Node, _ string, _ ...any) { lines = append(lines, fset.Position(n.Pos()).Line) }
		checkPure(n, info, complain)
		checkSequential(n, info, complain)
		return true
	})
	assert.Equal(t, []int{2, 4, 5, 6, 7, 8, 8, 9}, lines)
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	house := read(t, "docs/architecture.md")
	for _, p := range packages(t) {
		line := cmp.Or(p.name(), p.Name)
		assert.Regexp(t, `(?m)^ *`+line+` `, house, "docs/architecture.md has no line for package %s", line)
		const file = "doc.go"
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
		if assert.NoError(t, err, "package %s has no %s", p.name(), file) {
			want := "Package " + p.Name + " "
			if p.Name == "main" {
				want = "Command "
			}
			assert.True(t, strings.HasPrefix(f.Doc.Text(), want), "%s/%s: the comment begins with %q", p.name(), file, want)
		}
	}
}

// What other programs may import shows how, but for plain data, what takes real time, and what strategies shows.
func TestPublicPackagesHaveExamples(t *testing.T) {
	others := []string{"capacity", "live", "spec", "system"}
	for _, p := range packages(t) {
		name := p.name()
		if strings.HasPrefix(name, "internal/") || strings.HasPrefix(name, "cmd/") || slices.Contains(others, name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(p.Dir, "example_test.go"))
		if assert.NoError(t, err, "package %s", p.ImportPath) {
			assert.Contains(t, string(text), "// Output:", "package %s: an example that is run", p.ImportPath)
		}
	}
}
