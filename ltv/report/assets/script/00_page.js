const root = document.documentElement;
const languages = root.dataset.languages.split(" ");
const template = (name) => document.getElementById("templates").content.querySelector("." + name).cloneNode(true);
const all = (selector) => Array.from(document.querySelectorAll(selector));
