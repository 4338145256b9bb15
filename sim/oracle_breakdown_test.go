package sim_test

import (
	"example.com/simrun/des"
	"example.com/simrun/system"
	"example.com/simrun/worker"
)

// breakingDown is a lot of machines, with one slot each, that break down at exponential times whether they are at work
// or not, and are repaired in exponential times. The faults of each run are drawn and planned beforehand. What is cut
// short is delivered again first of all, and asks for work anew: as its law is exponential, that is the same as going on.
func breakingDown(o *oracleCase) []experiment {
	breakdown := o.Model["breakdown"].(map[string]any)
	up, ok := breakdown["mtbf_exp"].(float64)
	if !ok {
		up = breakdown["per_server_mtbf_exp"].(float64)
	}
	m := station(o)
	m.classes[0].Fresh = true
	one := m.layout.Workers[0]
	servers := one.Concurrency
	one.Concurrency, one.AcksLate = 1, true
	m.layout.Workers, m.layout.Node, m.layout.Group, m.layout.Groups = nil, nil, nil, nil
	for i := range servers {
		m.add(one)
		m.machines = append(m.machines, system.Machine{Cores: 1, Speed: 1, Efficiency: 1, Count: 1})
		m.layout.Nodes = append(m.layout.Nodes, i)
		m.layout.Node[i] = i
	}
	m.layout.Broker.Dispatch = worker.FreeSlot
	down := breakdown["mttr_exp"].(float64)
	return []experiment{{model: m, faults: func(key des.Key, warmup, until des.Time) (all []system.Fault) {
		for i := range servers {
			s := des.NewStream(key.With(uint64(i)))
			for at := des.Seconds(up * s.ExpFloat64()); at < until; {
				length := max(1, des.Seconds(down*s.ExpFloat64()))
				all = append(all, system.Fault{Of: system.OfMachine, Target: i, At: at - warmup, For: length})
				at += length + des.Seconds(up*s.ExpFloat64())
			}
		}
		return all
	}}}
}
