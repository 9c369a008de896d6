/** Overlap of each tracker by frame; a click goes to the frame below it. */
function overlapChart(sequence, variants, go, width) {
  const indices = sequence.frames.map((frame) => frame.index + 1);
  const scale = scaleOf(width, 150, [38, 12, 12, 40], [indices[0], indices[indices.length - 1]], [0, 1]);
  const chart = draw("svg", { viewBox: `0 0 ${scale.width} ${scale.height}`, role: "img" });
  chart.setAttribute("aria-label", "Overlap with the ground truth by frame; the slider above goes to a frame");
  const cursor = draw("line", { class: "cursor", y1: scale.top, y2: scale.bottom });
  const lines = variants.map((variant, tracker) => lineOf(variant, sequence.frames.map((frame) => {
    const { overlap } = frame.trackers[tracker];
    return [scale.x(frame.index + 1), overlap === null ? null : scale.y(overlap)];
  }), tracker, 8)).reverse();
  const numbers = ticks(indices[0], indices[indices.length - 1], width / 95).filter(Number.isInteger);
  chart.append(axes(scale, numbers, [0, 0.5, 1], "frame"), ...lines, cursor);
  chart.addEventListener("click", (event) => {
    const box = chart.getBoundingClientRect();
    const wanted = scale.at(((event.clientX - box.left) / box.width) * scale.width);
    go(indices.reduce((best, value, place) => (Math.abs(value - wanted) < Math.abs(indices[best] - wanted) ? place : best), 0));
  });
  const point = (place) => { for (const name of ["x1", "x2"]) cursor.setAttribute(name, scale.x(indices[place])); };
  return { chart, point };
}
