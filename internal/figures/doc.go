// Package figures writes figures with their intervals as people read them. It is apart from package report, so that who
// shows a few figures need not draw plots.
package figures
