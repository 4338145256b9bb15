package report

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/scenarios"
)

// Options say what a results folder holds besides what it always holds.
type Options struct {
	PNG bool // every plot in pixels, too
	Ran *Ran // nil = not known

	WhatIf *WhatIf // the page can be asked; nil = it cannot
}

// Ran is what run.json says of one run: whatever is different on another machine or another day, and so does not stand in
// results.json.
type Ran struct {
	WallSeconds float64 `json:"wall_seconds"`
	Cores       int     `json:"cores"` // it may have used
	Program     string  `json:"program"`
}

// fixed are the files that stand in every results folder.
var fixed = []string{"report.html", "results.json", "figures.json", "classes.csv", "workers.csv", "summary.md"}

// drawn are the forms that a plot can have.
var drawn = []struct {
	ending string
	draw   func(*Plot) ([]byte, error)
}{{".svg", (*Plot).SVG}, {".png", (*Plot).PNG}}

// Folder adds everything that stands in a results folder to the batch. Plots that an earlier run left there and this
// one does not draw go away with the commit; whatever else is in the folder stays.
func Folder(b *Batch, dir string, sc *scenarios.Scenario, r *experiment.Result, o Options) error {
	writers := map[string]func(io.Writer) error{
		"report.html":  func(w io.Writer) error { return HTML(w, sc, r, o.WhatIf) },
		"results.json": func(w io.Writer) error { return JSON(w, r) },
		"figures.json": func(w io.Writer) error { return FiguresJSON(w, r) },
		"classes.csv":  func(w io.Writer) error { return ClassesCSV(w, r) },
		"workers.csv":  func(w io.Writer) error { return WorkersCSV(w, r) },
		"summary.md":   func(w io.Writer) error { _, err := io.WriteString(w, Summary(r)); return err },
	}
	plots := filepath.Join(dir, "plots")
	current := map[string]bool{}
	for _, p := range Plots(r) {
		for _, as := range drawn {
			if as.ending == ".png" && !o.PNG {
				continue
			}
			content, err := as.draw(&p)
			if err != nil {
				return err
			}
			current[p.File+as.ending] = true
			if err := b.Add(filepath.Join(plots, p.File+as.ending), raw(content)); err != nil {
				return err
			}
		}
	}
	for _, name := range stale(plots, current) {
		b.Remove(filepath.Join(plots, name))
	}
	for _, name := range fixed {
		if err := b.Add(filepath.Join(dir, name), writers[name]); err != nil {
			return err
		}
	}
	if err := either(b, filepath.Join(dir, "run.json"), o.Ran != nil, func(w io.Writer) error { return writeJSON(w, o.Ran) }); err != nil {
		return err
	}
	if err := either(b, filepath.Join(dir, "flip.json"), r.Flips != nil, func(w io.Writer) error { return FlipJSON(w, r.Flips) }); err != nil {
		return err
	}
	return either(b, filepath.Join(dir, "sweep.csv"), r.Sweep != nil, func(w io.Writer) error { return SweepCSV(w, r) })
}

// either adds a file that not every run has; where this one has none, that of an earlier run goes away.
func either(b *Batch, path string, has bool, write func(io.Writer) error) error {
	if has {
		return b.Add(path, write)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		b.Remove(path)
	}
	return nil
}

// Names are the files that a results folder may hold besides its plots.
func Names() []string { return append(slices.Clone(fixed), "run.json", "flip.json", "sweep.csv") }

// ProbeFolder tells whether a results folder could be written.
func ProbeFolder(dir string) error {
	paths := []string{filepath.Join(dir, "plots", "queues.svg"), filepath.Join(dir, "run.json")}
	for _, name := range fixed {
		paths = append(paths, filepath.Join(dir, name))
	}
	return Probe(paths...)
}

func raw(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

// stale returns the plots of an earlier run that this one does not draw: SVGs with our mark, and the PNG beside one.
func stale(dir string, current map[string]bool) (names []string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // no folder yet: nothing is stale
	}
	for _, e := range entries {
		base, ok := strings.CutSuffix(e.Name(), ".svg")
		if !ok || !e.Type().IsRegular() || !marked(filepath.Join(dir, e.Name())) {
			continue
		}
		if !current[e.Name()] {
			names = append(names, e.Name())
		}
		if png := base + ".png"; !current[png] {
			if info, err := os.Lstat(filepath.Join(dir, png)); err == nil && info.Mode().IsRegular() {
				names = append(names, png)
			}
		}
	}
	return names
}

// marked tells whether simrun wrote an SVG.
func marked(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 256)
	n, err := io.ReadFull(f, start)
	if err != nil && n == 0 {
		return false
	}
	return bytes.Contains(start[:n], []byte(ours))
}
