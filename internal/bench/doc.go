// Package bench runs a scenario for real beside its simulation: every layout in turns on the real clock, each run next to
// the prediction for the same tasks on this machine, whose cost and speed are calibrated first.
//
// It does not know how a body takes its time: the command hands it a Real, made of package live. It decides nothing;
// it says how far measurement and prediction are apart, and which runs were too disturbed to count.
//
// Start with run.go (the rounds, and what one run is), then summary.go (its figures) and burden.go (what a real run
// costs more than a simulated one). scale.go speeds a scenario up, ledger.go writes down what a replay needs.
package bench
