"use strict";
// Adds copying and filtering; the page is whole without it.
for (const button of document.querySelectorAll(".copy")) {
  const code = button.parentElement.querySelector("code");
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select";
      getSelection().selectAllChildren(code);
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
for (const filters of document.querySelectorAll(".filters")) {
  const rows = filters.parentElement.querySelectorAll("tr[data-status]");
  const fits = (row, want) =>
    want === "all" || (want === "differs" ? row.hasAttribute("data-differs")
      : row.dataset.status.split(" ").includes(want));
  filters.hidden = false;
  filters.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    for (const button of filters.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    for (const row of rows) row.hidden = !fits(row, chosen.dataset.filter);
    for (const body of filters.parentElement.querySelectorAll("tbody")) {
      body.hidden = !body.querySelector("tr[data-status]:not([hidden])");
    }
  });
}
// A link into a folded or filtered part opens it.
const reveal = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) {
    if (at.tagName === "DETAILS") at.open = true;
    if (at.hidden) at.hidden = false;
  }
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
// A link to where the address points already changes no hash.
addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.hash === location.hash) reveal();
});
reveal();
