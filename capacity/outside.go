package capacity

import (
	"fmt"

	"example.com/simrun/system"
	"example.com/simrun/workloads"
)

// Outside is what lies outside the workers: what tasks call, and how far it is.
type Outside struct {
	Services []system.Service
	Zones    system.Zones
}

// asked is what is asked of a service by callers who wait for it as long as it takes.
type asked struct{ calls, seconds float64 }

// sumOf is a + factor x b, each nil where nothing is asked.
func sumOf(a, b []asked, factor float64) []asked {
	if len(b) == 0 {
		return a
	}
	sum := make([]asked, len(b))
	copy(sum, a)
	for i := range b {
		sum[i].calls += factor * b[i].calls
		sum[i].seconds += factor * b[i].seconds
	}
	return sum
}

// add adds to the demand of a class on a worker what it takes to reach things, and what it asks of services.
func (o *Outside) add(d *demand, l *Layout, c *workloads.Class, w int, machine *system.Machine) {
	d.slot += waitsForBroker(l, w, c).Seconds()
	d.asks = make([]asked, len(o.Services))
	zone := ""
	if machine != nil {
		zone = machine.Zone
	}
	a := attempt{}
	a.limits(c, &l.Workers[w])
	if trip, open := o.Zones.RoundTrip(zone, c.Zone); open {
		d.slot += trip.Seconds()
	}
	for i := range c.Work {
		p := &c.Work[i]
		if p.Kind == workloads.Transfer {
			if trip, open := o.Zones.RoundTrip(zone, p.To); open {
				d.slot += trip.Seconds()
			}
		}
		if p.Kind != workloads.Call || p.Service >= len(o.Services) {
			continue
		}
		if trip, open := o.Zones.Call(zone, &o.Services[p.Service]); open {
			d.slot += trip.Seconds()
			if p.Timeout == 0 && a.hang == 0 { // nothing ends its wait but the answer
				d.asks[p.Service].calls++
				d.asks[p.Service].seconds += p.Demand.Mean()
			}
		}
	}
}

// shareServices looks for services that are asked for more than they can do, by callers that then wait without end:
// their slots fill up, and their queues grow. What is short is shared in proportion.
func (f *fluid) shareServices() {
	for i := range f.outside.Services {
		of := &f.outside.Services[i]
		if of.Capacity > 0 && !of.RejectFull {
			f.shareService(of, float64(of.Capacity), func(s *stream) float64 { return s.asks[i].seconds })
		}
		if of.Rate > 0 && !of.RejectRate {
			f.shareService(of, of.Rate, func(s *stream) float64 { return s.asks[i].calls })
		}
	}
}

func (f *fluid) shareService(of *system.Service, most float64, cost func(s *stream) float64) {
	used := 0.0
	var callers []*stream
	for q := range f.streams {
		for i := range f.streams[q] {
			if s := &f.streams[q][i]; len(s.asks) > 0 && cost(s) > 0 {
				used += min(s.got, s.want) * cost(s)
				callers = append(callers, s)
			}
		}
	}
	if used == 0 || used < most*(1-1e-9) {
		return
	}
	for _, s := range callers {
		if !s.short() {
			s.by = fmt.Sprintf("the service %q", of.Name)
		}
		s.got = min(s.got, s.want) * min(1, most/used)
	}
}

// outlay is the CPU that a message of a queue costs the broker and the producers, where these have machines.
func (l *Layout) outlay(queue int, machines []system.Machine) (serve, publish float64) {
	speed := func(node int) float64 {
		if node < 0 || node >= len(l.Nodes) {
			return 1
		}
		return speedOf(&machines[l.Nodes[node]])
	}
	if l.Broker.ServeCPU > 0 {
		serve = (l.Broker.ServeCPU + l.Queues[queue].ServeCPU).Seconds() / speed(l.BrokerNode)
	}
	return serve, l.Broker.PublishCPU.Seconds() / speed(l.ProducerNode)
}

// shareProducers looks at the one thread of the producers, where they have a machine: it publishes one task after the other.
func (f *fluid) shareProducers() {
	used := 0.0
	for q := range f.streams {
		for i := range f.streams[q] {
			used += f.streams[q][i].want / f.streams[q][i].attempts
		}
	}
	each := f.layout.Broker.PublishCPU.Seconds()
	if used *= each; used < 1-1e-9 {
		return
	}
	for q := range f.streams {
		for i := range f.streams[q] {
			s := &f.streams[q][i]
			if !s.short() {
				s.by = fmt.Sprintf("the one thread of the producers (%.3g ms a message)", 1e3*each)
			}
			s.got = min(s.got, s.want/used)
		}
	}
}
