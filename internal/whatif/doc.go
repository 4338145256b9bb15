// Package whatif answers a scenario with something changed: at another load, with more slots, without a fault.
//
// It lists what of a scenario can be moved (controls.go), makes the scenario with some of it moved (state.go), which is a
// file that simrun run answers in the same way, and has it answered: first from a small sample, then in full (ask.go). It
// knows neither pages nor servers: the same package runs in the program and, as WebAssembly, in a page.
package whatif
