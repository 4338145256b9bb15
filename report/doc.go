// Package report shows what an experiment found: tables for the terminal and for markdown, CSV and JSON for programs,
// SVG plots, and one self-contained HTML page.
//
// It renders an experiment.Result and decides nothing: every figure, interval and verdict was made by package
// experiment, and nothing here runs, estimates or compares. It must not know the command line, sim or live.
//
// # Where to look
//
// Start with these three files: text.go, the report on a terminal from top to bottom; rows.go, the tables that terminal,
// markdown and page share; and plots.go, which plots a Result has and how one becomes a file.
//
//	human                durations, shares and counts as people write them
//	rows, details, load  a Result as rows of text, shared by the terminal, markdown and the page
//	screen, text, textgrid, wrap, histogram   the report on a terminal: on one screen, and whole
//	deciding             the target that decides, and what stands behind it
//	markdown             the same for a repository
//	json, csv            the same for programs
//	tasks, trace         one row a task, and the timeline of attempts for trace viewers
//	plots                which plots a Result has, as SVG and PNG
//	bars, means, cdf, timeline, samples   what each plot shows
//	blast, exposure, memory, scaling      parts that only some scenarios have: faults, labels, memory, fleets
//	cost, bill                            prices by the hour, by the month, and of what is sent
//	sweep, sweeptables, sweepmap  a grid of cells: who wins where
//	style, ticks, barchart        how plots are drawn
//	page, trust, index   report.html, how far to trust it, and the page over several scenarios
//	interactive, chart   its scripts, their hashes, and the figures behind its charts
//	whatif               the page that can be asked: its controls, its engine, what a server shows at first
//	svg                  text of pictures that keeps its width in any font
//	document             reports about anything but a Result: bench, calibration, import, verify
//	bench, bench_recording        what was measured for real, and its recordings
//	batch, folder        files written all or none; what stands in a results folder
//
// # Example
//
//	b := &report.Batch{}
//	defer b.Discard()
//	if err := report.Folder(b, "results/priority", scenario, result, report.Options{}); err != nil {
//		return err
//	}
//	fmt.Print(report.Text(result, 100, false))
//	return b.Commit(ctx)
package report
