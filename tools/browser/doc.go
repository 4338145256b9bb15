// Package browser holds the tests that open the pages of a run in a real browser, as a phone and as a desk would. It is a
// module of its own, so that the program depends on none of it.
//
// axe/ holds axe-core 4.10.3 as released, under the Mozilla Public License 2.0: axe/LICENSE. Only these tests load it.
package browser
