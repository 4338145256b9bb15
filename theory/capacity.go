package theory

import "math"

// MinServers returns the least c for which meets(M/M/c) holds, searching upward
// from the first stable c. meets must be monotone in c (every wait and response
// of M/M/c is) and hold for some c; it is never asked about an unstable system.
// The bracket grows by doubling and is then halved: meets is asked O(log c) times.
//
// Source: Erlang's C, inverted.
func MinServers(lambda, mu float64, meets func(MMC) bool) int {
	try := func(c int) bool { return meets(MMC{Lambda: lambda, Mu: mu, C: c}) }
	least := int(math.Floor(lambda/mu)) + 1
	if try(least) {
		return least
	}
	step := 1
	for !try(least + step) {
		step *= 2
	}
	lo, hi := least+step/2, least+step
	for hi-lo > 1 {
		mid := lo + (hi-lo)/2
		if try(mid) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}
