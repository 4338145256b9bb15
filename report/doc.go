// Package report shows what an experiment found: tables for the terminal and for markdown, CSV and JSON for programs,
// SVG plots, and one self-contained HTML page.
//
// It renders an experiment.Result and decides nothing: every figure, interval and verdict was made by package
// experiment, and nothing here runs, estimates or compares. It must not know the command line, sim or live.
//
// # Where to look
//
//	human       durations, shares and counts as people write them
//	rows        a Result as rows of text, shared by the terminal, markdown and the page
//	text        the report on the terminal
//	markdown    the same for a repository
//	json, csv   the same for programs
//	tasks       one row a task, and the timeline of attempts for trace viewers
//	plots       which plots a Result has; style, cdf, bars, timeline: how they are drawn
//	page        report.html; index: the page over several scenarios
//	batch       files written all or none
//	folder      what stands in a results folder
//
// # Example
//
//	if err := report.Probe("results/priority"); err != nil { ... } // before the run: can it be written?
//	err := report.WriteFolder(ctx, "results/priority", scenario, result, report.Options{})
//	fmt.Print(report.Text(result, 100, false))
package report
