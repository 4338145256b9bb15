// Package lint finds what is known to go wrong before anything is simulated: late acks beyond a timeout, windows that hold
// more than is meant, limits that are missing. It goes by means and settings, and must not run anything.
//
// Reading order:
//
//	lint       Find: every finding of a scenario, each with the setting that cures it
//	acks       messages that the broker takes back: visibility timeout, consumer timeout
//	windows    what workers hold: prefetch, windows of each queue, held messages, priorities, strict order
//	limits     time limits, services, memory
//	load       utilization, rare values, bursts, autoscalers
package lint
