// Package units writes figures for people: durations, shares, sizes and counts with three significant digits in the unit
// that suits them; lists, plurals and the nearest name in messages. It knows nothing of what the figures mean.
package units
