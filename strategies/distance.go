package strategies

import (
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/system"
)

// distances sets how far the workers and the producers of the layout are from its broker. Whoever stands nowhere in
// particular is next door.
func (b *builder) distances(groups []group) {
	s := &b.spec.Broker
	l := &b.layout
	l.BrokerZone = b.brokerZone()
	if l.BrokerZone == "" {
		return
	}
	for i := range groups {
		g := &groups[i]
		if g.machine < 0 {
			continue
		}
		zone := b.machines[g.machine].Zone
		trip, open := s.Zones.RoundTrip(zone, l.BrokerZone)
		if !open {
			path := "workers." + g.name + ".machine"
			if b.spec.Derive != nil {
				path = "derive"
			}
			b.fail(path, "%q stands in the zone %q, which does not reach the broker's, %q: want a way in zones", b.machines[g.machine].Name, zone, l.BrokerZone)
			continue
		}
		for w := range l.Workers {
			if l.Group[w] == i {
				l.Workers[w].RoundTrip += trip
			}
		}
	}
	if m := b.kindOf(s.Producers); m != nil {
		trip, open := s.Zones.RoundTrip(m.Zone, l.BrokerZone)
		if !open {
			b.fail("producers.machine", "%q stands in the zone %q, which does not reach the broker's, %q: want a way in zones", m.Name, m.Zone, l.BrokerZone)
		}
		l.Broker.Way = trip / 2
	}
}

// brokerZone is where the broker stands.
func (b *builder) brokerZone() string {
	s := &b.spec.Broker
	names := make([]string, len(s.Zones))
	for i := range s.Zones {
		names[i] = s.Zones[i].Name
	}
	m := b.kindOf(s.Machine)
	switch {
	case s.Zone != "" && len(names) == 0:
		b.fail("broker.zone", "%q: the scenario has no zones", s.Zone)
	case s.Zone != "" && !slices.Contains(names, s.Zone):
		b.fail("broker.zone", "%q: no such zone: want %s%s", s.Zone, units.Alternatives(names), units.Suggestion(s.Zone, names))
	case s.Zone != "" && m != nil && m.Zone != "" && m.Zone != s.Zone:
		b.fail("broker.zone", "%q: its machine %q stands in %q: want the same", s.Zone, m.Name, m.Zone)
	case s.Zone == "" && m != nil:
		return m.Zone
	default:
		return s.Zone
	}
	return ""
}

// kindOf is the kind of machine of that name, nil without.
func (b *builder) kindOf(name string) *system.Machine {
	i := slices.IndexFunc(b.machines, func(m system.Machine) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &b.machines[i]
}
