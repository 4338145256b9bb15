package workloads_test

import "example.com/simrun/workloads"

// next is the next task of a source, as a value.
func next(s *workloads.Source) (a workloads.Arrival, ok bool) {
	ok = s.Next(&a)
	return a, ok
}
