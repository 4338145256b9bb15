// Package randomly writes scenarios at random, over the whole format: for tests of what holds in every scenario.
//
// It goes by the JSON Schema, which is made of the grammar, so that a new key is drawn with the others as soon as it is
// there. It knows no key but those of the plain scenario that it begins with, and does not know what is valid: whoever
// calls it says which of its changes to keep.
//
// Start with scenario.go; draw.go draws a value that a schema allows.
package randomly
