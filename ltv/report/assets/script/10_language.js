/* Language: it lives in the address, so that a link keeps it and nothing is stored. */

const named = () => asked().get("lang");

function speak(lang) {
  root.lang = lang;
  const title = document.querySelector("title");
  document.title = title.getAttribute("data-" + lang);
  for (const button of all("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  for (const field of all("[data-placeholder-" + lang + "]")) field.placeholder = field.getAttribute("data-placeholder-" + lang);
  for (const option of all("option[data-" + lang + "]")) option.textContent = option.getAttribute("data-" + lang);
  for (const link of all("a[data-keep]")) keep(link);
}

function listen() {
  for (const button of all("[data-lang]")) {
    button.addEventListener("click", () => rewrite({ lang: button.dataset.lang }) || change());
  }
  window.addEventListener("hashchange", () => change() || wanted() || aim());
}

/* Another language or theme needs other words, links and charts. */
function change() {
  const lang = languages.includes(named()) ? named() : root.lang;
  const repainted = paint();
  if (lang === root.lang && !repainted) return;
  speak(lang);
  window.ltvReady = drawAll();
}
