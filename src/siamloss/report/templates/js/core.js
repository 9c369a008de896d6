const root = document.documentElement;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const MINUS = "\u2212", NONE = "\u2013";
const SVG = "http://www.w3.org/2000/svg";

function read(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Text is always set as text, never as markup. */
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A number as in the tables: no zero before the point, a true minus. */
function shown(value, digits = 3) {
  if (value === null || Number.isNaN(value)) return NONE;
  const body = Math.abs(value).toFixed(digits).replace(/^0\./, ".");
  return (value < 0 && /[1-9]/.test(body) ? MINUS : "") + body;
}

const data = read("page-data") ?? { variants: [], curves: {} };
const byName = new Map(data.variants.map((variant) => [variant.name, variant]));

function swatch(variant) {
  return draw("svg", { class: `swatch ${variant.look}`, viewBox: "0 0 28 12", "aria-hidden": "true" },
    draw("use", { href: `#look-${variant.look}` }));
}

root.classList.add("scripted");
for (const element of all("[data-script]")) element.hidden = false;
