package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun"
)

// program builds simrun, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "simrun-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "simrun")
	build := exec.Command("go", "build", "-o", path, "./cmd/simrun")
	build.Dir = filepath.Join("..", "..")
	out, err := build.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

const asked = `name: asked
run: {duration: 5m, warmup: 30s, replications: {min: 6, max: 12}}
broker: redis
tasks:
  mail:
    arrivals: {poisson: 3/s}
    work: [{cpu: 2ms}, {io: {lognormal: {p50: 40ms, p99: 400ms}}}]
    slo: {wait: {p95: 400ms}, loss: 1%}
  report:
    arrivals: {poisson: 0.5/s}
    work: [{io: {gamma: {mean: 4s, cv: 0.8}}}]
    failures: {error: 2%}
strategies:
  one-pool: {workers: {w: {queues: [mail, report], concurrency: 4}}}
  two-pools: {workers: {fast: {queues: [mail], concurrency: 1}, slow: {queues: [report], concurrency: 3}}}
`

// askable runs a scenario, and returns its page, which can be asked.
func askable(t *testing.T, yaml string) string {
	t.Helper()
	simrun, err := program()
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "asked.yaml")
	require.NoError(t, os.WriteFile(file, []byte(yaml), 0o600))
	out, err := exec.Command(simrun, "run", "--interactive", "--quiet", "--out", dir, file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	return filepath.Join(dir, "report.html")
}

// stage waits until what if has come so far.
func (b *browser) stage(t *testing.T, want string) {
	t.Helper()
	got := ""
	for range 1200 {
		if got = ask[string](t, b, `document.getElementById('what-if').dataset.stage || ''`); got == want || got == "wrong" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.Equal(t, want, got, "%s", ask[string](t, b, `document.querySelector('#what-if .stage').textContent`))
}

// move moves a control as a hand does.
func (b *browser) move(t *testing.T, control, value string) {
	t.Helper()
	ask[any](t, b, fmt.Sprintf(`{ const e = document.querySelector('[data-control=%q]'); if (e.type === 'checkbox') { e.checked = %q === '1'; } else { e.value = %q; } e.dispatchEvent(new Event('input', { bubbles: true })); 0 }`, control, value, value))
}

type shown struct{ Layout, Class, Metric, Verdict, Value, Low, High string }

func (b *browser) rows(t *testing.T) []shown {
	t.Helper()
	return ask[[]shown](t, b, `[...document.querySelectorAll('#what-if tbody tr')].map(r => ({ Layout: r.dataset.layout, Class: r.dataset.class, Metric: r.dataset.metric, Verdict: r.dataset.verdict, Value: r.dataset.value, Low: r.dataset.low, High: r.dataset.high }))`)
}

// told are the rows that a result of simrun run gives.
func told(r *simrun.Result) (rows []shown) {
	number := func(x *float64) string {
		if x == nil {
			return "null"
		}
		text, _ := json.Marshal(*x)
		return string(text)
	}
	row := func(s *simrun.Strategy, c *simrun.Class, metric, verdict string, e *simrun.Estimate) {
		one := shown{s.Name, c.Name, metric, verdict, "null", "null", "null"}
		if e.Known() {
			one.Value, one.Low, one.High = number(&e.Value), number(e.Low), number(e.High)
		}
		rows = append(rows, one)
	}
	for i := range r.Strategies {
		s := &r.Strategies[i]
		for j := range s.Classes {
			c := &s.Classes[j]
			for _, o := range c.SLO {
				row(s, c, o.Metric.String(), o.Verdict, o.Value)
			}
			if len(c.SLO) == 0 {
				var mean *simrun.Estimate // nil where the queue grows without end
				if c.Response != nil {
					mean = c.Response.Mean
				}
				row(s, c, "response.mean", "", mean)
			}
		}
	}
	return rows
}

// same compares figures as numbers: Go and JavaScript write them differently.
func same(t *testing.T, want, got []shown) {
	t.Helper()
	number := func(s string) float64 {
		if s == "null" {
			return -1
		}
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		return x
	}
	require.Len(t, got, len(want))
	for i, w := range want {
		g := got[i]
		assert.Equal(t, []string{w.Layout, w.Class, w.Metric, w.Verdict}, []string{g.Layout, g.Class, g.Metric, g.Verdict})
		for _, pair := range [][2]string{{w.Value, g.Value}, {w.Low, g.Low}, {w.High, g.High}} {
			assert.Equal(t, number(pair[0]), number(pair[1]), "%s %s %s", w.Layout, w.Class, w.Metric)
		}
	}
}

// run has simrun run answer a text.
func run(t *testing.T, yaml string) *simrun.Result {
	t.Helper()
	path, err := program()
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "changed.yaml")
	require.NoError(t, os.WriteFile(file, []byte(yaml), 0o600))
	out, err := exec.Command(path, "run", "--quiet", "--format", "json", "--out", dir, file).Output()
	require.NoError(t, err)
	var r simrun.Result
	require.NoError(t, json.Unmarshal(out, &r))
	return &r
}

