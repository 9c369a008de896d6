/** One plot with its slider and its list of numbers; returns what draws it again. */
function curvePlot(benchmark, kind, panel) {
  const { thresholds, lines, title, x: xLabel } = panel;
  const last = thresholds[thresholds.length - 1];
  const scale = scaleOf(480, 320, [38, 12, 30, 44], [thresholds[0], last], [0, 1]);
  const usual = kind === "precision" ? 20 : 0.5;
  const nearest = (value) => thresholds.reduce((best, item, index) =>
    (Math.abs(item - value) < Math.abs(thresholds[best] - value) ? index : best), 0);
  const slider = make("input", { type: "range", min: 0, max: thresholds.length - 1, step: 1 });
  slider.value = nearest(usual);
  const output = make("output");
  const list = make("ol", { class: "readout" });
  const chart = draw("svg", { class: "chart", viewBox: `0 0 ${scale.width} ${scale.height}`, role: "img" });
  chart.setAttribute("aria-label", `${title} of the chosen variants on ${benchmark}; the slider below reads its numbers`);
  const label = make("label", {}, xLabel, slider, output);
  const plot = make("div", { class: "plot", "data-kind": kind }, chart, label, list);
  const present = () => lines.filter((line) => chosen.variant.has(line.variant));
  const moving = draw("g");

  function redraw() {
    const drawn = lines.map((line, order) => ({ line, order })).filter(({ line }) => chosen.variant.has(line.variant)).reverse();
    const bands = drawn.filter(({ line }) => line.seeds > 1).map(({ line }) => {
      const up = thresholds.map((value, index) => [scale.x(value), scale.y(line.high[index])]);
      const down = thresholds.map((value, index) => [scale.x(value), scale.y(line.low[index])]).reverse();
      return draw("g", { class: byName.get(line.variant).look }, draw("path", { class: "band", d: `${pathOf([...up, ...down])}Z` }));
    });
    const curves = drawn.map(({ line, order }) => lineOf(byName.get(line.variant),
      thresholds.map((value, index) => [scale.x(value), scale.y(line.mean[index])]), order));
    chart.replaceChildren(
      axes(scale, ticks(thresholds[0], last, 5), ticks(0, 1, 5), xLabel),
      draw("text", { class: "title", x: 0, y: 14 }, `${title}, share of frames`), ...bands, ...curves, moving);
    point();
  }

  function point() {
    const index = Number(slider.value);
    const at = xLabel.includes("px") ? String(thresholds[index]) : thresholds[index].toFixed(2).replace(/^0\./, ".");
    const sorted = present().sort((a, b) => b.mean[index] - a.mean[index]);
    const x = scale.x(thresholds[index]);
    moving.replaceChildren(draw("line", { class: "cursor", x1: x, x2: x, y1: scale.top, y2: scale.bottom }),
      ...sorted.map((line) => draw("g", { class: byName.get(line.variant).look },
        draw("circle", { class: "spot", cx: x, cy: scale.y(line.mean[index]), r: 4 }))));
    output.textContent = at;
    const head = make("li", { class: "head" }, make("span"), make("span", {}, "mean (range over seeds)"),
      make("span", {}, `at ${at}`), make("span", { class: "score" }, kind === "success" ? "area" : "at 20 px"));
    list.replaceChildren(head, ...sorted.map((line) => {
      const variant = byName.get(line.variant);
      const spread = line.seeds > 1 ? ` (${shown(line.low[index])}${NONE}${shown(line.high[index])})` : "";
      return make("li", { "data-name": line.variant }, swatch(variant),
        make("span", { class: "name" }, variant.label, make("span", { class: "range" }, spread)),
        make("span", { class: "at" }, shown(line.mean[index])), make("span", { class: "score" }, shown(line.score)));
    }));
    if (!sorted.length) list.replaceChildren(make("li", { class: "empty" }, "No variant is chosen."));
    slider.setAttribute("aria-valuetext", [at, ...sorted.map((line) =>
      `${byName.get(line.variant).label} ${shown(line.mean[index])}`)].join("; "));
  }

  chart.addEventListener("pointermove", (event) => {
    const box = chart.getBoundingClientRect();
    slider.value = nearest(scale.at(((event.clientX - box.left) / box.width) * scale.width));
    point();
  });
  slider.addEventListener("input", point);
  onChoice.push(redraw);
  redraw();
  return plot;
}

for (const place of all("[data-curves]")) {
  const benchmark = place.dataset.curves;
  place.append(make("h3", {}, benchmark));
  for (const [kind, panel] of Object.entries(data.curves[benchmark])) place.append(curvePlot(benchmark, kind, panel));
}
