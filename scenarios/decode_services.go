package scenarios

import (
	"reflect"
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/internal/units"
	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// services makes the services in the order of the file, and keeps the laws of their latencies for the calls.
func (d *decoder) services(v *value) []system.Service {
	if v == nil || v.kind != table {
		return nil
	}
	var services []system.Service
	d.grammar.key("services").shape.into(d, v, "services", reflect.ValueOf(&services).Elem())
	for i, f := range v.fields {
		path := join("services", f.key)
		if s := &services[i]; s.Connections > 0 && s.PerSlot > s.Connections {
			d.errorf(f.val.get("connections_per_slot").at, join(path, "connections_per_slot"), "%d: want at most the connections, which are %d", s.PerSlot, s.Connections)
		}
		d.latencies = append(d.latencies, d.dist(f.val.field("latency"), path, durations()))
	}
	return services
}

// known is the name if it is one of names, or else "".
func (d *decoder) known(v *value, path, noun string, names []string) string {
	name := d.text(v)
	if name != "" && !slices.Contains(names, name) {
		if len(names) == 0 {
			d.errorf(v.at, path, "unknown %s %q: the file has no %ss: add %ss: {%s: {}}", noun, units.Shorten(name), noun, noun, units.Shorten(name))
			return ""
		}
		d.errorf(v.at, path, "%s", unknown(noun, name, names))
		return ""
	}
	return name
}

// zones makes the zones and the ways between them.
func (d *decoder) zones(v *value) (zones system.Zones) {
	if v == nil || v.kind != table {
		return nil
	}
	d.grammar.key("zones").shape.into(d, v, "zones", reflect.ValueOf(&zones).Elem())
	for _, f := range v.fields {
		reaches := f.val.get("reaches")
		for _, to := range reaches.keys() {
			path := join(join(join("zones", f.key), "reaches"), to)
			switch at := reaches.field(to).at; {
			case to == f.key:
				d.errorf(at, path, "a zone reaches itself: want another one")
			case v.field(to) == nil:
				d.errorf(at, path, "%s", unknown("zone", to, others(v.keys(), f.key)))
			}
		}
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
		d.warnf(item.at, path, "a call of %q without a timeout keeps its slot until an answer comes: most clients have no timeout unless told otherwise", d.text(item.get("io")))
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
			d.warnf(at.at, path, "is called %.4g times a second, not counting retries, but admits %.4g", rate[i], of.Rate)
		}
		if of.Capacity > 0 && busy[i] >= float64(of.Capacity) {
			d.warnf(at.at, path, "gets %.4g calls at once, not counting retries, but can do %d", busy[i], of.Capacity)
		}
	}
}
