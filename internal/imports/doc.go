// Package imports goes from the log of a running Celery to a scenario that gives the log back.
//
// It joins what others know: recordings reads logs and writes scenarios, strategies says what a layout is, experiment
// runs it. What is its own is the way between them:
//
//	imports.go   the steps: read, ask, write, check
//	today.go     what runs the tasks, from flags, from a file that starts workers, from the folder of a recording
//	crowd.go     a machine whose cores were shared while the log was written
//	ask.go       what the tasks asked for, from what they took there
//	rounds.go    the same, held against the simulation of the layout that was seen
//	check.go     the log through its own layout: predicted beside observed
//	starts.go    when attempts began of which the log has the end only
//	hidden.go    what the log cannot show of tasks that waited in the broker
//	stretch.go   the part of a long log that is simulated task by task
//	short.go     what windows show where the shortness of the log counts
//	ladder.go    the layouts that are worth a look beside today's
//
// It must not know how the log's file looks (recordings does), nor how anything is shown.
package imports
