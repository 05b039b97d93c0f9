"use strict";
(() => {
  const root = document.documentElement;
  const languages = root.dataset.languages.split(" ");
  const all = (selector) => Array.from(document.querySelectorAll(selector));

  /* Language: it lives in the address, so that a link keeps it and nothing is stored. */

  const named = () => (/(?:^#|&)lang=([a-z]+)/.exec(location.hash) || [])[1];

  function speak(lang) {
    root.lang = lang;
    const title = document.querySelector("title");
    document.title = title.getAttribute("data-" + lang);
    for (const button of all("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    for (const link of all("a[data-keep]")) {
      const plain = link.getAttribute("href").split("#")[0];
      link.setAttribute("href", lang === languages[0] ? plain : plain + "#lang=" + lang);
    }
  }

  function listen() {
    for (const button of all("[data-lang]")) {
      button.addEventListener("click", () => history.replaceState(null, "", "#lang=" + button.dataset.lang) || change());
    }
    window.addEventListener("hashchange", change);
  }

  function change() {
    const lang = languages.includes(named()) ? named() : root.lang;
    if (lang === root.lang) return;
    speak(lang);
    window.ltvReady = drawAll();
  }

  /* Downloads: the text was made safe when the page was made, here it only gets its head in the page's language. */

  const BOM = "\ufeff";

  function download(button) {
    const stored = JSON.parse(document.getElementById(button.dataset.csv).textContent);
    const text = BOM + [stored.head[root.lang], ...stored.lines].join("\r\n") + "\r\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = button.dataset.name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

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

  /* On a phone the tab of this page may lie outside the row of tabs. */
  function reveal() {
    const here = document.querySelector("nav.pages [aria-current]");
    const row = document.querySelector("nav.pages");
    if (here && here.offsetLeft + here.offsetWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - 48;
  }

  listen();
  reveal();
  speak(languages.includes(named()) ? named() : languages[0]);
  for (const button of all("[data-csv]")) button.addEventListener("click", () => download(button));
  document.getElementById("print").addEventListener("click", () => window.print());
  window.addEventListener("beforeprint", () => onPaper(true));
  window.addEventListener("afterprint", () => onPaper(false));
  window.ltvReady = charts();
})();
