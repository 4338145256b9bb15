package celery

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// series is a series of releases of Celery, and the recorded one that it behaves as.
type series struct{ name, as, why string }

// The wake-ups, which make the difference of 5.2 to 5.6, are in kombu and not in Celery: from kombu 5.3.0 on the hub
// runs its queued acks before it asks for room (kombu/asynchronous/hub.py: create_loop).
const (
	oldLoop  = "its kombu asks for room before it runs queued acks, as that of 5.2 does; not measured"
	newLoop  = "its kombu runs queued acks before it asks for room, as that of 5.6 does; not measured"
	sameLoop = "the loop of the worker and of kombu is that of 5.6; its own settings are its own; read in its source, and measured in one recording"
)

var allSeries = []series{
	{"4.4", "5.2", oldLoop},
	{"5.0", "5.2", oldLoop},
	{"5.1", "5.2", oldLoop},
	{name: "5.2", as: "5.2"},
	{"5.3", "5.6", newLoop},
	{"5.4", "5.6", newLoop},
	{"5.5", "5.6", newLoop},
	{name: "5.6", as: "5.6"},
	{"5.7", "5.6", sameLoop},
}

// Releases are the series that can be asked for.
func Releases() []string {
	names := make([]string, len(allSeries))
	for i := range allSeries {
		names[i] = allSeries[i].name
	}
	return names
}

var releasePattern = regexp.MustCompile(`^([0-9]+\.[0-9]+)(?:\.[0-9]+)?(?:(?:a|b|rc)[0-9]+)?$`)

// Series is the series of a release: a patch release behaves as the others of its series.
func Series(release string) (string, error) {
	if m := releasePattern.FindStringSubmatch(release); m != nil && slices.Contains(Releases(), m[1]) {
		return m[1], nil
	}
	return "", fmt.Errorf("%q: want a release of %s", release, strings.Join(Releases(), ", "))
}

// seriesOf is a series by its name; unknown ones are the zero series.
func seriesOf(name string) series {
	if i := slices.IndexFunc(allSeries, func(s series) bool { return s.name == name }); i >= 0 {
		return allSeries[i]
	}
	return series{name: name}
}

// ranked is the queue_order_strategy of redis that goes by the order of -Q; before that release by the order of a set.
const (
	ranked      = "priority"
	rankedSince = "5.7"
)

// KeepsOrder says whether a release takes the queues of redis strictly in the order of -Q, if it is told to.
func KeepsOrder(release string) bool { return release >= rankedSince }

// FromStrategy is the order among queues that a queue_order_strategy of redis makes of them, nil where there is no such
// strategy. Before 5.7 the one that should rank them goes by the order of a set.
func FromStrategy(release string, strategy any) any {
	switch {
	case strategy == "round_robin" || strategy == "sorted":
		return strategy
	case strategy == ranked && KeepsOrder(release):
		return "strict"
	case strategy == ranked:
		return "drawn"
	}
	return nil
}

// BehavesAs is the recorded release whose times and whose loop a series has, and why, "" if it is that one itself.
func BehavesAs(name string) (recorded, why string) {
	s := seriesOf(name)
	return s.as, s.why
}
