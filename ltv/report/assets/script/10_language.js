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
