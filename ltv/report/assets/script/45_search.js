/* Search: over the titles of all blocks and the names of all key figures of the date, which every page carries. */

const MOST = 12;

function entries() {
  const stored = document.getElementById("index");
  return JSON.parse(stored.textContent).flatMap(([href, zh, en, found]) => [
    { href, block: "", names: { zh, en }, page: { zh, en } },
    ...found.map(([block, titleZh, titleEn]) => ({ href, block, names: { zh: titleZh, en: titleEn }, page: { zh, en } })),
  ]);
}

/* A title that begins with what was typed comes first, then one that holds it, then what the name of its page adds. */
function rank(entry, terms) {
  const names = (entry.names.zh + " " + entry.names.en).toLowerCase();
  const page = (entry.page.zh + " " + entry.page.en).toLowerCase();
  if (!terms.every((term) => names.includes(term) || page.includes(term))) return -1;
  const whole = terms.join(" ");
  const starts = Object.values(entry.names).some((name) => name.toLowerCase().startsWith(whole));
  return (starts ? 4 : 0) + (terms.every((term) => names.includes(term)) ? 2 : 0) + (entry.block ? 0 : 1);
}

function matches(known, text) {
  const terms = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!terms.length) return [];
  const ranked = known.map((entry, at) => ({ entry, at, points: rank(entry, terms) })).filter((x) => x.points >= 0);
  return ranked.sort((a, b) => b.points - a.points || a.at - b.at).slice(0, MOST).map((x) => x.entry);
}

/* A block of this page is an address on it; any other is on its own page, in the same language and theme. */
function reach(entry) {
  const here = document.querySelector("nav.pages [aria-current]");
  const same = here && here.dataset.keep === entry.href;
  if (!same) location.href = entry.href + kept(entry.block);
  else if (!entry.block) window.scrollTo(0, 0);
  else rewrite({ block: entry.block }) || aim();
}

function option(entry, at) {
  const item = document.createElement("li");
  const page = document.createElement("small");
  item.id = "found-" + at;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.textContent = entry.names[root.lang];
  page.textContent = entry.block ? entry.page[root.lang] : "";
  item.append(" ", page);
  return item;
}

function search() {
  const field = document.getElementById("search");
  if (!field) return;
  const known = entries();
  const list = document.getElementById("found");
  const drop = list.parentNode;
  const nothing = drop.querySelector(".nothing");
  let found = [];
  let at = -1;

  const mark = (next) => {
    at = next;
    Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    drop.hidden = true;
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const go = (entry) => {
    field.value = "";
    close();
    field.blur();
    seek(false);
    reach(entry);
  };
  const look = () => {
    found = matches(known, field.value);
    list.replaceChildren(...found.map(option));
    Array.from(list.children).forEach((item, i) => item.addEventListener("click", () => go(found[i])));
    nothing.hidden = found.length > 0 || !field.value.trim();
    drop.hidden = !found.length && nothing.hidden;
    field.setAttribute("aria-expanded", String(found.length > 0));
    mark(found.length ? 0 : -1);
  };
  field.addEventListener("input", look);
  field.addEventListener("focus", look);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) mark((at + step + found.length) % found.length);
    else if (event.key === "Enter" && found[at]) go(found[at]);
    else return;
    event.preventDefault();
  });
  closing([document.getElementById("finder")], close, field);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea")) return;
    event.preventDefault();
    seek(true);
  });
}

/* On a phone the field comes when it is asked for. */
function seek(now) {
  const button = document.getElementById("seek");
  toggle(button, document.getElementById("finder"), now);
  if (now) document.getElementById("search").focus();
}

function seeking() {
  const button = document.getElementById("seek");
  if (!button) return;
  button.addEventListener("click", () => seek(button.getAttribute("aria-expanded") !== "true"));
  closing([button, document.getElementById("finder")], () => seek(false), button);
}
