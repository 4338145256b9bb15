// Package worker is the broker and the workers as Celery has them: named queues and their order, message
// priorities, the prefetch window, early and late acks, retries, time limits, expiry, redelivery and dead letters.
//
// It is one event-driven state machine that does not know which world it lives in. It asks a [Host] to run task
// bodies in slots and to call it back at a time; the host tells it when a body ended. The simulator hosts it in
// virtual time, package live in real time, and both therefore run the same code.
//
// It knows messages, not work: no phases, machines, services or files.
package worker
