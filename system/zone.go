package system

import (
	"slices"

	"example.com/simrun/des"
)

// Zone is a place: machines and services stand in one, and reach others over a network.
type Zone struct {
	Name    string
	Reaches []Link
}

// Link is the way from one zone to another.
type Link struct {
	To        string
	RoundTrip des.Time
	Egress    float64 // price of a GiB sent over it, in the scenario's currency
}

// Zones are all places of a scenario.
type Zones []Zone

// RoundTrip is the time from one zone to another and back, and whether there is a way at all. What stands nowhere in
// particular is next door to everything.
func (z Zones) RoundTrip(from, to string) (des.Time, bool) {
	if from == to || from == "" || to == "" {
		return 0, true
	}
	for i := range z {
		if z[i].Name != from {
			continue
		}
		for _, l := range z[i].Reaches {
			if l.To == to {
				return l.RoundTrip, true
			}
		}
	}
	return 0, false
}

// Links are all ways, in the order of the zones and of what each reaches.
func (z Zones) Links() []Route {
	var all []Route
	for i := range z {
		for _, l := range z[i].Reaches {
			all = append(all, Route{z[i].Name, l})
		}
	}
	return all
}

// Route is a link with where it begins.
type Route struct {
	From string
	Link
}

// Call is the round trip from a zone to a service, and whether a caller there gets through.
func (z Zones) Call(from string, s *Service) (des.Time, bool) {
	if s.From != nil && from != "" && !slices.Contains(s.From, from) {
		return 0, false
	}
	return z.RoundTrip(from, s.Zone)
}
