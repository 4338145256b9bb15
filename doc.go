// Package simrun is a capacity-planning simulator for Celery workers, for programs: it simulates the same tasks through
// several layouts of workers and says which to take.
//
// A scenario is read from a file (Read, Parse) or built in Go (Build, from the structs of package spec), run (Run), and
// its result looked at, printed or written into a folder (Text, WriteJSON, WriteFolder). This package is what stays as
// it is; the packages beneath, from which models of other shapes are built, say in their own comments what they are for:
// workloads, strategies and worker for what arrives, where it goes and what runs it, sim for single runs, stats and theory.
//
// The program is cmd/simrun; docs/architecture.md says what each package is for, and arch_test.go checks who may
// import whom, and that what must be deterministic is.
package simrun
