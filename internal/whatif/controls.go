package whatif

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/worker"
	"example.com/simrun/workloads"
)

// Control is something of a scenario that can be moved, from one stop to another.
type Control struct {
	ID    string `json:"id"`
	Group string `json:"group"`
	Name  string `json:"name"`
	Kind  Kind   `json:"kind"`
	Stops []Stop `json:"stops"`
	At    int    `json:"at"` // the stop at which the file has it

	move func(d *scenarios.Draft, stop string) (*scenarios.Draft, error)
}

// Kind is how a control looks.
type Kind string

// Kinds of controls. A switch has two stops, off and on.
const (
	Slider Kind = "slider"
	Choice Kind = "choice"
	Switch Kind = "switch"
)

// Stop is a value that a control can have.
type Stop struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

const off, on = "off", "on"

// factors by which quantities are moved.
var factors = []float64{0.1, 0.2, 0.25, 1.0 / 3, 0.5, 2.0 / 3, 0.75, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 10}

// Controls returns what of a scenario can be moved, in the order in which it is shown. Where two changes touch, the later
// control is moved first.
func Controls(sc *scenarios.Scenario, d *scenarios.Draft) []Control {
	all := []Control{scaled("load", "Load and work", "load", func(f float64) string { return units.Number(f) + "x" },
		func(d *scenarios.Draft, f float64) (*scenarios.Draft, error) { return d.Loaded(f), nil })}
	all = append(all, work(sc)...)
	all = append(all, targets(sc)...)
	all = append(all, layouts(sc)...)
	all = append(all, faults(sc, d)...)
	return append(all, workers(sc, d)...)
}

