// Every page of a professional: search, live count, undo, dialogs, focus on errors.

import { wireConfirmations, wireDialogs } from "../dialogs.js";
import { focusFirstError } from "../errors.js";
import { follow, refreshOn, wireRegions } from "../live.js";
import { wireRing } from "../ring.js";
import { wireSearch } from "../search.js";
import { wireUndo } from "../undo.js";

wireDialogs();
wireConfirmations();
wireSearch();
wireUndo();
focusFirstError();
wireRegions();
wireRing();

const counter = document.querySelector("[data-live-count]");
if (counter && !document.querySelector("[data-live]")) {
  follow(counter.dataset.liveCount, async (response) => showCount(await response.json()), { beat: 8000 });
}

if (document.querySelector('[data-count="expertise"]')) {
  refreshOn("inbox.changed", "/avis/compte", async (response) => showCount(await response.json()));
}

if (document.querySelector('[data-count="surveillance"]')) {
  refreshOn("alerts.changed", "/surveillance/compte", async (response) => showCount(await response.json()));
}

/** Show counts by the name of their place; a count marked data-hides goes when nothing is left. */
export function showCount(counts) {
  for (const [name, number] of Object.entries(counts)) {
    const shown = document.querySelector(`[data-count="${name}"]`);
    const figure = shown?.querySelector("[data-number]") ?? shown;
    if (!figure || figure.textContent === String(number)) continue;
    figure.textContent = number;
    shown.classList.toggle("count-live", number > 0);
    if ("hides" in shown.dataset) shown.hidden = number === 0;
  }
}

const account = document.querySelector("details.account");
document.addEventListener("click", (event) => {
  if (account?.open && !account.contains(event.target)) account.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && account?.open) {
    account.open = false;
    account.querySelector("summary").focus();
  }
});
