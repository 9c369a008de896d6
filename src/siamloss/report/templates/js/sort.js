/** What a cell is sorted by: a number where the text is one, else the text; null where the cell is empty. */
function sortKey(cell) {
  const text = (one(".value", cell) ?? one("a", cell) ?? cell).textContent.trim();
  if (text === "" || text === NONE) return null;
  const plain = text.replaceAll(MINUS, "-").replace("\u221e", "Infinity");
  return /^[+-]?(\d+\.?\d*|\.\d+|Infinity)(e[+-]?\d+)?$/.test(plain) ? Number(plain) : text;
}

function before(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a.localeCompare(b, "en", { numeric: true });
  return typeof a === "number" ? -1 : 1;
}

/** Order rows of each block by a column; equal ones and those without a value keep their order, the latter last. */
function sortRows(table, column, direction) {
  for (const body of table.tBodies) {
    const rows = [...body.rows].filter((row) => !row.classList.contains("head"));
    rows.forEach((row, index) => { row.dataset.order ??= index; });
    const keyed = rows.map((row) => ({ row, order: Number(row.dataset.order), key: sortKey(row.cells[column]) }));
    keyed.sort((a, b) => {
      if (direction === 0) return a.order - b.order;
      if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.order - b.order;
      return direction * before(a.key, b.key) || a.order - b.order;
    });
    body.append(...keyed.map((item) => item.row));
  }
}

const NEXT = { none: "descending", descending: "ascending", ascending: "none" };
const DIRECTION = { none: 0, ascending: 1, descending: -1 };

for (const table of all("table[data-sortable]")) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  heads.forEach((head, column) => {
    const button = make("button", { type: "button", class: "sort" });
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => {
      const wanted = NEXT[head.getAttribute("aria-sort")];
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", wanted);
      sortRows(table, column, DIRECTION[wanted]);
    });
  });
}
