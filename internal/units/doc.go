// Package units writes figures for people: durations, shares and counts with three significant digits in the unit that
// suits them. It knows nothing of what the figures mean.
package units
