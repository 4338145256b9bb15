// Package simrun is the root of the module and holds no code: simrun is a capacity-planning simulator for Celery
// workers. It simulates the same tasks through several layouts of workers and says which to take.
//
// The program is cmd/simrun; docs/architecture.md says what each package is for, and arch_test.go checks who may
// import whom, and that what must be deterministic is.
package simrun
