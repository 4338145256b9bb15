// Package serve shows a page that follows its scenario: it is made anew whenever a file changes that it was made of, and
// answers questions meanwhile. It serves this machine only: on the loopback address, to who knows a token, and to no page
// of anybody else.
//
// Start with serve.go, the life of a server; then guard.go, who is let in; handle.go, what there is to ask; and watch.go,
// when the page is made anew. The package knows neither scenarios nor pages: what it serves is handed to it.
package serve
