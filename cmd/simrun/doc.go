// Command simrun answers whether to split Celery's workers, or whether one pool with several queues is enough: it
// simulates the same tasks through several layouts of workers and says which meets its targets.
//
// Start with root.go (commands, errors, exit statuses), then run.go (one command from its flags to its files).
//
// Every command is a small file that joins the packages below it: reading a scenario, answering it, showing the
// answer. Nothing is computed here.
//
//	simrun scenarios/priority.yaml
package main
