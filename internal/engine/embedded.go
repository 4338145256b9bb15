//go:build simrun_engine

package engine

import (
	"context"
	_ "embed"
)

//go:embed wasm_exec.js
var embeddedExec string

//go:embed engine.wasm.gz
var embeddedWasm []byte

// Load returns the engine that this release holds.
func Load(context.Context) (*Engine, error) { return &Engine{embeddedExec, embeddedWasm}, nil }
