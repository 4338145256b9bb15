// Package report shows what an experiment found: tables for the terminal and for markdown, CSV and JSON for programs,
// SVG plots, and one self-contained HTML page.
//
// It renders an experiment.Result and decides nothing: every figure, interval and verdict was made by package
// experiment, and nothing here runs, estimates or compares. It must not know the command line, sim or live.
//
// # Where to look
//
//	human                durations, shares and counts as people write them
//	rows, details, load  a Result as rows of text, shared by the terminal, markdown and the page
//	text, markdown       the report on the terminal, and for a repository
//	json, csv            the same for programs
//	tasks, trace         one row a task, and the timeline of attempts for trace viewers
//	plots                which plots a Result has, as SVG and PNG
//	bars, means, cdf, timeline    what each plot shows
//	sweep, sweeptables, sweepmap  a grid of cells: who wins where
//	style, ticks, barchart        how plots are drawn
//	page, index          report.html, and the page over several scenarios
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
