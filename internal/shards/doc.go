// Package shards divides an experiment among processes that share nothing but a folder.
//
// Each process computes its share of the cells of the present round and leaves one file; what all have left is merged
// into the same result, byte for byte, as one process would have found. A round is all that can be computed before
// something has to be decided: how long to run, whether to go on, at which load to look next. Decisions are the
// experiment's own: it runs in every process over what is there (experiment.Backend), and stops where something is
// missing.
//
//	DIR/question-SUM.json   what is asked of which scenario, with all its files
//	DIR/SUM.cells           outcomes, named by their content; written whole or not at all
package shards
