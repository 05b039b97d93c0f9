/* Pages as a folder: the rows behind a block lie beside the page, one file a language. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-file]");
  if (!button) return;
  event.stopImmediatePropagation();
  const link = document.createElement("a");
  link.href = button.dataset.file + "." + document.documentElement.lang + ".csv";
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}, true);
