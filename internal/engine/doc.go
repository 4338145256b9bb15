// Package engine has the simulator as WebAssembly, for pages that can be asked. A release holds it (the build tag
// simrun_engine); a program that was built or run from its source builds it once, and keeps it in the user's cache.
//
// What it is built of is internal/whatif/wasm. It knows no page.
package engine
