package strategies

import (
	"fmt"
	"slices"
	"strings"
)

// anywhere is the name of the share of the tasks that need no place.
const anywhere = "anywhere"

// byZone sets tasks apart by the zone of what they need. Each share gets a worker on a machine of that zone: the one
// that the other layout's workers run on, if it stands there, or else the only kind there is. Tasks that need no place
// stay on the machine of the other layout.
func (b *builder) byZone(from *Layout) []share {
	var shares []share
	for i := range b.classes {
		zone := b.classes[i].Zone
		name := zone
		if zone == "" {
			name = anywhere
		}
		n := slices.IndexFunc(shares, func(s share) bool { return s.name == name })
		if n < 0 {
			n = len(shares)
			s := share{name: name, worker: "worker_" + name}
			if zone != "" {
				m, err := b.machineIn(zone, machineOf(from, 0))
				if err != nil {
					b.fail("derive.split_by", "zone: %v", err)
					return nil
				}
				s.machine = &m
			}
			shares = append(shares, s)
		}
		shares[n].classes = append(shares[n].classes, i)
	}
	if len(shares) < 2 {
		b.fail("derive.split_by", "zone: all tasks need the same: nothing to split")
		return nil
	}
	return shares
}

// machineIn is the kind of machine for a worker in a zone.
func (b *builder) machineIn(zone string, wanted int) (int, error) {
	if wanted >= 0 && b.machines[wanted].Zone == zone {
		return wanted, nil
	}
	var there []int
	var names []string
	for m := range b.machines {
		if b.machines[m].Zone == zone {
			there, names = append(there, m), append(names, b.machines[m].Name)
		}
	}
	switch len(there) {
	case 0:
		return 0, fmt.Errorf("no machine stands in the zone %q", zone)
	case 1:
		return there[0], nil
	}
	return 0, fmt.Errorf("several machines stand in the zone %q (%s): want the workers written out", zone, strings.Join(names, ", "))
}
