// The search of the top line: Ctrl-K or a click opens it; results come as one types; arrows walk them.

import { replaceContent } from "./live.js";

const PAUSE_MS = 150;

export function wireSearch() {
  const dialog = document.getElementById("recherche");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const results = dialog.querySelector("[data-results]");
  const address = dialog.querySelector("[data-search]").dataset.search;
  const first = results.innerHTML;
  let timer = 0;
  let turn = 0;

  function open(event) {
    event.preventDefault();
    dialog.showModal();
    input.select();
  }

  async function search() {
    const words = input.value.trim();
    const mine = (turn += 1);
    if (words.length < 2) {
      replaceContent(results, first);
      return;
    }
    const response = await fetch(`${address}?${new URLSearchParams({ q: words })}`, { credentials: "same-origin" });
    const html = await response.text();
    if (mine === turn && response.ok) replaceContent(results, html);
  }

  document.querySelector("[data-open-search]")?.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") open(event);
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const stops = [input, ...results.querySelectorAll("a")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
    event.preventDefault();
  });
}
