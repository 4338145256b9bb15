package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/simrun"
)

//go:embed axe/axe.min.js
var axe string

// browser is a tab, and what it said and asked for.
type browser struct {
	ctx   context.Context
	mu    sync.Mutex
	said  []string
	asked []string
}

// open starts a browser, or skips the test where there is none.
func open(t *testing.T) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no chromium on PATH: install it to open the report in a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(tab, 3*time.Minute)
	t.Cleanup(cancel)
	b := &browser{ctx: ctx}
	require.NoError(t, chromedp.Do(ctx))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	require.NoError(t, chromedp.Listen(ctx, b.hear))
	// The listener works: without this line, a console that nobody hears would pass for an empty one.
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("data:text/html,<script>console.log('heard')</script>")))
	require.Contains(t, b.words(), "log")
	b.forget()
	return b
}

func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		b.said = append(b.said, string(e.Type))
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Text)
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	}
}

func (b *browser) words() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.said...)
}

func (b *browser) requests() (foreign []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, u := range b.asked {
		if !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "file:") {
			foreign = append(foreign, u)
		}
	}
	return foreign
}

func (b *browser) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said, b.asked = nil, nil
}

// visit opens a page in a window of a width, light or dark.
func (b *browser) visit(t *testing.T, file string, width int64, scheme string) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(t, err)
	address := (&url.URL{Scheme: "file", Path: file}).String()
	require.NoError(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(address)))
}

// ask runs an expression in the page; a promise is waited for.
func ask[T any](t *testing.T, b *browser, expression string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err, expression)
	return v
}

// pages runs scenarios and returns the files of their pages.
func pages(t *testing.T, names ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range names {
		s, err := simrun.Read(filepath.Join("..", "..", "scenarios", name+".yaml"))
		if filepath.IsAbs(name) {
			s, err = simrun.Read(name)
		}
		require.NoError(t, err)
		r, err := simrun.Run(t.Context(), s, simrun.Options{})
		require.NoError(t, err)
		dir := t.TempDir()
		require.NoError(t, simrun.WriteFolder(t.Context(), dir, s, r))
		found[filepath.Base(name)] = filepath.Join(dir, "report.html")
	}
	return found
}

// many writes a scenario of twelve classes with long names under six layouts.
func many(t *testing.T) string {
	t.Helper()
	var s strings.Builder
	s.WriteString("name: many\nrun: {duration: 5m, warmup: 30s, replications: 3}\nbroker: redis\ntasks:\n")
	for i := range 12 {
		fmt.Fprintf(&s, "  class-number-%d-of-the-shop-with-a-long-name:\n    queue: q%d\n    arrivals: {poisson: %d/s}\n    work: [{io: {exponential: %dms}}]\n    slo: {wait: {p95: %dms}}\n", i, i%4, 2+i, 20+12*i, 300+50*i)
	}
	s.WriteString("strategies:\n")
	for _, n := range []int{12, 14, 16, 20, 24, 32} {
		fmt.Fprintf(&s, "  layout-with-%d-slots-and-a-name-that-is-long:\n    workers:\n      w: {queues: [q0, q1, q2, q3], concurrency: %d}\n", n, n)
	}
	path := filepath.Join(t.TempDir(), "many.yaml")
	require.NoError(t, os.WriteFile(path, []byte(s.String()), 0o644))
	return path
}

const openAll = `document.querySelectorAll('details').forEach(d => d.open = true)`

