/* Theme: as the system has it, or as the reader chose; told before charts are drawn, which have colours of their own. */

const THEMES = ["auto", "light", "dark"];
const system = window.matchMedia("(prefers-color-scheme: dark)");

/* Whether anything was painted otherwise. */
function paint() {
  const before = root.dataset.choice + root.dataset.theme;
  const choice = THEMES.includes(asked().get("theme")) ? asked().get("theme") : "auto";
  root.dataset.choice = choice;
  root.dataset.theme = choice !== "auto" ? choice : system.matches ? "dark" : "light";
  return before !== root.dataset.choice + root.dataset.theme;
}

function themes() {
  document.getElementById("theme").addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(root.dataset.choice) + 1) % THEMES.length];
    rewrite({ theme: next === "auto" ? "" : next });
    change();
  });
  system.addEventListener("change", change);
}

/* Paper is white: charts are drawn for it while it is printed. */
function onWhite(now) {
  if (now) root.dataset.theme = "light";
  else paint();
  onPaper(now);
}
