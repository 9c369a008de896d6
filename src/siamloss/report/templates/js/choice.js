const boxes = { variant: all("input[name=variant]"), benchmark: all("input[name=benchmark]") };
const chosen = { variant: new Set(data.variants.map((v) => v.name)), benchmark: new Set(boxes.benchmark.map((b) => b.value)) };
const onChoice = [];

const isShown = (kind, name) => !name || !boxes[kind].length || chosen[kind].has(name);

function choose() {
  for (const kind of ["variant", "benchmark"]) {
    chosen[kind] = new Set(boxes[kind].filter((box) => box.checked).map((box) => box.value));
  }
  for (const element of all("main [data-variant], main [data-benchmark]")) {
    element.hidden = !(isShown("variant", element.dataset.variant) && isShown("benchmark", element.dataset.benchmark));
  }
  for (const table of all("main table")) fit(table);
  const parts = ["variant", "benchmark"].map((kind) => `${chosen[kind].size} of ${boxes[kind].length} ${kind}s`);
  one("#chosen").textContent = parts.join(", ");
  root.classList.toggle("partial", chosen.variant.size < boxes.variant.length || chosen.benchmark.size < boxes.benchmark.length);
  for (const follow of onChoice) follow();
}

/** Group headings span the columns that are left, and a table without any says so. */
function fit(table) {
  const columns = all("thead tr:last-child th", table).slice(1);
  let start = 0;
  for (const group of all("thead th[scope=colgroup]", table)) {
    group.dataset.width ??= group.colSpan;
    const own = columns.slice(start, start + Number(group.dataset.width));
    start += own.length;
    const left = own.filter((column) => !column.hidden).length;
    group.hidden = left === 0;
    group.colSpan = Math.max(left, 1);
  }
  for (const head of all("th[scope=rowgroup]", table)) {
    head.colSpan = 1 + columns.filter((column) => !column.hidden).length;
    const rows = all("tr:not(.head)", head.closest("tbody"));
    head.parentElement.hidden = rows.every((row) => row.hidden);
  }
}

if (boxes.variant.length) {
  for (const box of [...boxes.variant, ...boxes.benchmark]) box.addEventListener("change", choose);
  for (const button of all("[data-choose]")) {
    button.addEventListener("click", () => {
      const names = button.dataset.choose === "pair" ? JSON.parse(button.dataset.names) : null;
      for (const box of boxes.variant) box.checked = !names || names.includes(box.value);
      choose();
    });
  }
  one(".chooser").open = window.matchMedia("(min-width: 72rem)").matches;
  choose();
}