func TestPages(t *testing.T) {
	b := open(t)
	for name, file := range pages(t, "priority", "faults", many(t)) {
		for _, width := range []int64{390, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				t.Run(fmt.Sprintf("%s-%d-%s", name, width, scheme), func(t *testing.T) {
					b.forget()
					b.visit(t, file, width, scheme)
					for _, state := range []string{"shut", "open"} {
						over := ask[int](t, b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
						assert.LessOrEqual(t, over, 0, "%s: pixels that the page is wider than the window", state)
						ask[any](t, b, openAll)
						time.Sleep(100 * time.Millisecond)
					}
					assert.Zero(t, ask[int](t, b, `[...document.querySelectorAll('pre')].filter(p => p.scrollWidth > p.clientWidth).length`), "commands that are cut")
					assert.Equal(t, map[string]string{"light": "rgb(246, 247, 249)", "dark": "rgb(20, 23, 26)"}[scheme], ask[string](t, b, `getComputedStyle(document.body).backgroundColor`))
					if width == 390 {
						assert.True(t, ask[bool](t, b, `[...document.querySelectorAll('.cards tbody tr')].every(r => r.querySelector('td.verdict').getBoundingClientRect().top <= Math.min(...[...r.querySelectorAll('td')].map(c => c.getBoundingClientRect().top)))`), "the verdict comes first")
					}
					assert.Empty(t, overlaps(t, b), "texts of a picture that overlap")
					violations(t, b)
					assert.Empty(t, b.words(), "the console")
					assert.Empty(t, b.requests(), "requests")
				})
			}
		}
	}
}

// The table of layouts, which is read first, is seen whole in a window on a laptop, with prices and targets of several kinds.
func TestLayoutsFitTheirWindow(t *testing.T) {
	b := open(t)
	for name, file := range pages(t, "resources", "network") {
		for _, width := range []int64{1024, 1200} {
			b.visit(t, file, width, "light")
			assert.Zero(t, ask[int](t, b, `(e => e.scrollWidth - e.clientWidth)(document.querySelector('.box[aria-label=Layouts]'))`), "%s at %d: pixels that are out of sight", name, width)
		}
	}
}

// overlaps are the texts in the heads of pictures (titles and legends) that lie over one another, and all that leave the
// picture.
func overlaps(t *testing.T, b *browser) []string {
	t.Helper()
	return ask[[]string](t, b, `[...document.querySelectorAll('figure > svg')].flatMap(svg => {
		const frame = svg.getBoundingClientRect(), found = [];
		if (frame.width === 0) { return found; }
		const boxes = [...svg.querySelectorAll('text')].map(e => ({ text: e.textContent, r: e.getBoundingClientRect() }));
		const head = boxes.filter(({ r }) => r.top < frame.top + frame.height * 0.2);
		for (const { text, r } of boxes) {
			if (r.right > frame.right + 1 || r.left < frame.left - 1 || r.bottom > frame.bottom + 1 || r.top < frame.top - 1) { found.push(svg.getAttribute('aria-label').slice(0, 90) + ': leaves: ' + text); }
		}
		head.forEach((a, i) => head.slice(i + 1).forEach(c => {
			const w = Math.min(a.r.right, c.r.right) - Math.max(a.r.left, c.r.left), h = Math.min(a.r.bottom, c.r.bottom) - Math.max(a.r.top, c.r.top);
			if (w > 1 && h > Math.min(a.r.height, c.r.height) * 0.4) { found.push(a.text + ' over ' + c.text); }
		}));
		return found;
	})`)
}

