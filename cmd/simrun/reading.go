package main

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// readingBar shows how much of some files is read: a bar on a terminal, plain lines elsewhere, nothing when quiet or where it
// is over at once.
type readingBar struct {
	w           io.Writer
	quiet, bars bool
	began, last time.Time
	shown       *mpb.Progress
	bar         *mpb.Bar
}

// atOnce is how long reading may take before anybody wants to know how far it is.
const atOnce = time.Second

func newReading(w io.Writer, quiet bool) *readingBar {
	return &readingBar{w: w, quiet: quiet, bars: isTerminal(w), began: time.Now()}
}

// of returns what is told how many bytes were read; nil when nothing is to be shown.
func (b *readingBar) of() func(done, total int64) {
	if b.quiet {
		return nil
	}
	return func(done, total int64) {
		now := time.Now()
		switch {
		case now.Sub(b.began) < atOnce:
		case b.bars:
			b.draw(done, total)
		case now.Sub(b.last) >= lineEvery:
			b.last = now
			fmt.Fprintf(b.w, "reading: %d/%d MiB\n", done>>20, total>>20)
		}
	}
}

func (b *readingBar) draw(done, total int64) {
	if done >= total {
		b.end()
		return
	}
	if b.bar == nil {
		b.shown = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(24))
		b.bar = b.shown.AddBar(total, mpb.BarRemoveOnComplete(), mpb.AppendDecorators(decor.Name("reading")))
	}
	b.bar.SetCurrent(done)
}

// end takes the bar away.
func (b *readingBar) end() {
	if b.bar != nil {
		b.bar.Abort(true)
		b.shown.Wait()
	}
	b.bar, b.shown = nil, nil
}
