// What the Web Worker of a page does, after Go's wasm_exec.js: one question, its answers, and it ends.
"use strict";
self.onmessage = async ({ data }) => {
  const go = new Go();
  self.simrunReady = () => self.simrunAsk(data.bundle, data.state, data.version, (text) => self.postMessage(text));
  go.run(await WebAssembly.instantiate(data.module, go.importObject));
};
