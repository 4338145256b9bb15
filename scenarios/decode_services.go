package scenarios

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// services makes the services in the order of the file, and keeps the laws of their latencies for the calls.
func (d *decoder) services(v *value) []system.Service {
	if v == nil || v.kind != table {
		return nil
	}
	var services []system.Service
	for _, f := range v.fields {
		path := join("services", f.key)
		s := system.Service{
			Name:        f.key,
			Zone:        d.zone(f.val.get("zone"), join(path, "zone")),
			Capacity:    d.whole(f.val.get("capacity")),
			RejectFull:  d.text(f.val.get("when_full")) == "reject",
			Rate:        d.number(f.val.get("rate_limit"), rates()),
			RejectRate:  d.text(f.val.get("when_limited")) == "reject",
			Errors:      d.number(f.val.get("errors"), shares()),
			Connections: d.whole(f.val.get("connections")),
		}
		if from := f.val.get("from"); from != nil {
			s.From = []string{}
			for i, item := range from.items {
				s.From = append(s.From, d.zone(item, join(join(path, "from"), i)))
			}
		}
		if s.Connections > 0 {
			s.PerSlot = 1
		}
		if n := f.val.get("connections_per_slot"); n != nil {
			s.PerSlot = d.whole(n)
			if s.Connections > 0 && s.PerSlot > s.Connections {
				d.errorf(n.at, join(path, "connections_per_slot"), "%d: want at most the connections, which are %d", s.PerSlot, s.Connections)
			}
		}
		for _, k := range [][2]string{{"when_full", "capacity"}, {"when_limited", "rate_limit"}, {"connections_per_slot", "connections"}} {
			if of := f.val.field(k[0]); of != nil && f.val.get(k[1]) == nil {
				d.errorf(of.at, join(path, k[0]), "only with %s", k[1])
			}
		}
		d.latencies = append(d.latencies, d.dist(f.val.field("latency"), path, durations()))
		services = append(services, s)
	}
	return services
}

// zone is the name of a zone, "" where it is not given or there is no such.
func (d *decoder) zone(v *value, path string) string {
	if v == nil || d.bad[v.at] {
		return ""
	}
	return d.known(v, path, "zone", d.root.get("zones").keys())
}

// known is the name if it is one of names, or else "".
func (d *decoder) known(v *value, path, noun string, names []string) string {
	name := d.text(v)
	if name != "" && !slices.Contains(names, name) {
		if len(names) == 0 {
			d.errorf(v.at, path, "unknown %s %q: the file has no %ss: add %ss: {%s: {}}", noun, shorten(name), noun, noun, shorten(name))
			return ""
		}
		d.errorf(v.at, path, "%s", unknown(noun, name, names))
		return ""
	}
	return name
}

// zones makes the zones and the ways between them.
func (d *decoder) zones(v *value) system.Zones {
	if v == nil || v.kind != table {
		return nil
	}
	var zones system.Zones
	for _, f := range v.fields {
		z := system.Zone{Name: f.key}
		if reaches := f.val.get("reaches"); reaches != nil {
			for _, to := range reaches.fields {
				path := join(join(join("zones", f.key), "reaches"), to.key)
				switch {
				case to.key == f.key:
					d.errorf(to.at, path, "a zone reaches itself: want another one")
				case !slices.Contains(v.keys(), to.key):
					d.errorf(to.at, path, "%s", unknown("zone", to.key, others(v.keys(), f.key)))
				}
				z.Reaches = append(z.Reaches, system.Link{To: to.key, RoundTrip: d.time(to.val.get("rtt")), Egress: d.number(to.val.get("egress"), dataPrices())})
			}
		}
		zones = append(zones, z)
	}
	return zones
}

// call makes a phase that calls a service of v, which names one.
func (d *decoder) call(p *workloads.Phase, v *value, path string) {
	p.Kind = workloads.Call
	names := d.root.get("services").keys()
	if d.known(v, path, "service", names) == "" {
		return
	}
	p.Service = slices.Index(names, v.text)
	if p.Service < len(d.latencies) {
		p.Demand = d.latencies[p.Service]
	}
}

// isCall says whether what stands for an io phase names a service.
func isCall(v *value) bool { return v != nil && v.kind == text && serviceName.MatchString(v.text) }

// timeout is that of an io phase.
func (d *decoder) timeout(item *value, path string, calls bool) des.Time {
	t := item.field("timeout")
	switch {
	case t == nil && calls:
		d.warnf(item.at, path, "a call of %q without a timeout keeps its slot as long as no answer comes, as most clients do unless told otherwise", d.text(item.get("io")))
		return 0
	case t == nil:
		return 0
	case !calls:
		d.errorf(t.at, join(path, "timeout"), "only with io: SERVICE")
	}
	return d.time(t.val)
}

// offers warns of services that are asked for more than they can do.
func (d *decoder) offers(s *Scenario) {
	busy, rate := make([]float64, len(s.Services)), make([]float64, len(s.Services))
	for c := range s.Classes {
		r := workloads.MeanRate(s.Classes, c)
		if !(r > 0) || r > 1e12 {
			continue
		}
		for _, p := range s.Classes[c].Work {
			if p.Kind == workloads.Call {
				rate[p.Service] += r
				busy[p.Service] += r * p.Demand.Mean()
			}
		}
	}
	for i := range s.Services {
		of := &s.Services[i]
		at := d.root.get("services").field(of.Name)
		path := join("services", of.Name)
		if of.Rate > 0 && rate[i] >= of.Rate {
			d.warnf(at.at, path, "is asked %.4g times a second without retries, and admits %.4g", rate[i], of.Rate)
		}
		if of.Capacity > 0 && busy[i] >= float64(of.Capacity) {
			d.warnf(at.at, path, "is asked for %.4g calls at once without retries, and can do %d", busy[i], of.Capacity)
		}
	}
}
