package theory

// Station is one node of an open network.
type Station struct {
	// External is the arrival rate from outside, Mu the rate of one server.
	External, Mu float64
	C            int
}

// Jackson solves an open network of M/M/c stations, where a task that leaves
// station i goes to j with probability routing[i][j], and out with the rest. It
// returns each station as the M/M/c that it behaves like: its Lambda solves
//
//	lambda_j = external_j + sum_i lambda_i routing[i][j].
//
// Source: Jackson, Manag. Sci. 10 (1963) 131.
func Jackson(stations []Station, routing [][]float64) []MMC {
	a := identity(len(stations)).plus(-1, routing)
	external := make([]float64, len(stations))
	for i, s := range stations {
		external[i] = s.External
	}
	lambdas := a.inverse().left(external)
	out := make([]MMC, len(stations))
	for i, s := range stations {
		out[i] = MMC{Lambda: lambdas[i], Mu: s.Mu, C: s.C}
	}
	return out
}

// JacksonMeanResponse returns the mean time from entering the network to leaving
// it, the mean number in all stations over the external rate.
func JacksonMeanResponse(stations []Station, routing [][]float64) float64 {
	var total, external float64
	for i, q := range Jackson(stations, routing) {
		total += q.MeanNumber()
		external += stations[i].External
	}
	return total / external
}
