// Package theory holds the queueing formulas that the simulator must agree with:
// `simrun check` prints predicted against simulated with them, and tests of the
// other packages take their targets here.
//
// It imports the standard library only, and must not know the simulator: no
// event, no task, no scenario, no random number. A formula that is only an
// approximation does not belong here; a bound says so in its name.
//
// # Conventions
//
// Time has any one unit, and rates are per that unit. lambda is an arrival rate,
// mu the service rate of one server, c the number of servers, rho the load per
// server, ES and ES2 the first two moments of a service time. A wait lasts from
// arrival to the start of service, a response from arrival to completion.
// Quantiles are over all tasks, zero waits included. Arrivals are Poisson and
// queues first come, first served, unless the name says otherwise.
//
// An unstable system (rho >= 1) has means and quantiles of +Inf and tails of 1.
// Negative rates, no servers and quantiles outside (0, 1) are the caller's bugs;
// their results mean nothing.
//
// # Where to look
//
// Start with mmc.go, then mg1.go for other service times and qbd.go for what has no closed form.
//
//	erlang, mmc, mmck, capacity     M/M/c, with loss, how many servers
//	mg1, lst, mdc, gim1             other service times, other arrivals
//	priority, reserved, ps          who goes first; servers kept for some; sharing the cores
//	abandonment, retries, repair    impatience, failures, closed clients
//	breakdown, setup                crashes, cold starts, polling an empty queue
//	batch, mmpp, transient          bursts, changing rates
//	network, forkjoin, polling      several stations, chords, round robin
//	pooling, slots, dispatch        pool of two classes, slots on cores, prefetch
//	birthdeath, qbd, matrix         the solvers underneath
//
// # Example
//
//	q := theory.MMC{Lambda: 57.6, Mu: 1, C: 64}
//	fmt.Printf("P(W>0) = %.3f, p95 = %.3f\n", q.PWait(), q.WaitQuantile(0.95))
package theory