// id names a control in links.
func id(parts ...string) string {
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// scaled is a control of a factor.
func scaled(id, group, name string, label func(float64) string, move func(*scenarios.Draft, float64) (*scenarios.Draft, error)) Control {
	c := Control{ID: id, Group: group, Name: name, Kind: Slider}
	for i, f := range factors {
		if f == 1 {
			c.At = i
		}
		c.Stops = append(c.Stops, Stop{strconv.FormatFloat(f, 'g', 4, 64), label(f)})
	}
	c.move = func(d *scenarios.Draft, stop string) (*scenarios.Draft, error) {
		f, err := strconv.ParseFloat(stop, 64)
		if err != nil {
			return nil, err
		}
		return move(d, f)
	}
	return c
}

// work are the means of what tasks ask for.
func work(sc *scenarios.Scenario) (all []Control) {
	for i := range sc.Classes {
		c := &sc.Classes[i]
		mean := 0.0
		for k := range c.Work {
			p := &c.Work[k]
			if p.Kind != workloads.Call && p.Kind != workloads.Transfer {
				mean += p.Demand.Mean()
			}
		}
		if _, traced := c.Arrivals.Process.(workloads.Trace); mean == 0 || traced {
			continue
		}
		all = append(all, scaled(id("work", c.Name), "Load and work", "mean work of "+c.Name, func(f float64) string { return units.Duration(mean * f) },
			func(d *scenarios.Draft, f float64) (*scenarios.Draft, error) { return d.Stretched(c.Name, f) }))
	}
	return all
}

func targets(sc *scenarios.Scenario) (all []Control) {
	for i := range sc.Classes {
		c := &sc.Classes[i]
		for k := range c.SLO {
			o := &c.SLO[k]
			if o.HasBy || o.Target() == 0 {
				continue
			}
			key, statistic, _ := strings.Cut(o.Metric.String(), ".")
			path := []string{"tasks", c.Name, "slo", key}
			if statistic != "" {
				path = append(path, statistic)
			}
			s := scaled(id("target", c.Name, o.Metric.String()), "Targets", c.Name+" "+o.Words(), func(f float64) string { return o.Show(o.Target() * f) },
				func(d *scenarios.Draft, f float64) (*scenarios.Draft, error) { return d.Scaled(f, path...) })
			if o.IsShare() {
				s = s.below(1 / o.Target())
			}
			all = append(all, s)
		}
	}
	return all
}

// below leaves out stops beyond a factor.
func (c Control) below(most float64) Control {
	c.Stops = slices.DeleteFunc(c.Stops, func(s Stop) bool {
		f, _ := strconv.ParseFloat(s.Value, 64)
		return f > 1 && f >= most
	})
	return c
}

// switched is a control of something that the file has, and that can be left out.
func switched(id, group, name string, without func(*scenarios.Draft) (*scenarios.Draft, error)) Control {
	return Control{
		ID: id, Group: group, Name: name, Kind: Switch, At: 1, Stops: []Stop{{off, "off"}, {on, "on"}},
		move: func(d *scenarios.Draft, stop string) (*scenarios.Draft, error) {
			if stop == on {
				return d, nil
			}
			return without(d)
		},
	}
}

func layouts(sc *scenarios.Scenario) (all []Control) {
	if len(sc.Layouts) < 2 {
		return nil
	}
	for i := range sc.Layouts {
		name := sc.Layouts[i].Name
		all = append(all, switched(id("layout", name), "Layouts", name, func(d *scenarios.Draft) (*scenarios.Draft, error) {
			left := slices.DeleteFunc(d.Keys("strategies"), func(s string) bool { return s == name })
			if len(left) == 0 {
				return nil, fmt.Errorf("no layout is left: switch one on")
			}
			d = d.Without("strategies", name)
			if !slices.Contains(left, d.Get("baseline")) {
				return d.Set(strconv.Quote(left[0]), "baseline")
			}
			return d, nil
		}))
	}
	return all
}

func faults(sc *scenarios.Scenario, d *scenarios.Draft) (all []Control) {
	bare := func(yaml string) string { return strings.Trim(yaml, "{}") }
	for i, text := range d.Items("faults") {
		all = append(all, switched(id("fault", strconv.Itoa(i+1)), "Faults", bare(text), func(d *scenarios.Draft) (*scenarios.Draft, error) {
			return d.Dropped(i, "faults"), nil
		}))
	}
	for i := range sc.Classes {
		name := sc.Classes[i].Name
		if text := d.Get("tasks", name, "failures"); text != "" {
			all = append(all, switched(id("failures", name), "Faults", "failures of "+name+": "+bare(text), func(d *scenarios.Draft) (*scenarios.Draft, error) {
				return d.Without("tasks", name, "failures"), nil
			}))
		}
	}
	return all
}

// mostSlots is the largest concurrency that a slider has at least.
const mostSlots = 16

func workers(sc *scenarios.Scenario, d *scenarios.Draft) (all []Control) {
	for i := range sc.Layouts {
		l := &sc.Layouts[i]
		group := "Workers of " + l.Name
		for _, w := range d.Keys("strategies", l.Name, "workers") {
			path := []string{"strategies", l.Name, "workers", w}
			if now, err := strconv.Atoi(d.Get(append(path, "concurrency")...)); err == nil && d.Get(append(path, "pool")...) != "solo" {
				c := Control{ID: id("slots", l.Name, w), Group: group, Name: w + ": slots", Kind: Slider, At: now - 1}
				for n := 1; n <= max(mostSlots, min(4*now, now+256)); n++ {
					c.Stops = append(c.Stops, Stop{strconv.Itoa(n), strconv.Itoa(n)})
				}
				c.move = func(d *scenarios.Draft, stop string) (*scenarios.Draft, error) {
					return d.Set(stop, append(slices.Clone(path), "concurrency")...)
				}
				all = append(all, c)
			}
			if now := d.Get(append(path, "prefetch_multiplier")...); now != "" {
				all = append(all, prefetch(id("prefetch", l.Name, w), group, w, path, now, d.Get(append(path, "disable_prefetch")...) == "true", l.Broker.Kind))
			}
		}
	}
	return all
}

// none stands for a worker that takes a message only when a slot is free.
const none = "none"

func prefetch(id, group, name string, path []string, now string, disabled bool, broker worker.BrokerKind) Control {
	c := Control{ID: id, Group: group, Name: name + ": prefetch multiplier", Kind: Choice}
	values := []string{"1", "2", "4", "8", "16"}
	if !slices.Contains(values, now) {
		values = append(values, now)
	}
	for i, v := range values {
		if v == now {
			c.At = i
		}
		label := v
		if v == "0" {
			label = "no limit"
		}
		c.Stops = append(c.Stops, Stop{v, label})
	}
	if broker != worker.RabbitMQ {
		c.Stops = append(c.Stops, Stop{none, "no prefetch"})
		if disabled {
			c.At = len(c.Stops) - 1
		}
	}
	c.move = func(d *scenarios.Draft, stop string) (*scenarios.Draft, error) {
		if stop == none {
			return d.Set("true", append(slices.Clone(path), "disable_prefetch")...)
		}
		d, err := d.Set("false", append(slices.Clone(path), "disable_prefetch")...)
		if err != nil {
			return nil, err
		}
		return d.Set(stop, append(slices.Clone(path), "prefetch_multiplier")...)
	}
	return c
}
