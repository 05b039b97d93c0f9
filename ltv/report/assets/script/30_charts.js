/* Charts: one island each, drawn when the browser is idle, drawn again for another width or language. */

const PAPER = 650; /* what A4 leaves for a chart inside its margins and its card, in CSS pixels */
const CONFIG = { displayModeBar: false, doubleClick: false, showTips: false, scrollZoom: false };
const MONTHS = Array.from({ length: 12 }, (_, i) => i + 1 + "月");
const DAYS = Array.from("日一二三四五六");
const CHINESE_DATES = {
  ...{ days: DAYS, shortDays: DAYS, months: MONTHS, shortMonths: MONTHS, date: "%Y-%m-%d" },
  ...{ year: "%Y年", month: "%Y年%-m月", dayMonth: "%-m月%-d日", dayMonthYear: "%Y年%-m月%-d日" },
};
let paper = false;

function patched(figure, patches) {
  for (const [path, value] of patches) {
    if (!path.length) return value;
    const last = path[path.length - 1];
    path.slice(0, -1).reduce((node, key) => node[key], figure)[last] = value;
  }
  return figure;
}

/* A label that does not fit its cell is shortened, and left out when no shorter form fits. */
function fitLabels(figure, labels, width, percent) {
  for (const entry of labels) {
    const trace = figure.data[entry.trace];
    const cell = (width - (width < 560 ? 56 : 100)) / entry.columns;
    const size = width < 560 ? 11 : 12;
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

function narrow(figure) {
  const look = figure.layout.template.layout;
  for (const axis of [look.xaxis, look.yaxis]) {
    axis.tickfont.size = 11;
    axis.title.standoff = 6;
    axis.title.font.size = 12;
  }
  look.margin = { l: 2, r: 6, t: 8, b: 4 };
}

function draw(box) {
  const width = paper ? PAPER : box.clientWidth;
  box.drawn = width;
  if (!width) return Promise.resolve(); /* not laid out: the watcher comes back when it is */
  const stored = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const patches = root.lang === stored.language ? [] : stored.patches[root.lang];
  const figure = patched(stored.figure, patches);
  if (width < 560) narrow(figure);
  fitLabels(figure, stored.labels, width, box.getAttribute("data-percent-" + root.lang));
  Object.assign(figure.layout, { width, autosize: false });
  const locale = root.lang === "zh" ? "zh-CN" : "en-US";
  return Plotly.react(box, figure.data, figure.layout, { ...CONFIG, locale });
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

function onPaper(now) {
  paper = now;
  for (const box of all("[data-chart]")) draw(box);
  for (const part of all("details")) {
    if (now) part.dataset.was = String(part.open);
    part.open = now || part.dataset.was === "true";
  }
}

function charts() {
  if (!window.Plotly) return Promise.resolve();
  Plotly.register({ moduleType: "locale", name: "zh-CN", dictionary: {}, format: CHINESE_DATES });
  reserve();
  follow();
  return drawAll();
}
