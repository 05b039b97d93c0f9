/* Charts: one island each and one for the look of all, drawn when the browser is idle, drawn again for another width, language, theme or choice. */

const PAPER = 650; /* what A4 leaves for a chart inside its margins and its card, in CSS pixels */
const NARROW = 560;
const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false, scrollZoom: false };
const MONTHS = Array.from({ length: 12 }, (_, i) => i + 1 + "月");
const DAYS = Array.from("日一二三四五六");
const CHINESE_DATES = {
  ...{ days: DAYS, shortDays: DAYS, months: MONTHS, shortMonths: MONTHS, date: "%Y-%m-%d" },
  ...{ year: "%Y年", month: "%Y年%-m月", dayMonth: "%-m月%-d日", dayMonthYear: "%Y年%-m月%-d日" },
};
let paper = false;
let lookOfCharts;

const stored = (id) => JSON.parse(document.getElementById(id).textContent);
const numberOf = (box) => box.dataset.chart.split("-")[1];
const selectOf = (box) => document.querySelector(`[data-select="${numberOf(box)}"]`);
const isDark = () => !paper && root.dataset.theme === "dark";

function patched(figure, patches) {
  for (const [path, value] of patches) {
    if (!path.length) return value;
    const last = path[path.length - 1];
    path.slice(0, -1).reduce((node, key) => node[key], figure)[last] = value;
  }
  return figure;
}

/* Only what stands under a key of colours is one: a channel may have any name. */
function recolored(node, colors, isColor = false) {
  if (typeof node === "string") return isColor && Object.hasOwn(colors, node) ? colors[node] : node;
  if (Array.isArray(node)) return isColor || typeof node[0] === "object" ? node.map((part) => recolored(part, colors, isColor)) : node;
  if (!node || typeof node !== "object") return node;
  const parts = Object.entries(node).map(([key, value]) => [key, recolored(value, colors, isColor || /color/i.test(key))]);
  return Object.fromEntries(parts);
}

/* Of traces that are for one choice each, those of the chosen one are shown. */
function choose(figure, value) {
  for (const trace of figure.data) {
    if (trace.meta && trace.meta.choice !== undefined) trace.visible = String(trace.meta.choice) === value;
  }
}

/* A label that does not fit its cell is shortened, and left out when no shorter form fits. */
function fitLabels(figure, labels, width, percent) {
  for (const entry of labels) {
    const trace = figure.data[entry.trace];
    const cell = (width - (width < NARROW ? 56 : 100)) / entry.columns;
    const size = width < NARROW ? 11 : 12;
    const fits = (label) => cell >= label.width * size * 0.56 + 4;
    trace.textfont = { ...trace.textfont, size };
    if (fits(entry)) continue;
    const form = entry.shorter.find(fits);
    trace.texttemplate = form ? "%{text}" : "";
    if (!form) continue;
    trace.text = form.text;
    const title = (figure.layout.xaxis || {}).title;
    if (title && title.text) title.text += percent;
  }
}

/* How wide a heat map must be for its labels to be read on a phone; it scrolls sideways then, its names of rows stay. */
function roomFor(labels, width) {
  const needs = labels.map((entry) => {
    const shortest = Math.min(entry.width, ...entry.shorter.map((form) => form.width));
    const cell = (width - 56) / entry.columns;
    return cell >= shortest * 11 * 0.56 + 4 ? width : 64 + entry.columns * (entry.width * 11 * 0.56 + 10);
  });
  return Math.max(width, ...needs);
}

function narrow(figure, width) {
  const look = figure.layout.template.layout;
  for (const axis of [look.xaxis, look.yaxis]) {
    axis.tickfont.size = 11;
    axis.title.standoff = 6;
    axis.title.font.size = 12;
  }
  look.margin = { l: 2, r: 6, t: 8, b: 4 };
  breakNames(figure);
  thinTicks(figure, width);
}

/* Numbers along the bottom stay level: every second one where all have no room. */
function thinTicks(figure, width) {
  const names = (figure.layout.yaxis || {}).visible === false ? 20 : 80;
  const room = width - names - ((figure.layout.margin || {}).r || 0);
  for (const [key, axis] of Object.entries(figure.layout)) {
    if (!/^xaxis/.test(key)) continue;
    if (axis.nticks) axis.nticks = Math.max(3, Math.min(axis.nticks, Math.floor(room / 56)));
    if (!axis.ticktext) continue;
    const need = axis.ticktext.reduce((sum, text) => sum + wide(text) * 6.2 + 9, 0);
    const every = Math.ceil(need / (room * (axis.domain ? axis.domain[1] - axis.domain[0] : 1)));
    const kept = (_, i) => i % every === 0;
    Object.assign(axis, { tickvals: axis.tickvals.filter(kept), ticktext: axis.ticktext.filter(kept), tickangle: 0 });
  }
}

/* Names of bars go over several lines where a phone would have no room left for the bars. */
function breakNames(figure) {
  const named = {};
  for (const trace of figure.data) {
    const key = "yaxis" + (trace.yaxis || "y").slice(1);
    const names = Array.isArray(trace.y) ? trace.y.filter((name) => name !== null) : [];
    if (!names.length || !names.every((name) => typeof name === "string")) continue;
    named[key] = new Set([...(named[key] || []), ...names]);
  }
  for (const [key, names] of Object.entries(named)) {
    const axis = (figure.layout[key] = figure.layout[key] || {});
    if (axis.ticktext || axis.visible === false) continue;
    const texts = [...names].map((name) => broken(name, 17));
    const lines = Math.max(...texts.map((text) => text.split("<br>").length));
    Object.assign(axis, { tickvals: [...names], ticktext: texts });
    figure.layout.height = Math.max(figure.layout.height, 90 + names.size * (lines * 13 + 8));
  }
}

