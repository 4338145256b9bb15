// Package known is how far predictions were off against recordings of real Celery, by preset: release, broker, pool and
// kind of work. Its table is written together with docs/fidelity.md, by `make results`; that of
// logs under another layout by the test of package imports that measures it.
//
// It is apart from package fidelity so that whoever answers a scenario can say how well such predictions did, without
// knowing how they were compared. It imports the standard library only.
package known
