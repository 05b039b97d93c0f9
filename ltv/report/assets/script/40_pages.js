/* On a phone the tab of this page may lie outside the row of tabs. */
function reveal() {
  const here = document.querySelector("nav.pages [aria-current]");
  const row = document.querySelector("nav.pages");
  if (here && here.offsetLeft + here.offsetWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - 48;
}
