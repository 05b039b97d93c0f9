/* Before anything is painted: language and theme are those that the address asks for, so that nothing flashes. */
const root = document.documentElement;
const asked = new URLSearchParams(location.hash.slice(1));
const choice = ["light", "dark"].includes(asked.get("theme")) ? asked.get("theme") : "auto";
const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
root.dataset.live = "";
root.dataset.choice = choice;
root.dataset.theme = choice === "auto" ? system : choice;
if (root.dataset.languages.split(" ").includes(asked.get("lang"))) root.lang = asked.get("lang");
