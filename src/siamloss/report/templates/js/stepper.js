const film = read("frame-data");
const SHARP = 2;

/** A score map as a small picture, one pixel per cell; levels run from the lowest score (0) to the highest (255). */
function mapPicture(tracker, colors) {
  const bytes = Uint8Array.from(atob(tracker.map), (character) => character.charCodeAt(0));
  const [rows, columns] = tracker.cells;
  const canvas = make("canvas", { width: columns, height: rows });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(columns, rows);
  bytes.forEach((level, cell) => {
    pixels.data.set(colors[Math.round((level / 255) * (colors.length - 1))], 4 * cell);
  });
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Draw one tracker's frame: picture, map, ground truth, box. */
function paint(canvas, picture, size, frame, tracker, look) {
  canvas.width = SHARP * picture.naturalWidth;
  canvas.height = SHARP * picture.naturalHeight;
  const context = canvas.getContext("2d");
  const scale = [canvas.width / size[0], canvas.height / size[1]];
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if (look.map && look.opacity > 0) {
    const [x, y, width, height] = tracker.window;
    context.globalAlpha = look.opacity;
    context.imageSmoothingEnabled = false;
    context.drawImage(look.map, x * scale[0], y * scale[1], width * scale[0], height * scale[1]);
    context.globalAlpha = 1;
    outline(context, corners(tracker.window), scale, [["rgba(255,255,255,.7)", 1, []]]);
  }
  if (frame.truth) outline(context, frame.truth, scale, [["#000", 5, []], ["#fff", 2.5, [9, 6]]]);
  if (tracker.box && tracker.state !== "lost") outline(context, corners(tracker.box), scale, [["#fff", 6, []], [look.color, 3, []]]);
}

const corners = ([x, y, width, height]) => [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];

function outline(context, points, scale, strokes) {
  for (const [color, width, dashes] of strokes) {
    context.beginPath();
    points.forEach(([x, y], index) => context[index ? "lineTo" : "moveTo"](x * scale[0], y * scale[1]));
    context.closePath();
    context.strokeStyle = color;
    context.lineWidth = width;
    context.setLineDash(dashes);
    context.stroke();
  }
}

const WORDS = { start: "started here", lost: "lost", "no box": "no box" };

function told(frame, tracker) {
  if (tracker.state in WORDS) return WORDS[tracker.state];
  return tracker.overlap === null ? "target absent" : `overlap ${shown(tracker.overlap, 2)}`;
}

function startStepper() {
  const colors = film.colors.map((color) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)).concat(255));
  const [sequenceBox, slider, play] = ["#step-sequence", "#step-frame", "#step-play"].map((id) => one(id));
  const [mapBox, opacity, output] = ["#step-map", "#step-opacity", "#step-told"].map((id) => one(id));
  let sequence = null, views = [], overlaps = null, timer = null, wanted = 0;

  const variantOf = (tracker) => byName.get(tracker.variant) ?? { label: tracker.label, look: "", color: "#d55e00", shape: "M0 0", dashes: "" };

  function list() {
    const open = film.sequences.filter((item) => isShown("benchmark", item.benchmark));
    sequenceBox.replaceChildren(...open.map((item) => make("option", { value: film.sequences.indexOf(item) }, `${item.benchmark}: ${item.name}`)));
    one("#stepper").hidden = open.length === 0;
    if (open.length && !open.includes(sequence)) load(open[0]);
    else if (sequence) sequenceBox.value = film.sequences.indexOf(sequence);
    views.forEach((view) => { view.part.hidden = !isShown("variant", view.name); });
  }

  function load(item) {
    stop();
    sequence = item;
    sequenceBox.value = film.sequences.indexOf(item);
    slider.max = item.frames.length - 1;
    views = item.trackers.map((tracker) => {
      const variant = variantOf(tracker);
      const scene = make("canvas", { class: "scene", role: "img" });
      const map = make("canvas", { role: "img", "aria-label": `Score map of ${variant.label}` });
      const range = make("p", { class: "scale" });
      const words = make("span", { class: "told" });
      const heading = make("h3", {}, ...(variant.look ? [swatch(variant)] : []), variant.label, words);
      const beside = make("div", { class: "map" }, map, range);
      const part = make("div", { class: "view" }, heading, make("div", { class: "panes" }, scene, beside));
      return { name: tracker.variant, variant, part, scene, map, range, words, beside };
    });
    one("#step-views").replaceChildren(...views.map((view) => view.part));
    overlaps = overlapChart(item, views.map((view) => view.variant), go, one("#step-overlaps").clientWidth < 520 ? 420 : 760);
    one("#step-overlaps").replaceChildren(overlaps.chart);
    views.forEach((view) => { view.part.hidden = !isShown("variant", view.name); });
    go(0);
  }

  function go(place) {
    const frame = sequence.frames[place];
    const order = (wanted += 1);
    slider.value = place;
    overlaps.point(place);
    output.textContent = `#${frame.index + 1} of ${sequence.frames[sequence.frames.length - 1].index + 1}`;
    const said = views.map((view, index) => `${view.variant.label}: ${told(frame, frame.trackers[index])}`);
    slider.setAttribute("aria-valuetext", [`frame ${frame.index + 1}`, ...said].join("; "));
    const picture = new Image();
    picture.addEventListener("load", () => {
      if (order !== wanted) return;
      views.forEach((view, index) => show(view, picture, frame, frame.trackers[index]));
      one("#stepper").dataset.shown = place;
    });
    picture.src = frame.image;
  }

  function show(view, picture, frame, tracker) {
    const mode = mapBox.value;
    const map = tracker.map ? mapPicture(tracker, colors) : null;
    const look = { map: mode === "over" ? map : null, opacity: opacity.value / 100, color: view.variant.color };
    paint(view.scene, picture, sequence.size, frame, tracker, look);
    view.scene.setAttribute("aria-label", `${view.variant.label}, frame ${frame.index + 1} of ${sequence.name}: ${told(frame, tracker)}`);
    view.words.textContent = told(frame, tracker);
    view.beside.hidden = mode !== "beside";
    const digits = (value) => (value === null ? NONE : String(Number(value.toPrecision(3))).replace("-", MINUS));
    view.range.replaceChildren(make("span", {}, map ? `lowest ${digits(tracker.low)}` : "no map in this frame"),
      make("span", {}, map ? `highest ${digits(tracker.high)}` : ""));
    [view.map.width, view.map.height] = map ? [map.width, map.height] : [1, 1];
    if (map) view.map.getContext("2d").drawImage(map, 0, 0);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  }

  const step = (by) => go(Math.min(Math.max(Number(slider.value) + by, 0), sequence.frames.length - 1));
  play.addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (Number(slider.value) === sequence.frames.length - 1) go(0);
    play.textContent = "Pause";
    timer = setInterval(() => {
      step(1);
      if (Number(slider.value) === sequence.frames.length - 1) stop();
    }, 250);
  });
  slider.addEventListener("input", () => go(Number(slider.value)));
  sequenceBox.addEventListener("change", () => load(film.sequences[Number(sequenceBox.value)]));
  for (const input of [mapBox, opacity]) {
    input.addEventListener("input", () => {
      one("#step-opacity-label").hidden = mapBox.value !== "over";
      go(Number(slider.value));
    });
  }
  one("#stepper").addEventListener("keydown", (event) => {
    if (["SELECT", "INPUT"].includes(event.target.tagName)) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by) { event.preventDefault(); step(by); }
  });
  onChoice.push(list);
  list();
}

if (film) startStepper();
