package theory

// MMCK is M/M/c with room for K tasks in all (K >= C); arrivals that find it full
// are lost. Times are those of accepted tasks. K = C is Erlang's loss system,
// where Blocking holds for any service law. It is stable at any load.
//
// Source: Gross & Harris, section 2.5.
type MMCK struct {
	Lambda, Mu float64
	C, K       int
}

func (q MMCK) law() []float64 {
	return birthDeath(constant(q.Lambda), func(n int) float64 {
		return q.Mu * float64(min(n, q.C))
	}, q.K)
}

// Blocking returns the share of arrivals lost, P(N = K).
func (q MMCK) Blocking() float64 { return q.law()[q.K] }

// Throughput returns the rate of accepted tasks.
func (q MMCK) Throughput() float64 { return q.Lambda * (1 - q.Blocking()) }

// Utilization returns the mean share of busy servers.
func (q MMCK) Utilization() float64 { return q.Throughput() / (q.Mu * float64(q.C)) }

// MeanNumber returns the mean number in the system.
func (q MMCK) MeanNumber() float64 { return meanOver(q.law(), number) }

// MeanQueue returns the mean number waiting.
func (q MMCK) MeanQueue() float64 { return meanOver(q.law(), excess(q.C)) }

// MeanWait returns the mean wait of an accepted task, by Little's law.
func (q MMCK) MeanWait() float64 { return q.MeanQueue() / q.Throughput() }

// MeanResponse returns the mean response of an accepted task, by Little's law.
func (q MMCK) MeanResponse() float64 { return q.MeanNumber() / q.Throughput() }
