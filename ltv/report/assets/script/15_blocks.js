/* Blocks: an address may name one; the page opens there and marks it, and each can give its address away. */

let moved = false;

function aimed() {
  const block = asked().get("block");
  const found = block && document.getElementById(block);
  return found && found.classList.contains("block") ? found : null;
}

function aim() {
  for (const block of all(".block.aimed")) block.classList.remove("aimed");
  const block = aimed();
  if (!block) return;
  block.classList.add("aimed");
  block.tabIndex = -1; /* a reader that speaks goes on from here */
  block.focus({ preventScroll: true });
  block.scrollIntoView();
}

/* Charts that are drawn above may push a block away, unless the reader has gone elsewhere by then. */
function stay(ready) {
  for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"]) {
    window.addEventListener(kind, () => (moved = true), { once: true, passive: true });
  }
  ready.then(() => moved || !aimed() || aimed().scrollIntoView());
}

let shown;
function say(what) {
  const box = document.getElementById("said");
  for (const words of box.children) words.hidden = words.dataset.say !== what;
  box.classList.add("up");
  clearTimeout(shown);
  shown = setTimeout(() => box.classList.remove("up"), 2500);
}

function copy(link) {
  rewrite({ block: link.getAttribute("href").slice(1) });
  aim();
  const written = navigator.clipboard ? navigator.clipboard.writeText(location.href) : Promise.reject(new Error("none"));
  return written.then(() => say("copied"), () => say("address"));
}

/* Each block with a heading gets its link here rather than when the page is made: it is of no use without scripts. */
function blocks() {
  for (const block of all(".block[id]")) {
    const heading = block.querySelector("h2:not(.unseen), h3:not(.unseen)");
    if (!heading) continue;
    const link = template("anchor");
    link.href = "#" + block.id;
    link.querySelector(".unseen").append(...Array.from(heading.childNodes, (node) => node.cloneNode(true)));
    block.prepend(link);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      copy(link);
    });
  }
}
