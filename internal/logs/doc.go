// Package logs reads what a running Celery leaves behind, and makes tasks of it.
//
//	log.go      what a log is: tasks, with what is known of each; or sums of tasks
//	read.go     any number of files, packed or not (packed.go): each is taken for what it begins like (formats.go)
//	events.go   Celery's events, kept small: most formats are read into them
//	story.go    the events of one task become a task; doubts.go says what they cannot tell
//
// One file for each format: jsonevents.go, dump.go, workerlog.go (with workerline.go), flower.go, mapped.go, metrics.go, run.go (with attempts.go
// and apart.go).
//
// It must not know what becomes of a log, nor how anything is simulated or shown.
//
//	l, err := logs.Read("events.jsonl.gz")
//	for _, t := range l.Tasks {
//		fmt.Println(t.Class, t.Arrived, t.Outcome)
//	}
package logs
