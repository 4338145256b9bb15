// Package spec is the scenario file in Go: one struct for each map of the format, one field for each key. A program that
// makes its scenarios fills in a Scenario and has simrun.Build check it, fill in the defaults and resolve it, as a file is.
//
// spec.go is generated from the table of the format, so that no key is missing; docs/scenario-file.md explains the keys at
// more length. A field of type any takes whatever the key takes: a number, a bool, a time.Duration, a text as a file has
// it ("12/s", "5%", "300MiB"), or the struct of the map that may stand there. What is not set is missing: nil, an empty
// text or list.
//
// It must not know what its values mean: it imports nothing.
//
//	spec.Task{
//		Name:     "notify",
//		Arrivals: &spec.Arrivals{Poisson: spec.PerSecond(10)},
//		Work:     []spec.Phase{{IO: spec.Law{Exponential: 60 * time.Millisecond}}},
//	}
package spec
