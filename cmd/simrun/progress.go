package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/cupwriter"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"example.com/simrun/internal/experiment"
)

// progress shows how far an experiment is: a bar on a terminal, plain lines elsewhere, nothing when quiet.
type progress struct {
	w     io.Writer
	quiet bool
	bars  bool

	mu    sync.Mutex
	shown *mpb.Progress
	bar   *mpb.Bar
	phase string
	last  time.Time // of the last plain line
}

// lineEvery is the time between plain lines of one phase, so that a log of CI stays short.
const lineEvery = 5 * time.Second

func newProgress(w io.Writer, quiet bool) *progress {
	return &progress{w: w, quiet: quiet, bars: isTerminal(w)}
}

// of returns the callback for one scenario; nil when nothing is to be shown.
func (p *progress) of(scenario string) func(experiment.Progress) {
	if p.quiet {
		return nil
	}
	return func(now experiment.Progress) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.bars {
			p.draw(scenario, now)
			return
		}
		if now.Phase != p.phase || time.Since(p.last) >= lineEvery {
			p.phase, p.last = now.Phase, time.Now()
			fmt.Fprintf(p.w, "%s: %s %d/%d\n", scenario, now.Phase, now.Done, now.Total)
		}
	}
}

func (p *progress) draw(scenario string, now experiment.Progress) {
	if p.shown == nil {
		p.shown = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(40))
	}
	if p.bar == nil || p.phase != now.Phase {
		if p.bar != nil {
			p.bar.Abort(true)
		}
		p.phase = now.Phase
		p.bar = p.shown.AddBar(int64(now.Total), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(scenario+": "+now.Phase+" ")), mpb.AppendDecorators(decor.CountersNoUnit("%d/%d")))
	}
	p.bar.SetTotal(int64(now.Total)+1, false) // one more than there is: more may turn out to be needed, and a full bar is gone
	p.bar.SetCurrent(int64(now.Done))
}

// end takes the bars away, so that what is printed next stands on a clean line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Abort(true)
	}
	if p.shown != nil {
		p.shown.Wait()
	}
	p.shown, p.bar, p.phase = nil, nil, ""
}

func isTerminal(w io.Writer) bool { return cupwriter.New(w, false).IsTerminal() }

// terminal returns how wide a report may be and whether it may be coloured (no-color.org).
func terminal(w io.Writer) (width int, color bool) {
	t := cupwriter.New(w, false)
	if !t.IsTerminal() {
		return 100, false
	}
	width, _, err := t.GetTermSize()
	if err != nil || width <= 0 {
		width = 100
	}
	return min(width, 120), os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
