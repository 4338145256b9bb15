"use strict";
// What if: controls, the engine that answers them, and its answers. There are two engines: this page holds one, as
// WebAssembly, or the server has it.
(() => {
  const { data, all, make, copied } = globalThis.simrunPage;
  const section = document.getElementById("what-if");
  const form = section.querySelector("form");
  const stage = section.querySelector(".stage");
  const bar = section.querySelector("progress");
  const banner = section.querySelector(".banner");
  const headline = banner.querySelector("p");
  const body = section.querySelector("tbody");
  const text = document.getElementById("what-if-text");
  const controls = new Map(data.controls.map((c) => [c.id, c]));
  const inputs = new Map(all("[data-control]", form).map((e) => [e.dataset.control, e]));

  // The state is what was moved away from the file: stops by control.
  let state = {};
  const indexOf = (c) => {
    const i = c.stops.findIndex((s) => s.value === state[c.id]);
    return i < 0 ? c.at : i;
  };
  const place = () => {
    for (const [id, input] of inputs) {
      const c = controls.get(id), i = indexOf(c);
      if (c.kind === "switch") { input.checked = i === 1; } else { input.value = String(i); }
      say(c, input, i);
    }
  };
  const say = (c, input, i) => {
    const moved = i !== c.at, label = c.stops[i].label;
    input.closest(".control").classList.toggle("moved", moved);
    const output = input.closest(".control").querySelector("output");
    if (output) { output.textContent = label; }
    if (c.kind === "slider") { input.setAttribute("aria-valuetext", label); }
  };
  const move = (c, input) => {
    const i = c.kind === "switch" ? Number(input.checked) : Number(input.value);
    if (i === c.at) { delete state[c.id]; } else { state[c.id] = c.stops[i].value; }
    say(c, input, i);
    link();
    later();
  };

  // The address holds the state, behind its #.
  const mark = "#if:";
  const address = () => {
    const query = new URLSearchParams(state).toString();
    return location.href.split("#")[0] + (query ? mark + query : "");
  };
  const link = () => history.replaceState(null, "", address());
  const unlink = () => {
    if (!location.hash.startsWith(mark)) { return false; }
    const known = [...new URLSearchParams(location.hash.slice(mark.length))].filter(([id, v]) => controls.has(id) && controls.get(id).stops.some((s) => s.value === v));
    state = Object.fromEntries(known);
    place();
    for (const e of all(".moved", form)) {
      const fold = e.closest("details");
      if (fold) { fold.open = true; }
    }
    return known.length > 0;
  };

  // Engines. Each takes a state and what hears the answers, and returns what stops it.
  const inPage = (engine) => {
    let loaded;
    // bytes reads ascii85, of which six characters were changed for the page.
    const bytes = (text) => {
      const out = new Uint8Array(text.length * 4 + 4), changed = { v: '"', w: "\\", x: "<", y: ">", "{": "&", "|": "'" };
      const digit = Uint8Array.from({ length: 128 }, (_, c) => (changed[String.fromCharCode(c)] ?? String.fromCharCode(c)).charCodeAt(0) - 33);
      let at = 0;
      for (let i = 0; i < text.length;) {
        if (text[i] === "z") { // four zeros
          i++;
          at += 4;
          continue;
        }
        const n = Math.min(5, text.length - i);
        let word = 0;
        for (let k = 0; k < 5; k++) { word = word * 85 + (k < n ? digit[text.charCodeAt(i + k)] : 84); }
        for (let k = 0; k < n - 1; k++) { out[at++] = Math.floor(word / 2 ** (24 - 8 * k)) & 255; }
        i += n;
      }
      return out.subarray(0, at);
    };
    const inflated = (packed) => {
      const raw = bytes(packed);
      return new Response(new Blob([raw]).stream().pipeThrough(new DecompressionStream("gzip")));
    };
    const load = async () => ({
      module: await WebAssembly.compile(await inflated(engine.wasm).arrayBuffer()), bundle: await inflated(engine.bundle).text(), version: engine.version,
    });
    const source = URL.createObjectURL(new Blob([engine.exec, "\n", engine.worker], { type: "text/javascript" }));
    return (asked, hear) => {
      let worker, stopped = false;
      const wrong = (e) => { if (!stopped) { hear({ stage: "wrong", why: String(e.message || e) }); } };
      loaded ??= load();
      loaded.then((parts) => {
        if (stopped) { return; }
        worker = new Worker(source);
        worker.onmessage = (e) => { if (!stopped) { hear(JSON.parse(e.data)); } };
        worker.onerror = wrong;
        worker.postMessage({ ...parts, state: JSON.stringify(asked) });
      }, wrong);
      return () => {
        stopped = true;
        if (worker) { worker.terminate(); }
      };
    };
  };
  const onServer = (asked, hear) => {
    const off = new AbortController();
    (async () => {
      const answer = await fetch("ask", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked), signal: off.signal });
      if (!answer.ok) { throw new Error(await answer.text()); }
      let rest = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        const lines = (rest + part.value).split("\n");
        rest = lines.pop();
        for (const line of lines) { hear(JSON.parse(line)); }
      }
    })().catch((e) => { if (!off.signal.aborted) { hear({ stage: "wrong", why: String(e.message || e) }); } });
    return () => off.abort();
  };
  const holder = document.getElementById("engine");
  let engine;
  const ready = () => { engine ??= holder ? inPage(JSON.parse(holder.textContent)) : onServer; };

  // Answers.
  const before = new Map(data.base.rows.map((r) => [[r.layout, r.class, r.metric].join("\n"), r]));
  const cell = (label, content, className = "") => {
    const td = make("td", { className }, content);
    td.dataset.label = label;
    return td;
  };
  // shape is a bar from nothing to the figure, with its interval; the target is in the middle, and what is beyond twice the
  // target ends at the edge.
  const shape = (r) => {
    if (r.value === null || r.against === null || !(r.against > 0)) { return ""; }
    const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg");
    const x = (v) => 60 * Math.min(2, v / r.against);
    svg.setAttribute("viewBox", "0 0 120 14");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    svg.classList.add("against", r.verdict);
    const rect = (name, from, to, top, high) => {
      const e = document.createElementNS(ns, "rect");
      for (const [k, v] of Object.entries({ class: name, x: from, y: top, width: Math.max(1, to - from), height: high })) { e.setAttribute(k, v); }
      svg.append(e);
    };
    const beyond = r.value > 2 * r.against;
    rect("figure", 0, x(r.value) - (beyond ? 9 : 0), 4, 6);
    if (beyond) {
      const tip = document.createElementNS(ns, "path");
      tip.setAttribute("class", "figure");
      tip.setAttribute("d", "M111 2l9 5l-9 5z");
      svg.append(tip);
    }
    if (r.low !== null && r.high !== null) { rect("interval", x(r.low), x(r.high), 6, 2); }
    rect("target", 59, 61, 0, 14);
    return svg;
  };
  const show = (a) => {
    banner.dataset.status = a.status;
    headline.textContent = a.headline;
    body.replaceChildren(...a.rows.map((r, i) => {
      const tr = make("tr"), was = before.get([r.layout, r.class, r.metric].join("\n"));
      if (i === 0 || a.rows[i - 1].layout !== r.layout) {
        const th = make("th", { scope: "rowgroup", rowSpan: a.rows.filter((o) => o.layout === r.layout).length }, r.layout);
        tr.append(th);
      }
      tr.append(cell("", r.verdict || "–", "text verdict " + r.verdict), cell("of", `${r.class} ${r.words}`, "text"), cell("target", r.target),
        cell("figure", r.figure), cell("", shape(r), "text bar"), cell("interval", r.interval), cell("in the file", was ? was.figure : "–"));
      for (const k of ["layout", "class", "metric", "verdict", "value", "low", "high"]) { tr.dataset[k] = String(r[k]); }
      return tr;
    }));
    if (a.text) {
      text.textContent = a.text;
      section.querySelector(".changed").hidden = false;
    }
    section.querySelector(".replications").textContent = `${a.replications} replication${a.replications === 1 ? "" : "s"}`;
  };
  const hear = (a) => {
    section.dataset.stage = a.stage;
    bar.hidden = a.stage !== "progress" && a.stage !== "sample";
    switch (a.stage) {
    case "progress":
      bar.max = a.total;
      bar.value = a.done;
      return;
    case "wrong":
      stage.textContent = "This cannot be simulated. " + a.why;
      return;
    case "sample":
      stage.textContent = "A quick sample; the full answer is on its way.";
      bar.removeAttribute("value");
      break;
    default:
      stage.textContent = Object.keys(state).length ? "The full answer: what simrun run gives for this scenario and seed." : "As the file has it.";
    }
    show(a);
  };
  let stop = () => {}, timer;
  const ask = () => {
    stop();
    if (Object.keys(state).length === 0) {
      stop = () => {};
      hear(data.base);
      return;
    }
    ready();
    section.dataset.stage = "asked";
    stage.textContent = "Simulating.";
    bar.hidden = false;
    bar.removeAttribute("value");
    stop = engine({ ...state }, hear);
  };
  const later = () => {
    stop();
    section.dataset.stage = "moved";
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  };

  for (const [id, input] of inputs) { input.addEventListener("input", () => move(controls.get(id), input)); }
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("reset", (e) => {
    e.preventDefault();
    state = {};
    place();
    link();
    ask();
  });
  const shared = section.querySelector("button.link");
  shared.addEventListener("click", async () => {
    const field = document.getElementById("what-if-link");
    field.textContent = address();
    field.hidden = false;
    shared.textContent = await copied(field) ? "Copied" : "Selected";
    setTimeout(() => { shared.textContent = "Copy a link"; }, 2000);
  });
  addEventListener("hashchange", () => { if (unlink()) { ask(); } });
  section.querySelector(".asking").hidden = false;
  hear(data.base);
  place();
  if (unlink()) { ask(); }
})();
