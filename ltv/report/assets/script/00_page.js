const root = document.documentElement;
const languages = root.dataset.languages.split(" ");
const all = (selector) => Array.from(document.querySelectorAll(selector));
