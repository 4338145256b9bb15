// Package cells carries runs of the simulator to other processes and their outcomes back.
//
// A cell is a pure function (experiment.Cell): whoever computes it, with the same program and the same scenario, gets the
// same bytes. Work is cells of one scenario with all that it takes to compute them; Done are their outcomes, in the same
// order. How they travel (files, a broker, pipes) is no matter here.
package cells
