// Package recordings reads recordings of real Celery, and event logs of it, and makes scenarios of them.
//
// A recording is a folder:
//
//	scenario.json    what was run ("cb-scenario/1"): classes, workers, broker, releases
//	trace.csv        the tasks as they were asked for, in the form that package workloads reads
//	run1.csv, ...    the tasks as they were observed, once a run: the columns of the tasks CSV
//
// Start with these three files: recording.go, what a recording is; scenario.go, what becomes of it; and import.go, which does
// the same with a log (events.go, workerlog.go, log.go), fitting arrivals (arrivals.go) and laws (law.go). today.go is what ran its tasks,
// as far as somebody says it; donors.go and apart.go fill in what a log does not show, and doubts.go says what it cannot tell.
//
// What becomes of a recording is a scenario file as text, read back by package scenarios: so that everybody can see,
// keep and edit what is simulated. The package must not know how anything is simulated or compared.
//
//	rec, err := recordings.Read("recordings/24b-noprefetch")
//	text := rec.Scenario()
//	sc, err := rec.Decode()
package recordings
