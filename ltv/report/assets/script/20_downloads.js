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
