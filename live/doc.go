// Package live is the real world: it hosts the same [worker.System] as package sim on the real clock, with task
// bodies that really take their time.
//
// One loop goroutine owns the broker and every worker; bodies run outside it and post their end. Its timers lie in a
// des.Queue behind one runtime timer. Inside a testing/synctest bubble, where time is exact, a run equals the one
// that package sim computes to the nanosecond, task by task: that test is what keeps the two worlds honest.
//
// Bodies sleep: every phase, of whatever kind, waits for its demand. Neither sim nor scenarios is known here.
package live
