package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/cupwriter"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
)

// progress shows how far a run is: one bar for all of it on a terminal, plain lines elsewhere, nothing when quiet.
type progress struct {
	w     io.Writer
	quiet bool
	bars  bool

	mu     sync.Mutex
	course course
	shown  *mpb.Progress
	bar    *mpb.Bar
	doing  atomic.Value // text beside the bar, which asks for it while it is told something: no lock may be between
	phase  string
	last   time.Time // of the last plain line
}

// lineEvery is the time between plain lines of one phase, so that a log of CI stays short.
const lineEvery = 5 * time.Second

func newProgress(w io.Writer, quiet bool, scenarios int) *progress {
	return &progress{w: w, quiet: quiet, bars: isTerminal(w), course: course{began: time.Now(), scenarios: scenarios}}
}

// of returns the callback for one scenario; nil when nothing is to be shown.
func (p *progress) of(name string, sc *scenarios.Scenario) func(experiment.Progress) {
	if p.quiet {
		return nil
	}
	p.course.layouts, p.course.sweeps, p.course.phase = len(sc.Layouts), sc.Sweep != nil, ""
	return func(now experiment.Progress) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.bars {
			p.draw(name, now)
			return
		}
		if now.Phase != p.phase || time.Since(p.last) >= lineEvery {
			p.phase, p.last = now.Phase, time.Now()
			fmt.Fprintf(p.w, "%s: %s %d/%d\n", name, now.Phase, now.Done, now.Total)
		}
	}
}

// fine is the number of steps of the bar.
const fine = 1000

func (p *progress) draw(scenario string, now experiment.Progress) {
	done := p.course.at(now)
	doing := scenario + ": " + now.Phase
	if left := p.course.left(time.Now()); left > 0 {
		doing += fmt.Sprintf(", about %s left", units.Duration(math.Ceil(left.Seconds())))
	}
	p.doing.Store(doing)
	if p.bar == nil {
		p.shown = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(24))
		p.bar = p.shown.AddBar(fine, mpb.BarRemoveOnComplete(), mpb.AppendDecorators(decor.Any(func(decor.Statistics) string {
			return p.doing.Load().(string)
		})))
	}
	p.bar.SetCurrent(min(fine-1, int64(done*fine)))
}

// say prints a line, above the bar where one is.
func (p *progress) say(format string, args ...any) {
	line := fmt.Sprintf("simrun: "+format+"\n", args...)
	if p.mu.Lock(); p.shown != nil {
		defer p.mu.Unlock()
		_, _ = p.shown.Write([]byte(line))
		return
	}
	p.mu.Unlock()
	fmt.Fprint(p.w, line)
}

// end takes the bar away, so that what is printed next stands on a clean line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Abort(true)
		p.shown.Wait()
	}
	p.shown, p.bar, p.phase = nil, nil, ""
	p.course.over++
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
