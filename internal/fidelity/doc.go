// Package fidelity compares what the simulator predicts with what was recorded of real Celery: the same tasks, figure
// by figure, with the noise between two runs of reality beside it.
//
// A figure holds when its error is within its bar. The bar is fixed by what kind of work it is (bar.go); where two runs
// of reality differ by more, that difference is the bar. Nothing here is fitted, and nothing knows how the simulator
// works: it takes a recording, has its scenario run, and looks at tasks.
//
//	rec, err := recordings.Read("testdata/24b-noprefetch")
//	c, err := fidelity.Compare(ctx, rec, fidelity.Options{})
//	held, all := c.Held()
//
// # Where to look
//
//	predict        a recording's scenario run, as tasks
//	sample         the figures of one run, predicted or observed
//	figure, bar    prediction against reality, and when it holds
//	distance       how far apart two distributions are
//	rank           do layouts that met the same tasks come in the same order?
//	document       all of it as tables and plots
//	known          what was found, for programs (package known)
package fidelity
