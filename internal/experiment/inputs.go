package experiment

import (
	"fmt"
	"slices"

	"example.com/simrun/internal/units"
	"example.com/simrun/scenarios"
	"example.com/simrun/workloads"
)

// Input is something about a scenario that its author may not know well, as a factor of what the file says.
type Input struct {
	Kind InputKind
	Of   int // index of the class or the service
}

// InputKind is the kind of an input.
type InputKind uint8

// Kinds of inputs.
const (
	Load     InputKind = iota // all arrivals that no other task causes
	Arrivals                  // of a class
	Work                      // of a class: all that its tasks ask for by themselves, calls of services apart
	Failures                  // of a class: how often it errs, hangs and crashes
	Service                   // how long it works on a call
)

// Change is an input at another value than the file's: a part of a Cell.
type Change struct {
	Input
	Factor float64
}

// Fits says whether a scenario has what is changed.
func (c *Change) Fits(sc *scenarios.Scenario) bool {
	n := len(sc.Classes)
	if c.Kind == Service {
		n = len(sc.Services)
	}
	return c.Kind <= Service && c.Of >= 0 && (c.Of < n || c.Kind == Load) && c.Factor > 0
}

// apply returns the scenario with the change.
func (c *Change) apply(sc *scenarios.Scenario) *scenarios.Scenario {
	changed := *sc
	changed.Classes = slices.Clone(sc.Classes)
	class := &changed.Classes[min(c.Of, len(sc.Classes)-1)]
	switch c.Kind {
	case Arrivals:
		class.Arrivals = class.Arrivals.Scaled(c.Factor)
	case Work:
		*class = class.Working(c.Factor, func(p *workloads.Phase) bool { return p.Kind != workloads.Call })
	case Failures:
		*class = class.Failing(c.Factor)
	case Service:
		for i := range changed.Classes {
			changed.Classes[i] = changed.Classes[i].Working(c.Factor, func(p *workloads.Phase) bool {
				return p.Kind == workloads.Call && p.Service == c.Of
			})
		}
	}
	return &changed
}

// inputName is how an input is written.
func inputName(sc *scenarios.Scenario, in Input) string {
	switch in.Kind {
	case Arrivals:
		return sc.Classes[in.Of].Name + ".arrivals"
	case Work:
		return sc.Classes[in.Of].Name + ".work"
	case Failures:
		return sc.Classes[in.Of].Name + ".failures"
	case Service:
		return "services." + sc.Services[in.Of].Name
	}
	return "load"
}

// present is the value of an input as the file has it, and its unit: "x", "/s", "s" or "" for a share.
func present(sc *scenarios.Scenario, in Input) (float64, string) {
	switch in.Kind {
	case Arrivals:
		return workloads.MeanRate(sc.Classes, in.Of), "/s"
	case Work:
		cpu, io := 0.0, 0.0
		for i := range sc.Classes[in.Of].Work {
			switch p := &sc.Classes[in.Of].Work[i]; p.Kind {
			case workloads.Call:
			case workloads.CPU:
				cpu += p.Demand.Mean()
			default:
				io += p.Demand.Mean()
			}
		}
		return cpu + io, "s"
	case Failures:
		f := &sc.Classes[in.Of].Failures
		return f.Error.P + f.Hang.P + f.Crash.P, ""
	case Service:
		n, sum := 0, 0.0
		for i := range sc.Classes {
			for j := range sc.Classes[i].Work {
				if p := &sc.Classes[i].Work[j]; p.Kind == workloads.Call && p.Service == in.Of {
					n, sum = n+1, sum+p.Demand.Mean()
				}
			}
		}
		return sum / float64(max(1, n)), "s"
	}
	return 1, "x"
}

// inputsOf are all inputs of a scenario that are not 0: the load first, then class by class, then services.
func inputsOf(sc *scenarios.Scenario) []Input {
	all := []Input{{Kind: Load}}
	for c := range sc.Classes {
		for _, kind := range []InputKind{Arrivals, Work, Failures} {
			if _, caused := sc.Classes[c].Arrivals.Process.(workloads.After); kind == Arrivals && (caused || len(sc.Classes) == 1) {
				continue // by what others cause, or the same as the load
			}
			all = append(all, Input{kind, c})
		}
	}
	for s := range sc.Services {
		all = append(all, Input{Service, s})
	}
	return slices.DeleteFunc(all, func(in Input) bool { v, _ := present(sc, in); return !(v > 0) })
}

// ParseInputs reads names of inputs, as --over has them; none = all that the scenario has.
func ParseInputs(sc *scenarios.Scenario, names []string) ([]Input, error) {
	all := inputsOf(sc)
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, in := range all {
		known = append(known, inputName(sc, in))
	}
	var some []Input
	for _, name := range names {
		i, err := units.Choose(known, name)
		if err != nil {
			return nil, fmt.Errorf("no such input: %w", err)
		}
		some = append(some, all[i])
	}
	return some, nil
}
