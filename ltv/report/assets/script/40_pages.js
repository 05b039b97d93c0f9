/* Ways to other pages: the menu of a phone, the list of dates, and the list of all dates that looks for one page. */

function toggle(button, part, now) {
  button.setAttribute("aria-expanded", String(now));
  part.classList.toggle("open", now);
}

function menu() {
  const button = document.getElementById("menu");
  if (!button) return;
  const pages = document.getElementById("pages");
  button.addEventListener("click", () => toggle(button, pages, button.getAttribute("aria-expanded") !== "true"));
  closing([button, pages], () => toggle(button, pages, false), button);
}

/* What is open closes when one goes elsewhere, by hand or by key. */
function closing(parts, close, back) {
  const inside = (target) => parts.some((part) => part.contains(target));
  document.addEventListener("pointerdown", ({ target }) => inside(target) || close());
  document.addEventListener("focusin", ({ target }) => inside(target) || close());
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Escape" || !inside(target)) return;
    close();
    back.focus();
  });
}

function dates() {
  for (const list of all("details.days")) closing([list], () => (list.open = false), list.querySelector("summary"));
}

/* The list of all dates, asked for one page: each date leads to that page, where it has it. */
function wanted() {
  const page = asked().get("page");
  const links = page ? all("[data-page]").filter((link) => link.dataset.page === page) : [];
  root.toggleAttribute("data-wanted", links.length > 0);
  for (const link of all("[data-page]")) link.closest("li").classList.toggle("wanted", links.includes(link));
  for (const link of links) {
    const date = link.closest(".date").querySelector("h3 a");
    date.dataset.keep = link.dataset.keep;
    keep(date);
  }
}
