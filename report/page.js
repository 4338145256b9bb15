"use strict";
// What the page can do beyond being read: copy, open its folds, and answer questions about its charts. Everything it
// says stands in the page without it.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const all = (css, from = document) => [...from.querySelectorAll(css)];
  const make = (name, properties = {}, ...inside) => {
    const e = Object.assign(document.createElement(name), properties);
    e.append(...inside);
    return e;
  };

  // Copy buttons.
  const copied = async (pre) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      return true;
    } catch { // no clipboard for pages opened as a file: the old way
      getSelection().selectAllChildren(pre);
      return document.execCommand("copy");
    }
  };
  globalThis.simrunPage = { data, all, make, copied };
  for (const b of all("button.copy")) {
    b.hidden = false;
    b.addEventListener("click", async () => {
      b.textContent = await copied(document.getElementById(b.dataset.of)) ? "Copied" : "Selected";
      setTimeout(() => { b.textContent = "Copy"; }, 2000);
    });
  }

  // Folds: a link opens what it leads to, and paper shows everything.
  const reveal = () => {
    const to = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    const fold = to && to.closest("details");
    if (fold) { fold.open = true; }
  };
  for (const a of all(".contents a")) {
    a.addEventListener("click", () => { document.getElementById(a.hash.slice(1)).closest("details").open = true; });
  }
  addEventListener("hashchange", reveal);
  reveal();
  let shut = [];
  addEventListener("beforeprint", () => {
    shut = all("details:not([open])");
    for (const d of shut) { d.open = true; }
  });
  addEventListener("afterprint", () => { for (const d of shut) { d.open = false; } });

  // Charts. Each stands in for the picture of the same figures, once its fold is open.
  const hidden = { layouts: new Set(), classes: new Set() };
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  const written = (share, v) => {
    if (v === null || v === undefined) { return "–"; }
    if (!share) { return String(Math.round(v * 100) / 100); }
    return (v > 0.99 && v < 1 ? (Math.floor(v * 1e5) / 1e3) : Math.round(v * 1e3) / 10) + " %";
  };

  const swatch = (line) => {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 26 10");
    svg.setAttribute("aria-hidden", "true");
    svg.classList.add("swatch");
    const path = document.createElementNS(ns, "path");
    for (const [k, v] of Object.entries({ d: "M0 5H26", stroke: `var(--s${line.color})`, "stroke-width": 2.5, "stroke-dasharray": (line.dash || []).join(" ") })) {
      path.setAttribute(k, v);
    }
    svg.append(path);
    return svg;
  };

  // table turns a chart into columns and series as uPlot takes them.
  const table = (c) => {
    const columns = [c.x], series = [{}], bands = [];
    for (const line of c.lines) {
      const stroke = color("s" + line.color);
      if (line.low) {
        columns.push(line.high, line.low);
        const edge = { stroke: "transparent", width: 0, points: { show: false }, of: line };
        series.push({ ...edge }, { ...edge });
        bands.push({ series: [series.length - 2, series.length - 1], fill: stroke + "30" });
      }
      columns.push(line.y);
      series.push({ label: line.name, stroke, width: 1.8, dash: line.dash, points: { show: false }, of: line });
    }
    return { columns, series, bands };
  };

  const axis = (ticks, label, size) => ({
    stroke: color("ink"), grid: { stroke: color("rule"), width: 0.6 }, ticks: { stroke: color("faint"), width: 0.7, size: 4 },
    font: "12px system-ui, sans-serif", splits: () => ticks.map((t) => t.at), values: () => ticks.map((t) => t.label),
    size, label, labelSize: 18, labelGap: 0, labelFont: "12px system-ui, sans-serif",
  });

  const shades = (c) => (u) => {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.fillStyle = color("shade");
    for (const { from, to } of c.shades ?? []) {
      const x = (at) => Math.min(Math.max(u.valToPos(at, "x", true), bbox.left), bbox.left + bbox.width);
      ctx.fillRect(x(from), bbox.top, x(to) - x(from), bbox.height);
    }
    ctx.restore();
  };

  const target = (c) => (u) => {
    if (!c.target) { return; }
    const { ctx, bbox } = u, x = u.valToPos(c.target, "x", true), y = u.valToPos(c.at, "y", true);
    ctx.save();
    ctx.strokeStyle = color("ink");
    ctx.lineWidth = 1.4 * devicePixelRatio;
    ctx.setLineDash([5, 2, 1, 2].map((d) => d * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x, bbox.top);
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(x, y);
    ctx.stroke();
    ctx.restore();
  };

  class Chart {
    constructor(c, figure) {
      this.c = c;
      this.figure = figure;
      this.values = new Map();
      this.readout = make("ul", { className: "readout" });
      this.at = make("output", { textContent: "" });
      this.readout.append(make("li", {}, this.at));
      for (const [mark, text] of [["aim", c.aim], ["shade", c.shaded]]) {
        if (text) { this.readout.append(make("li", {}, make("span", { className: mark }), text)); }
      }
      for (const line of c.lines) {
        const value = make("output");
        const item = make("li", {}, swatch(line), line.name, value);
        this.values.set(line, { value, item });
        this.readout.append(item);
      }
      this.plot = make("div", { tabIndex: 0 });
      this.plot.setAttribute("role", "group");
      this.plot.setAttribute("aria-label", c.title + ": the arrow keys go through its values");
      this.plot.addEventListener("keydown", (e) => this.key(e));
      this.box = make("div", { className: "chart" }, make(c.layout ? "h4" : "h3", { textContent: c.title }), this.plot, this.readout);
      const caption = figure.querySelector("figcaption");
      if (c.over) { figure.insertBefore(make("h3", { className: "chart", textContent: c.over }), caption); }
      figure.insertBefore(this.box, caption);
    }

    draw() {
      const c = this.c;
      if (this.u) { this.u.destroy(); }
      const { columns, series, bands } = table(c);
      const y = c.share
        ? { distr: 100, fwd: (v) => -Math.log10(1 - Math.min(v, c.top)), inv: (v) => 1 - 10 ** -v, range: () => [0, c.top] }
        : { range: () => [0, c.top] };
      this.u = new uPlot({
        width: Math.max(200, this.figure.clientWidth - 26), height: (c.share ? 300 : 130) + (c.xname ? 18 : 0), series, bands, legend: { show: false },
        cursor: { drag: { x: false, y: false }, sync: c.layout ? { key: c.file } : undefined, points: { size: 6 } },
        scales: { x: { time: false, distr: c.log ? 3 : 1, range: () => [c.log ? c.x[0] : 0, c.xticks.length && !c.log ? Math.max(c.x.at(-1), c.xticks.at(-1).at) : c.x.at(-1)] }, y },
        axes: [axis(c.xticks, c.xname, 28), axis(c.yticks, c.yname, 52)],
        hooks: { setCursor: [(u) => this.say(u.cursor.idx)], drawClear: [shades(c)], draw: [target(c)] },
      }, columns, this.plot);
      this.show();
    }

    say(i) {
      const c = this.c, at = i !== null && i !== undefined;
      this.at.textContent = at ? c.labels[i] : "";
      for (const [line, { value }] of this.values) {
        let text = at ? written(c.share, line.y[i]) : "";
        if (at && line.low) { text += ` (${written(false, line.low[i])} to ${written(false, line.high[i])}, mean ${written(false, line.mean[i])})`; }
        value.textContent = text;
      }
    }

    key(e) {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
      if (!by || !this.u) { return; }
      e.preventDefault();
      const i = Math.min(this.c.x.length - 1, Math.max(0, (this.u.cursor.idx ?? -1) + by));
      this.u.setCursor({ left: this.u.valToPos(this.c.x[i], "x"), top: 20 });
    }

    show() {
      this.box.hidden = this.c.layout !== undefined && hidden.layouts.has(this.c.layout);
      if (!this.u) { return; }
      this.u.series.forEach((s, k) => {
        if (k > 0 && s.of) { this.u.setSeries(k, { show: !(s.of.layout && hidden.layouts.has(s.of.layout)) }); }
      });
      for (const [line, { item }] of this.values) { item.hidden = Boolean(line.layout && hidden.layouts.has(line.layout)); }
    }
  }

  const charts = [];
  const ask = (fold) => {
    for (const figure of all("figure[data-chart]", fold)) {
      if (figure.classList.contains("asked")) { continue; }
      const own = data.charts.filter((c) => c.file === figure.dataset.chart).map((c) => new Chart({ ...data.axes[c.axis], ...c }, figure));
      figure.classList.add("asked");
      for (const c of own) { c.draw(); }
      charts.push(...own);
    }
  };

  const refresh = () => {
    for (const c of charts) { c.show(); }
    for (const f of all("figure[data-class]")) { f.hidden = hidden.classes.has(f.dataset.class); }
    for (const box of all(".tools input")) { box.checked = !hidden[box.name].has(box.value); }
  };
  const choice = (title, kind, names) => make("fieldset", {}, make("legend", { textContent: title }), ...names.map((name) => {
    const box = make("input", { type: "checkbox", checked: true, name: kind, value: name });
    box.addEventListener("change", () => {
      hidden[kind][box.checked ? "delete" : "add"](name);
      refresh();
    });
    return make("label", {}, box, name);
  }));

  for (const fold of all("details")) {
    const figures = all("figure[data-chart]", fold);
    if (figures.length === 0) { continue; }
    const tools = make("form", { className: "tools" }, choice("Layouts", "layouts", data.layouts));
    if (figures.some((f) => f.dataset.class)) { tools.append(choice("Classes", "classes", data.classes)); }
    figures[0].parentElement.before(tools);
    fold.addEventListener("toggle", () => { if (fold.open) { ask(fold); } });
    if (fold.open) { ask(fold); }
  }
  const again = () => { for (const c of charts) { c.draw(); } };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let wide = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== wide) { wide = innerWidth; again(); }
  });
})();
