/* The address holds what a link should keep, as in #lang=en&theme=dark&block=board; nothing is stored. */

/* "board" alone is a link to a block too. */
const read = (hash) => new URLSearchParams(!hash || hash.includes("=") ? hash : "block=" + hash);
const asked = () => read(location.hash.slice(1));

/* What a link takes along: the language and the theme where they are not what a page opens with, then its own part. */
function kept(own = "") {
  const parts = new URLSearchParams();
  if (root.lang !== languages[0]) parts.set("lang", root.lang);
  if (root.dataset.choice !== "auto") parts.set("theme", root.dataset.choice);
  if (!parts.toString()) return own && "#" + own;
  for (const [name, value] of read(own)) parts.set(name, value);
  return "#" + parts;
}

function keep(link) {
  link.dataset.keep ||= link.getAttribute("href");
  const [page, own] = link.dataset.keep.split("#");
  link.setAttribute("href", page + kept(own));
}

/* A page opened from a disk may not change its address but for the part behind the hash. */
function rewrite(changes) {
  const parts = asked();
  for (const [name, value] of Object.entries(changes)) if (value) parts.set(name, value); else parts.delete(name);
  history.replaceState(null, "", "#" + parts);
}
