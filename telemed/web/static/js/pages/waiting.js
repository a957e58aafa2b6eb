// The waiting room: place and wait follow the server, the screen stays lit, and the door opens by itself.

import { follow, replaceContent } from "../live.js";

const region = document.querySelector("[data-poll]");

follow(
  region.dataset.poll,
  async (response) => {
    replaceContent(region, await response.text());
    if (response.headers.get("X-Admitted") === "yes") location.assign(region.dataset.call);
  },
  { beat: 3000 },
);

async function stayAwake() {
  try {
    await navigator.wakeLock.request("screen");
    document.querySelector("[data-awake]").hidden = false;
  } catch {
    // Not every browser has it; the page works without.
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) stayAwake();
});
stayAwake();
