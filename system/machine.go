package system

import "example.com/simrun/des"

// Machine is a kind of node.
type Machine struct {
	Name       string
	Cores      float64
	Speed      float64 // 1 = the machine the demands were measured on
	Efficiency float64 // effective cores / cores, 0..1
	Count      int     // nodes of this kind
	Most       int     // nodes at most, which come when a replica fits on none of those that are there; 0 = always Count
	Cold       bool    // switched on at the beginning, and not before
	Price      float64 // per node and hour, in the scenario's currency

	Zone string   // where it stands; "" = anywhere
	Boot des.Time // from being switched on to its workers taking tasks

	Memory int64 // bytes that its workers may hold together; 0 = no limit
	Disk   int   // requests that its disk works on at once; 0 = no limit
}
