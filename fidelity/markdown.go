package fidelity

import "simrun/report"

// Markdown is the page about the recordings, for the repository.
func Markdown(all []*Comparison) string {
	return report.MarkdownOf(Document(all, Full))
}
