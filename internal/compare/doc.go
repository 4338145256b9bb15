// Package compare holds one run against another: which figures changed, by how much, and how sure that is. A run is the
// figures.json of a results folder, or a scenario that is run now.
//
// Runs with the same seed and as many replications met the same tasks, and are compared replication by replication; others
// as samples that share nothing. Many figures are looked at at once, so that p-values are adjusted for their number (Holm): of
// two runs of the same system a difference is claimed in at most one comparison of twenty.
package compare
