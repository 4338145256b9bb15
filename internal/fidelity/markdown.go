package fidelity

import (
	"fmt"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/report"
)

// Markdown is the page about the recordings, for the repository.
func Markdown(all []*Comparison) string {
	d := Document(all, Full)
	d.Title = "How well predictions match real Celery"
	d.Text = []string{
		"Written by make results from the recordings in internal/fidelity/testdata (its README says what they are); simrun verify compares them, or yours. Every recording has the exact tasks of a run of real Celery on a real broker, and what became of them, twice. The same tasks, published as late as they were by the one process that published them, are replayed through the simulator, in a scenario made of the recording, and compared figure by figure. There is one set of parameters for each release, broker and pool, most of them measured apart from these recordings. A few were measured on one of them, which therefore does not test them: how threads hand on the interpreter lock on 14, how often a death goes unnoticed on 12, how many ends are read in one turn on 08c.",
	}
	sections := []report.Section{{
		Title: "What counts as holding",
		Text: []string{
			"For each class: mean, p50, p90, p95 and p99 of the wait (from the intended arrival to the first start) and of the response (to the end, of tasks that ended ok), the throughput, and how many tasks ended otherwise than ok or ran more than once. Observed is the mean of the runs, as a rule of two. Predicted is what two runs of the model typically give: the median, over 40 replications taken two by two, of their mean (Hodges and Lehmann). The mean of all would be moved by the one replication in which a slot is dead for seconds.",
			"An error within 5 ms always holds. Where the runs of reality differ by more than the bar, that difference is the bar.",
		},
		Table: bars(),
	}, presetSection(all)}
	sections = append(sections, d.Sections...)
	sections = append(sections, again(), parameters(), limits(all))
	d.Sections = sections
	return report.MarkdownOf(d)
}

// bars is the table of bars.
func bars() *report.Table {
	t := &report.Table{Head: append([]string{"tasks"}, append(Stats, "throughput", "outcomes")...), Text: 1, Groups: []report.Group{{}}}
	for _, row := range []struct {
		name string
		bars map[string]float64
	}{{"sleeping", sleepingBars}, {"CPU-heavy", cpuHeavyBars}} {
		cells := []string{row.name}
		for _, s := range Stats {
			cells = append(cells, units.Share(row.bars[s]))
		}
		t.Groups[0].Rows = append(t.Groups[0].Rows, append(cells, units.Share(throughputBar), units.Plural(chance, "task", "tasks")))
	}
	t.Notes = []string{"CPU-heavy: the tasks ask for at least a tenth of the machine's cores. Then a few per cent of CPU move waits by tens of per cent, in reality as in the model."}
	return t
}

// presetSection is what a verdict's model_error is taken from.
func presetSection(all []*Comparison) report.Section {
	t := &report.Table{Head: []string{"preset", "p95 figures", "nine of ten within"}, Text: 1, Groups: []report.Group{{}}}
	for _, e := range Presets(all) {
		t.Groups[0].Rows = append(t.Groups[0].Rows, []string{e.Preset(), fmt.Sprint(e.Figures), share(e.P95)})
	}
	return report.Section{
		Title: "By preset",
		Text:  []string{"What a verdict calls its model error: how far p95 of wait and response were off, relative to reality; an error within 5 ms counts as none. A target that is met by less than this is marginal, not passed. At least 1 % is claimed: two runs of reality differ by as much. A kind of work that was recorded of one release only stands for the other, too; what is not here has not been compared."},
		Table: t,
	}
}

// limits says what falls short, as the figures show it.
func limits(all []*Comparison) report.Section {
	s := report.Section{Title: "Where it falls short"}
	for _, c := range all {
		held, n := c.Held()
		switch {
		case c.NotModelled != nil:
			s.Text = append(s.Text, fmt.Sprintf("%s is not modelled: it needs %s.", c.Recording, strings.Join(c.NotModelled, ", ")))
		case 20*held < 19*n:
			s.Text = append(s.Text, fmt.Sprintf("%s: %d of %d figures do not hold.", c.Recording, n-held, n))
		}
		for _, note := range c.Notes {
			s.Text = append(s.Text, c.Recording+": "+note+".")
		}
	}
	s.Text = append(s.Text,
		"The recordings are of one machine with two cores, of one or two workers, and of 75 to 110 seconds each: nothing here says how well many machines, a network between them, or hours of load are predicted.",
		"Real brokers and schedulers add delays of a few milliseconds that the model does not follow one by one. Distances of distributions are therefore large where waits are that short, though no decision hangs on them.")
	return s
}
