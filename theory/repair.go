package theory

// Repair is the machine-repair model, a closed source: N clients think for a mean
// time Z (any law), ask for a service of mean S (exponential) of C servers, and
// think again.
//
// Source: Gross & Harris, section 2.7.
type Repair struct {
	// N is the number of clients, C that of servers.
	N, C int
	// Z is the mean think time, S the mean service time.
	Z, S float64
}

func (q Repair) law() []float64 {
	return birthDeath(
		func(n int) float64 { return float64(q.N-n) / q.Z },
		func(n int) float64 { return float64(min(n, q.C)) / q.S }, q.N)
}

// Throughput returns the rate of completions.
func (q Repair) Throughput() float64 {
	return meanOver(q.law(), func(n int) float64 { return float64(min(n, q.C)) / q.S })
}

// Utilization returns the mean share of busy servers.
func (q Repair) Utilization() float64 { return q.Throughput() * q.S / float64(q.C) }

// MeanNumber returns the mean number waiting or in service.
func (q Repair) MeanNumber() float64 { return meanOver(q.law(), number) }

// MeanResponse returns the mean time from request to completion.
func (q Repair) MeanResponse() float64 { return q.MeanNumber() / q.Throughput() }

// MeanWait returns the mean time from request to start.
func (q Repair) MeanWait() float64 { return q.MeanResponse() - q.S }
