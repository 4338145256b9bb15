package scenarios

import "example.com/simrun/workloads"

// dataPrices are prices of a GiB.
func dataPrices() quantity {
	return quantity{noun: "a price of data", examples: "0.09/GiB", max: 1e12, units: []unit{{"/GiB", 1, 1}}}
}

// transfer makes a phase that sends data to another zone.
func (d *decoder) transfer(p *workloads.Phase, item *value, size *field, path string) {
	p.Kind, p.Cores, p.Timeout = workloads.Transfer, 1, 0
	p.Demand, _ = workloads.Constant(0) // beside the way, it takes no time
	p.Size = d.dist(size, path, sizes())
	if item.get("to") == nil {
		d.errorf(item.at, path, "to is missing: want the name of a zone")
	}
	for _, k := range []struct{ name, only string }{{"cores", "cpu"}, {"timeout", "io: SERVICE"}} {
		if f := item.field(k.name); f != nil {
			d.errorf(f.at, join(path, k.name), "only with %s", k.only)
		}
	}
}

// hauls finds the transfers of a class for which some worker has no way.
func (d *decoder) hauls(s *Scenario, class int) {
	c := &s.Classes[class]
	for i := range c.Work {
		p := &c.Work[i]
		if p.Kind != workloads.Transfer {
			continue
		}
		at := d.root.get("tasks").get(c.Name).get("work").items[i].get("to").at
		d.way(s, class, at, join(join(join("tasks", c.Name), "work"), i)+".to", "the zone "+p.To, func(zone string) bool {
			_, ok := s.Zones.RoundTrip(zone, p.To)
			return ok
		})
	}
}
