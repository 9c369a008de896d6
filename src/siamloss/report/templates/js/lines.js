/** A box with two linear axes: `x(value)` and `y(value)` in the units of the drawing. */
function scaleOf(width, height, margin, xs, ys) {
  const [left, right, top, bottom] = margin;
  const span = (from, to) => (to - from) || 1;
  return {
    width, height, left, right: width - right, top, bottom: height - bottom,
    x: (value) => left + ((value - xs[0]) / span(...xs)) * (width - left - right),
    y: (value) => height - bottom - ((value - ys[0]) / span(...ys)) * (height - top - bottom),
    at: (pixel) => xs[0] + ((pixel - left) / (width - left - right)) * span(...xs),
  };
}

/** Round values that divide a range into at most `most` steps. */
function ticks(from, to, most = 6) {
  const rough = (to - from) / most || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const first = Math.ceil(from / step - 1e-9);
  const values = [];
  for (let number = first; number * step <= to + 1e-9 * step; number += 1) values.push(number * step);
  return values;
}

const tick = (value) => (value === 0 ? "0" : String(Number(value.toPrecision(6)))).replace(/^0\./, ".");

/** Grid lines with their numbers, and the words of both axes. */
function axes(scale, xs, ys, xLabel) {
  const parts = ys.flatMap((value) => [
    draw("line", { class: "gridline", x1: scale.left, x2: scale.right, y1: scale.y(value), y2: scale.y(value) }),
    draw("text", { x: scale.left - 7, y: scale.y(value) + 4, "text-anchor": "end" }, tick(value)),
  ]);
  parts.push(...xs.map((value) =>
    draw("text", { x: scale.x(value), y: scale.bottom + 17, "text-anchor": "middle" }, tick(value))));
  parts.push(draw("line", { class: "axis", x1: scale.left, x2: scale.right, y1: scale.bottom, y2: scale.bottom }));
  parts.push(draw("text", { x: (scale.left + scale.right) / 2, y: scale.bottom + 36, "text-anchor": "middle" }, xLabel));
  return draw("g", { "aria-hidden": "true" }, ...parts);
}

/** Path through the points that have a value; a gap is left where one has none. */
function pathOf(points) {
  let pen = "M";
  return points.map(([x, y]) => {
    if (y === null) { pen = "M"; return ""; }
    const step = `${pen}${x.toFixed(2)} ${y.toFixed(2)}`;
    pen = "L";
    return step;
  }).join("");
}

/** A line in the look of its variant; markers stand apart from those of its neighbours. */
function lineOf(variant, points, order, marks = 6) {
  const known = points.filter(([, y]) => y !== null);
  const every = Math.max(1, Math.round(known.length / marks));
  const start = Math.min(known.length - 1, Math.round((order * every) / 5) % every);
  const spots = known.filter((_, index) => index % every === start).map(([x, y]) =>
    draw("path", { class: "mark", d: variant.shape, transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})` }));
  return draw("g", { class: variant.look },
    draw("path", { class: "curve", d: pathOf(points), "stroke-dasharray": variant.dashes || null }), ...spots);
}
