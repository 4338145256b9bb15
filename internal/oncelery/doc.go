// Package oncelery computes cells on the Celery workers that a team already has.
//
// Engine is an experiment.Backend: it publishes cells as messages of Celery (protocol 2) to a queue of their own, a few for
// each slot ahead, and receives the answers through the same broker. What a worker runs is simrun_cells.py (Task), which
// hands the cells to the program. Exactly once is no property of the broker here: cells are named by what they compute,
// the first right answer counts, and cells that stay silent are issued again.
//
// Start with engine.go, what an experiment asks for, and loop.go, how it is got; message.go is the protocol, redis.go and rabbit.go are the two brokers.
package oncelery
