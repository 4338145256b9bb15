// Package system is the plain data that worlds, layouts and scenarios share about what workers run on.
package system
