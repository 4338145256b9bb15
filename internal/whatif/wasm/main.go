//go:build js && wasm

// Command wasm is the engine of a page that can be asked: the simulator as WebAssembly, in a Web Worker.
//
// The worker hands it a bundle, as JSON, through simrunReady; it gives back a function that answers a state, telling
// each answer, as JSON, to a callback.
package main

import (
	"context"
	"encoding/json"
	"syscall/js"

	"example.com/simrun/internal/experiment"
	"example.com/simrun/internal/whatif"
	"example.com/simrun/scenarios"
)

func main() {
	js.Global().Set("simrunAsk", js.FuncOf(func(_ js.Value, args []js.Value) any {
		go answer(args[0].String(), args[1].String(), args[2].String(), args[3])
		return nil
	}))
	js.Global().Call("simrunReady")
	select {}
}

// answer tells callback what is found of a state of the scenario in a bundle.
func answer(bundle, state, version string, callback js.Value) {
	tell := func(a whatif.Answer) {
		data, err := json.Marshal(a)
		if err != nil {
			panic(err) // texts and finite numbers can always be written
		}
		callback.Invoke(string(data))
	}
	var b scenarios.Bundle
	var s whatif.State
	err := json.Unmarshal([]byte(bundle), &b)
	if err == nil {
		err = json.Unmarshal([]byte(state), &s)
	}
	if err == nil {
		var a *whatif.Asker
		if a, err = whatif.New(&b); err == nil {
			err = a.Ask(context.Background(), s, experiment.Options{Cores: 1, Version: version}, tell)
		}
	}
	if err != nil {
		tell(whatif.Answer{Stage: whatif.Wrong, Why: err.Error()})
	}
}
