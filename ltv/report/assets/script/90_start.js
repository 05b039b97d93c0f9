listen();
reveal();
speak(languages.includes(named()) ? named() : languages[0]);
for (const button of all("[data-csv]")) button.addEventListener("click", () => download(button));
document.getElementById("print").addEventListener("click", () => window.print());
window.addEventListener("beforeprint", () => onPaper(true));
window.addEventListener("afterprint", () => onPaper(false));
window.ltvReady = charts();
