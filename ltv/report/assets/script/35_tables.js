/* Tables: sorted by a click on a column, filtered by a choice, with a hint where there is more beside. */

const valueOf = (row, column) => {
  const cell = row.cells[column];
  const shown = cell.querySelector('[lang="' + root.lang + '"]') || cell;
  const text = shown.textContent.trim();
  return cell.dataset.v !== undefined ? Number(cell.dataset.v) : text === "–" ? "" : text;
};

function compare(one, other, sign) {
  const none = (value) => value === "" || Number.isNaN(value);
  if (none(one) || none(other)) return Number(none(one)) - Number(none(other)); /* blanks last, whichever way */
  if (typeof one === "number" && typeof other === "number") return sign * (one - other);
  return sign * String(one).localeCompare(String(other), root.lang, { numeric: true });
}

/* The first click puts the largest figure or the first word on top, the second turns it round, the third undoes it. */
const NEXT = { figure: { none: "descending", descending: "ascending", ascending: "none" } };
NEXT.words = { none: "ascending", ascending: "descending", descending: "none" };

function sort(table, head) {
  const kind = head.classList.contains("figure") ? "figure" : "words";
  const way = NEXT[kind][head.getAttribute("aria-sort") || "none"];
  for (const other of head.parentNode.cells) other.setAttribute("aria-sort", other === head ? way : "none");
  const body = table.tBodies[0];
  const sign = way === "descending" ? -1 : 1;
  const rows = Array.from(body.rows).map((row) => [row, valueOf(row, head.cellIndex)]);
  rows.sort(([a, one], [b, other]) => (way === "none" ? 0 : compare(one, other, sign)) || a.dataset.at - b.dataset.at);
  body.append(...rows.map(([row]) => row));
}

function sortable(table) {
  Array.from(table.tBodies[0].rows).forEach((row, at) => (row.dataset.at = at));
  if (table.tBodies[0].rows.length < 2) return;
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sort(table, head));
  }
}

function chooseRows(select) {
  const card = select.closest(".card");
  for (const part of card.querySelectorAll("[data-choice]")) part.hidden = Number(part.dataset.choice) !== select.selectedIndex;
  for (const box of card.querySelectorAll(".scroll")) hint(box);
}

function hint(box) {
  const left = box.scrollLeft > 1;
  const right = box.scrollWidth - box.clientWidth - box.scrollLeft > 1;
  const below = box.scrollHeight - box.clientHeight - box.scrollTop > 1;
  const frame = box.parentNode;
  Object.assign(frame.dataset, { left, right, below });
  frame.nextElementSibling.hidden = box.scrollWidth - box.clientWidth <= 1;
}

function tables() {
  const watcher = new ResizeObserver((changes) => changes.forEach(({ target }) => hint(target)));
  for (const box of all(".wide > .scroll")) {
    box.parentNode.after(template("swipe"));
    sortable(box.querySelector("table"));
    box.addEventListener("scroll", () => hint(box), { passive: true });
    watcher.observe(box);
  }
  for (const select of all("select[data-select]")) {
    select.addEventListener("change", () => chooseRows(select));
    chooseRows(select);
  }
}
