package strategies

import (
	"fmt"

	"example.com/simrun/capacity"
	"example.com/simrun/internal/units"
)

// DescribeStall says what a full window does to a worker.
func DescribeStall(s *capacity.Stall) string {
	return fmt.Sprintf("once the window of %q is full (%s), by a burst or an outage, its loop sleeps until a timer wakes it, each %s: it takes some %s messages a second then, of %s that come, and does not recover (celery issue 7718)",
		s.Worker, units.Plural(s.Window, "message", "messages"), units.Duration(s.Period.Seconds()), units.Number(s.Takes), units.Number(s.Comes))
}
