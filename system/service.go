package system

import (
	"cmp"
	"time"

	"example.com/simrun/des"
)

// Service is something outside that tasks call: a database, an API of somebody else. How long one call takes is drawn
// with the task (workloads), not here.
type Service struct {
	Name string
	Zone string   // where it stands; "" = anywhere
	From []string // zones that it lets in; nil = all

	Capacity   int      // calls that it works on at once; 0 = no limit
	RejectFull bool     // what finds it full is refused instead of waiting
	Rate       float64  // calls per second that it admits; 0 = no limit
	RejectRate bool     // what exceeds the rate is refused instead of waiting
	BurstOver  des.Time // whose calls the rate admits at one instant after a pause; 0 = 1 s
	Errors     float64  // share of the calls that end in an error

	Connections int // that it accepts at once; 0 = no limit
	PerSlot     int // connections that a slot keeps once it has called; 0 = one for each call, closed after it
}

// Burst is the number of calls that the rate admits at one instant after a pause, one at least.
func (s *Service) Burst() float64 {
	over := cmp.Or(s.BurstOver, time.Second)
	return max(1, s.Rate*over.Seconds())
}

// ConnectTimeout is how long a caller without a timeout of its own tries to reach what lies behind a closed door:
// Linux gives up a connection after its first packet and 6 retries (tcp_syn_retries), 127 s.
const ConnectTimeout = 127e9 * des.Time(1)
