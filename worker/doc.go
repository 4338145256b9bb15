// Package worker is the broker and the workers as Celery has them: named queues and their order, message
// priorities, the prefetch window, early and late acks, retries, time limits, expiry, redelivery and dead letters.
//
// It is one event-driven state machine that does not know which world it lives in. It asks a [Host] to run task
// bodies in slots and to call it back at a time; the host tells it when a body ended. The simulator hosts it in
// virtual time, package live in real time, and both therefore run the same code.
//
// It knows messages, not work: no phases, machines, services or files.
//
// Start with these three files: broker.go, where a message is published and picks a worker; instance.go, which takes it
// through a worker to a slot; and attempt.go, which runs it there. What they count is in ledger.go, how a worker lives
// and dies in life.go and loss.go. host.go is the border: what the world does, and what it is told; events.go
// hands each event to the file that knows it. Each other file is one thing that Celery can do, and can be read
// by itself: order.go, asks.go, line.go, channel.go, eta.go, ratelimit.go, visibility.go, shutdown.go, fleet.go with scaler.go, and so on.
// shelf.go keeps long queues small.
package worker