func TestWhatIf(t *testing.T) {
	b := open(t)
	file := askable(t, asked)
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Less(t, info.Size(), int64(4_000_000))
	for _, width := range []int64{390, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d-%s", width, scheme), func(t *testing.T) {
				b.visit(t, file, width, scheme)
				ask[any](t, b, openAll)
				time.Sleep(100 * time.Millisecond)
				assert.LessOrEqual(t, ask[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`), 0)
				violations(t, b)
			})
		}
	}
	b.visit(t, file, 1280, "light")
	b.stage(t, "answer")
	same(t, told(run(t, asked)), b.rows(t))

	ask[any](t, b, `{ const e = document.getElementById('what-if'); window.stages = []; new MutationObserver(() => window.stages.push(e.dataset.stage)).observe(e, { attributes: true }); 0 }`)
	b.move(t, "load", "12")
	b.move(t, "slots/one-pool/w", "5")
	b.move(t, "failures/report", "0")
	b.stage(t, "answer")
	assert.Contains(t, ask[[]string](t, b, `window.stages`), "sample")
	text := ask[string](t, b, `document.getElementById('what-if-text').textContent`)
	assert.Contains(t, text, "scale: 1.5")
	assert.Contains(t, text, "concurrency: 6")
	assert.NotContains(t, text, "failures")
	moved := b.rows(t)
	same(t, told(run(t, text)), moved)

	t.Run("a link holds the state", func(t *testing.T) {
		address := ask[string](t, b, `location.href`)
		assert.Contains(t, address, "#if:")
		require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate("data:text/html,<p>away"), chromedp.Navigate(address)))
		b.stage(t, "answer")
		assert.Equal(t, text, ask[string](t, b, `document.getElementById('what-if-text').textContent`))
		assert.Equal(t, moved, b.rows(t))
	})
	t.Run("what cannot be says so", func(t *testing.T) {
		b.move(t, "layout/one-pool", "0")
		b.move(t, "layout/two-pools", "0")
		b.stage(t, "wrong")
		assert.Contains(t, ask[string](t, b, `document.querySelector('#what-if .stage').textContent`), "no layout is left")
	})
	t.Run("and back", func(t *testing.T) {
		ask[any](t, b, `document.querySelector('#what-if button[type=reset]').click()`)
		b.stage(t, "answer")
		assert.NotContains(t, ask[string](t, b, `location.href`), "#")
		assert.Zero(t, ask[int](t, b, `document.querySelectorAll('.moved').length`))
	})
	t.Run("paper leaves it out", func(t *testing.T) {
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		require.NoError(t, err)
		assert.Equal(t, "none", ask[string](t, b, `getComputedStyle(document.getElementById('what-if')).display`))
	})
	assert.Empty(t, b.words(), "the console")
	for _, u := range b.requests() {
		assert.True(t, strings.HasPrefix(u, "blob:"), u) // its own worker
	}
}

// The page of simrun serve asks the program, and follows its file.
func TestServe(t *testing.T) {
	b := open(t)
	path, err := program()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "asked.yaml")
	require.NoError(t, os.WriteFile(file, []byte(asked), 0o600))
	serve := exec.CommandContext(t.Context(), path, "serve", file)
	serve.Dir = t.TempDir()
	out, err := serve.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, serve.Start())
	address, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(strings.TrimSpace(address))))
	b.until(t, `document.getElementById('what-if') !== null`)
	violations(t, b)
	b.move(t, "load", "12")
	b.stage(t, "answer")
	text := ask[string](t, b, `document.getElementById('what-if-text').textContent`)
	assert.Contains(t, text, "scale: 1.5")
	same(t, told(run(t, text)), b.rows(t))

	require.NoError(t, os.WriteFile(file, []byte("tasks: {}\n"), 0o600))
	b.until(t, `document.getElementById('served').textContent.includes('asked.yaml:1:')`)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(asked, "concurrency: 4", "concurrency: 7", 1)), 0o600))
	b.until(t, `document.getElementById('served').dataset.version > '1' && document.getElementById('inputs').textContent.includes('concurrency: 7')`)
	b.stage(t, "answer") // the state is still in the address
	assert.Contains(t, ask[string](t, b, `document.getElementById('what-if-text').textContent`), "concurrency: 7")
	assert.Empty(t, b.words(), "the console")
	require.NoError(t, serve.Process.Signal(os.Interrupt))
	assert.NoError(t, serve.Wait())
	left, err := os.ReadDir(serve.Dir)
	require.NoError(t, err)
	assert.Empty(t, left, "what it wrote")
}

// until waits until something holds.
func (b *browser) until(t *testing.T, condition string) {
	t.Helper()
	for range 1200 {
		if holds, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](condition)); err == nil && holds {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("never: %s", condition)
}
