package report

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var shots = flag.String("shots", "", "folder for pictures of the pages that the browser test opens")

// TestPagesInABrowser opens the pages as a phone and as a desk would, light and dark: nothing may scroll sideways but
// the boxes made for it, and the console must stay empty.
func TestPagesInABrowser(t *testing.T) {
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
	sc, r := fixture()
	dir := t.TempDir()
	b := &Batch{}
	require.NoError(t, b.Add(filepath.Join(dir, "report.html"), func(w io.Writer) error { return HTML(w, sc, r) }))
	require.NoError(t, b.Add(filepath.Join(dir, "index.html"), func(w io.Writer) error {
		return IndexHTML(w, []Entry{{Folder: "priority", Result: r}, {Folder: "a very long name/of a folder", Result: r}})
	}))
	require.NoError(t, b.Commit(t.Context()))

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	defer stop()
	tab, closeTab := chromedp.NewContext(alloc)
	defer closeTab()
	ctx, cancel := context.WithTimeout(tab, 90*time.Second)
	defer cancel()

	var mu sync.Mutex
	var said []string
	require.NoError(t, chromedp.Do(ctx))
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			said = append(said, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			said = append(said, string(e.Type))
		case *runtime.EventExceptionThrown:
			said = append(said, e.ExceptionDetails.Text)
		}
	}))
	// The listener works: without this line, a console that nobody hears would pass for an empty one.
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("data:text/html,<script>console.log('heard')</script>")))
	mu.Lock()
	require.Contains(t, said, "log")
	said = nil
	mu.Unlock()

	for _, page := range []string{"report", "index"} {
		for _, width := range []int64{375, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				name := fmt.Sprintf("%s-%d-%s", page, width, scheme)
				t.Run(name, func(t *testing.T) {
					address := (&url.URL{Scheme: "file", Path: filepath.Join(dir, page+".html")}).String()
					_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
						Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
					})
					require.NoError(t, err)
					require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(address)))
					over, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
					require.NoError(t, err)
					drawings, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.querySelectorAll('figure svg[aria-label]').length`))
					require.NoError(t, err)
					ground, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
					require.NoError(t, err)
					assert.LessOrEqual(t, over, 0, "pixels that the page is wider than the window")
					if width > 1000 { // where there is room, tables take it; commands wrap everywhere
						cut, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll('.box')].filter(b => b.scrollWidth > b.clientWidth).length`))
						require.NoError(t, err)
						assert.Zero(t, cut, "tables that are cut")
					}
					wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`[...document.querySelectorAll('pre')].filter(p => p.scrollWidth > p.clientWidth).length`))
					require.NoError(t, err)
					assert.Zero(t, wide, "commands that are cut")
					assert.Equal(t, map[string]string{"light": "rgb(246, 247, 249)", "dark": "rgb(20, 23, 26)"}[scheme], ground)
					if page == "report" {
						assert.Equal(t, len(Plots(r)), drawings)
					}
					mu.Lock()
					assert.Empty(t, said, "the console")
					mu.Unlock()
					if *shots != "" {
						height, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.documentElement.scrollHeight`))
						require.NoError(t, err)
						require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, height)))
						picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
						require.NoError(t, err)
						require.NoError(t, os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o644))
					}
				})
			}
		}
	}
}
