package strategies

import (
	"slices"

	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// Plan adds to the setup of a run what is planned to befall its workers and its broker; from is the start of the
// observed time. Faults of services, machines and zones are the world's own; but the broker may live there. Machines are
// the kinds of the scenario.
func (l *Layout) Plan(s *worker.Setup, machines []system.Machine, faults []system.Fault, from des.Time) {
	for i := range faults {
		f := &faults[i]
		cause := int32(i)
		switch {
		case f.Of == system.OfDeploy:
			s.Deploys = append(s.Deploys, worker.Deploy{At: from + f.At, Grace: f.Grace, Boot: f.Boot, Rows: l.replicas(), Cause: cause})
		case l.losesBroker(f):
			s.Outages = append(s.Outages, worker.Outage{From: from + f.At, To: from + f.End() + l.brokerBoot(f, machines), Cause: cause})
		case f.Of == system.OfService || f.Of == system.OfClass:
			continue
		}
		s.Causes = len(faults)
	}
}

// Restarts says that all replicas of a worker, by the name of its group, are started again by something planned: slots that tasks hung
// in come back.
func (l *Layout) Restarts(name string, machines []system.Machine, f *system.Fault) bool {
	for w, g := range l.Group {
		if l.Groups[g] == name && !l.strikes(w, machines, f) {
			return false
		}
	}
	return true
}

func (l *Layout) strikes(w int, machines []system.Machine, f *system.Fault) bool {
	switch f.Of {
	case system.OfDeploy:
		return true
	case system.OfMachine:
		return l.Node[w] >= 0 && l.Nodes[l.Node[w]] == f.Target
	case system.OfZone:
		return l.Node[w] >= 0 && machines[l.Nodes[l.Node[w]]].Zone == f.Zone
	case system.OfWorkers:
		return slices.Contains(f.Workers, int32(w))
	}
	return false
}

// losesBroker says that nobody reaches the broker during a fault: it is down, or its machine or its zone is.
func (l *Layout) losesBroker(f *system.Fault) bool {
	switch f.Of {
	case system.OfBroker:
		return true
	case system.OfMachine:
		return l.BrokerOn(f.Target)
	case system.OfWorkers:
		return f.Broker
	case system.OfZone:
		return l.BrokerZone != "" && f.Zone == l.BrokerZone
	}
	return false
}

// BrokerOn says that the broker lives on a machine of this kind.
func (l *Layout) BrokerOn(kind int) bool {
	return l.BrokerNode >= 0 && l.BrokerNode < len(l.Nodes) && l.Nodes[l.BrokerNode] == kind
}

// brokerBoot is how long after the end of a fault that takes machines away the one of the broker has booted.
func (l *Layout) brokerBoot(f *system.Fault, machines []system.Machine) des.Time {
	if f.Of != system.OfMachine && f.Of != system.OfZone {
		return 0
	}
	for kind := range machines {
		if l.BrokerOn(kind) {
			return machines[kind].Boot
		}
	}
	return 0
}

// replicas are the instances of each worker.
func (l *Layout) replicas() [][]int32 {
	rows := make([][]int32, len(l.Groups))
	for w, g := range l.Group {
		rows[g] = append(rows[g], int32(w))
	}
	return rows
}