// violations runs axe-core on the page as it stands.
func violations(t *testing.T, b *browser) {
	t.Helper()
	ask[any](t, b, axe+";0")
	ask[any](t, b, `window.found = null; axe.run().then(r => { window.found = JSON.stringify(r.violations.map(v => ({ id: v.id, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)) }))) }, e => { window.found = String(e) }); 0`)
	var text string
	for range 600 {
		if text = ask[string](t, b, `window.found || ''`); text != "" {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	var all []any
	require.NoError(t, json.Unmarshal([]byte(text), &all), text)
	assert.Empty(t, all, "accessibility")
}

func TestWhatAPageCanDo(t *testing.T) {
	b := open(t)
	file := pages(t, "priority")["priority"]
	b.visit(t, file, 1280, "light")

	t.Run("a link opens its fold", func(t *testing.T) {
		assert.False(t, ask[bool](t, b, `document.getElementById('spread').closest('details').open`))
		ask[any](t, b, `document.querySelector('.contents a[href="#spread"]').click()`)
		assert.True(t, ask[bool](t, b, `document.getElementById('spread').closest('details').open`))
		time.Sleep(200 * time.Millisecond)
		assert.Equal(t, 2, ask[int](t, b, `document.querySelectorAll('#spread canvas').length`), "a chart a class")
		assert.Equal(t, "none", ask[string](t, b, `getComputedStyle(document.querySelector('#spread figure > svg')).display`))
	})
	t.Run("hovering tells values", func(t *testing.T) {
		ask[any](t, b, `{ const o = document.querySelector('#spread .u-over'); const r = o.getBoundingClientRect();
			o.dispatchEvent(new MouseEvent('mouseenter', { clientX: r.left + 5, clientY: r.top + 5 }));
			o.dispatchEvent(new MouseEvent('mousemove', { clientX: r.left + r.width * 0.7, clientY: r.top + r.height / 2, bubbles: true })); 0 }`)
		time.Sleep(200 * time.Millisecond)
		assert.Regexp(t, `\d+ (ms|s).*one-pool\s*[\d.]+ %.*separated\s*[\d.]+ %`, ask[string](t, b, `document.querySelector('#spread .readout').textContent`))
	})
	t.Run("the arrow keys tell values", func(t *testing.T) {
		ask[any](t, b, `document.querySelectorAll('#spread .readout output').forEach(o => o.textContent = '')`)
		ask[any](t, b, `document.querySelector('#spread .chart [tabindex]').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }))`)
		time.Sleep(200 * time.Millisecond)
		assert.Contains(t, ask[string](t, b, `document.querySelector('#spread .readout').textContent`), " %")
	})
	t.Run("layouts and classes can be left out", func(t *testing.T) {
		ask[any](t, b, `document.querySelector('#spread input[name=layouts][value=one-pool]').click()`)
		assert.False(t, ask[bool](t, b, `[...document.querySelectorAll('#spread .readout li')].filter(l => l.textContent.startsWith('one-pool')).some(l => l.checkVisibility())`))
		ask[any](t, b, `document.querySelector('#spread input[name=classes][value=backup]').click()`)
		assert.Equal(t, 1, ask[int](t, b, `[...document.querySelectorAll('#spread figure')].filter(f => f.checkVisibility()).length`))
		ask[any](t, b, `document.querySelectorAll('#spread input:not(:checked)').forEach(i => i.click())`)
		assert.Equal(t, 2, ask[int](t, b, `[...document.querySelectorAll('#spread figure')].filter(f => f.checkVisibility()).length`))
	})
	t.Run("commands can be copied", func(t *testing.T) {
		ask[any](t, b, `document.querySelector('button.copy').click()`)
		time.Sleep(300 * time.Millisecond)
		assert.Contains(t, []string{"Copied", "Selected"}, ask[string](t, b, `document.querySelector('button.copy').textContent`))
	})
	t.Run("paper shows every fold", func(t *testing.T) {
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		require.NoError(t, err)
		assert.Empty(t, ask[[]string](t, b, `[...document.querySelectorAll('.folded')].filter(f => f.getBoundingClientRect().height < 10).map(f => f.id)`))
		assert.NotEqual(t, "none", ask[string](t, b, `getComputedStyle(document.querySelector('#spread figure > svg')).display`), "paper has the pictures")
		_, err = chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{})
		require.NoError(t, err)
	})
	assert.Empty(t, b.words(), "the console")
	assert.Empty(t, b.requests(), "requests")
}

// Without scripts the page says the same: its pictures stay.
func TestWithoutScripts(t *testing.T) {
	b := open(t)
	file := pages(t, "priority")["priority"]
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	require.NoError(t, err)
	b.visit(t, file, 1280, "light")
	assert.Zero(t, ask[int](t, b, `document.querySelectorAll('canvas, button.copy:not([hidden])').length`))
	assert.Positive(t, ask[int](t, b, `document.querySelectorAll('figure > svg').length`))
}