const wide = (text) => Array.from(text).reduce((sum, sign) => sum + (sign > "\u2e80" ? 1.75 : 1), 0);

/* Lines of about the same length; no line begins with a sign that closes. */
function broken(name, limit) {
  const lines = [""];
  const whole = wide(name);
  const most = whole <= limit ? limit : Math.max(9, whole / Math.ceil(whole / limit) + 2);
  for (const part of name.match(/<[^>]*>|[\u2e80-\uffef][）」』】，。、；：%]*|[^\s\u2e80-\uffef<]+\s*|\s+|</g) || []) {
    if (part === "<br>") lines.push("");
    else if (lines[lines.length - 1] && wide(lines[lines.length - 1] + part.trim()) > most) lines.push(part);
    else lines[lines.length - 1] += part;
  }
  return lines.map((line) => line.trim()).join("<br>");
}

/* The figure of a box as it is drawn at a width, in the language and with the choice of the page. */
function figureOf(box, width, theme) {
  lookOfCharts = lookOfCharts || stored("chart-look");
  const chart = stored(box.dataset.chart);
  const patches = root.lang === chart.language ? [] : chart.patches[root.lang];
  let figure = patched(chart.figure, patches);
  figure.layout.template = structuredClone(lookOfCharts[chart.look]);
  const select = selectOf(box);
  if (select) choose(figure, select.value);
  if (width < NARROW) narrow(figure, width);
  const room = width < NARROW ? roomFor(chart.labels, width) : width;
  fitLabels(figure, chart.labels, room > width ? Infinity : width, box.getAttribute("data-percent-" + root.lang));
  if (theme === "dark") figure = recolored(figure, lookOfCharts.dark);
  const paperColors = { paper_bgcolor: lookOfCharts.clear, plot_bgcolor: lookOfCharts.clear };
  Object.assign(figure.layout, { width: room, autosize: false }, paperColors);
  return figure;
}

async function draw(box) {
  await unpacked();
  if (!window.Plotly) return;
  const width = paper ? PAPER : box.clientWidth;
  box.drawn = width;
  if (!width) return; /* not laid out: the watcher comes back when it is */
  const figure = figureOf(box, width, isDark() ? "dark" : "light");
  const locale = root.lang === "zh" ? "zh-CN" : "en-US";
  await Plotly.react(box, figure.data, figure.layout, { ...CONFIG, locale });
  keepRows(box, figure.layout.width > width);
}

/* Beside a chart that scrolls, the names of its rows stand still. */
function keepRows(box, scrolls) {
  const frame = box.parentElement;
  const before = frame.querySelector(".rows");
  if (before) before.remove();
  box.classList.toggle("scrolls", scrolls);
  if (!scrolls) return box.removeAttribute("tabindex");
  box.tabIndex = 0;
  const column = document.createElement("div");
  column.className = "rows";
  column.setAttribute("aria-hidden", "true");
  const top = frame.getBoundingClientRect();
  for (const name of box.querySelectorAll(".ytick text")) {
    const place = name.getBoundingClientRect();
    const row = column.appendChild(document.createElement("span"));
    row.textContent = name.textContent;
    row.style.top = place.top - top.top + "px";
    column.style.width = Math.max(parseFloat(column.style.width) || 0, place.right + box.scrollLeft - top.left + 6) + "px";
  }
  frame.append(column);
}

const idle = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 300 }) : setTimeout(work, 1));
const whenIdle = (box) => new Promise((done, failed) => idle(() => draw(box).then(done, failed)));
const drawAll = () => all("[data-chart]").reduce((before, box) => before.then(() => whenIdle(box)), Promise.resolve());

function reserve() {
  for (const box of all("[data-chart]")) box.style.minHeight = box.dataset.height + "px";
}

function follow() {
  const watcher = new ResizeObserver((changes) => {
    for (const { target } of changes) if (!paper && (target.drawn ?? target.clientWidth) !== target.clientWidth) draw(target);
  });
  for (const box of all("[data-chart]")) watcher.observe(box);
}

function obey() {
  for (const box of all("[data-chart]")) {
    const select = selectOf(box);
    if (select) select.addEventListener("change", () => (window.ltvReady = draw(box)));
  }
  for (const button of all("[data-png]")) button.addEventListener("click", () => picture(button));
}

function onPaper(now) {
  paper = now;
  for (const box of all("[data-chart]")) draw(box);
  for (const part of all("details")) {
    if (now) part.dataset.was = String(part.open);
    part.open = now || part.dataset.was === "true";
  }
}

/* The library lies packed in the page, and runs as the very text whose hash the policy names; the folder form loads it as a file. */
let library = null;
const unpacked = () => (library = library || unpack());

async function unpack() {
  const packed = document.getElementById("packed-library");
  if (packed && window.DecompressionStream) {
    const bytes = Uint8Array.from(atob(packed.textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const made = document.createElement("script");
    made.textContent = await new Response(stream).text();
    document.head.append(made);
  }
  if (window.Plotly) Plotly.register({ moduleType: "locale", name: "zh-CN", dictionary: {}, format: CHINESE_DATES });
  else document.getElementById("old-browser").hidden = false;
}

function charts() {
  if (!all("[data-chart]").length) return Promise.resolve();
  reserve();
  follow();
  obey();
  return drawAll();
}
