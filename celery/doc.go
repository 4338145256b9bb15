// Package celery knows Celery's words: the settings of its workers and brokers, how a command line says them, what they
// are where nothing is said, what they do with which pool, broker and release, and what a message then costs in time.
//
// It must not know layouts, files, machines or time: how queues are dealt out to workers is the business of strategies,
// and what a message then goes through that of worker.
//
//	w, ignored, err := celery.ParseCommand("celery -A app worker -Q high,low -c 8 -O fair")
//	// w.Queues is [high low], *w.Concurrency is 8; ignored says that -O has no effect
//
// # Where to look
//
//	spec                        a worker and a broker as they are written
//	setting, quantity, access   what a row of the table of settings says, and what its value may be
//	worker_settings,            the table
//	broker_settings, overheads
//	app                         the configuration of an app, by Celery's own names
//	release, rabbitmq           what a release or a version of rabbitmq has, and which was recorded in its stead
//	find, shell                 the command that starts a worker, in whatever stands around it
//	command, flags, multi       its words, read
//	line                        and written, with what somebody wrote left as it is
//	presets, labour, chances    what a message costs, by release, broker and pool
//	python                      settings as a configuration has them
package celery
