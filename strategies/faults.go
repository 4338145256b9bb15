package strategies

import (
	"simrun/des"
	"simrun/system"
	"simrun/worker"
)

// Plan adds to the setup of a run what is planned to befall its workers and its broker; from is the start of the
// observed time. Faults of services, machines and zones are the world's own.
func (l *Layout) Plan(s *worker.Setup, faults []system.Fault, from des.Time) {
	for i := range faults {
		f := &faults[i]
		cause := int32(i)
		switch {
		case f.Of == system.OfDeploy:
			s.Deploys = append(s.Deploys, worker.Deploy{At: from + f.At, Grace: f.Grace, Boot: f.Boot, Rows: l.replicas(), Cause: cause})
		case l.losesBroker(f):
			s.Outages = append(s.Outages, worker.Outage{From: from + f.At, To: from + f.End(), Cause: cause})
		case f.Of == system.OfService || f.Of == system.OfClass:
			continue
		}
		s.Causes = len(faults)
	}
}

// losesBroker says that nobody reaches the broker during a fault: it is down, or its zone is.
func (l *Layout) losesBroker(f *system.Fault) bool {
	return f.Of == system.OfBroker || f.Of == system.OfZone && l.BrokerZone != "" && f.Zone == l.BrokerZone
}

// replicas are the instances of each worker.
func (l *Layout) replicas() [][]int32 {
	rows := make([][]int32, len(l.Groups))
	for w, g := range l.Group {
		rows[g] = append(rows[g], int32(w))
	}
	return rows
}
