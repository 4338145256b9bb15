package theory

// ErlangA is M/M/c where a waiting task gives up after an exponential patience
// of the rate Theta (expiry of messages). It is stable at any load.
//
// Source: Palm (1957); Garnett, Mandelbaum & Reiman, Manuf. Serv. Oper. Manag. 4
// (2002) 208.
type ErlangA struct {
	Lambda, Mu float64
	C          int
	// Theta is the rate of giving up, one over the mean patience.
	Theta float64
}

func (q ErlangA) law() []float64 {
	return birthDeath(constant(q.Lambda), func(n int) float64 {
		return q.Mu*float64(min(n, q.C)) + q.Theta*float64(max(0, n-q.C))
	}, -1)
}

// PWait returns the share of arrivals that find all servers busy.
func (q ErlangA) PWait() float64 {
	return meanOver(q.law(), func(n int) float64 {
		if n >= q.C {
			return 1
		}
		return 0
	})
}

// MeanQueue returns the mean number waiting.
func (q ErlangA) MeanQueue() float64 { return meanOver(q.law(), excess(q.C)) }

// PAbandon returns the share that gives up, theta E[Lq]/lambda.
func (q ErlangA) PAbandon() float64 { return q.Theta * q.MeanQueue() / q.Lambda }

// MeanWait returns the mean wait of all arrivals, served or not.
func (q ErlangA) MeanWait() float64 { return q.MeanQueue() / q.Lambda }

// Throughput returns the rate of tasks served.
func (q ErlangA) Throughput() float64 { return q.Lambda * (1 - q.PAbandon()) }
