// What rings at one's own, on whatever page one is; and the sign that somebody who said so is still there.

import { subscribe } from "./events.js";
import { giveSigns } from "./presence.js";
import { ringTone } from "./ring-tone.js";

const SIGN = "/experts/me/presence/sign";

export function wireRing() {
  const region = document.querySelector("[data-ring]");
  if (!region) return;
  const title = document.title;
  let stopSigns = null;
  let stopTone = null;
  let silence = 0;

  function show(html) {
    clearTimeout(silence);
    const template = document.createElement("template");
    template.innerHTML = html;
    region.replaceChildren(template.content);
    const until = region.querySelector("[data-ring-until]")?.dataset.ringUntil;
    document.title = until ? `☎ Appel · ${title}` : title;
    if (until) stopTone ??= ringTone();
    else {
      stopTone?.();
      stopTone = null;
    }
    if (until) silence = setTimeout(() => show(""), Math.max(Date.parse(until) - Date.now(), 0));
  }

  async function look() {
    try {
      const response = await fetch(region.dataset.ring, { credentials: "same-origin", redirect: "error" });
      const isThere = response.headers.get("X-There") === "1";
      if (isThere) stopSigns ??= giveSigns(SIGN);
      else {
        stopSigns?.();
        stopSigns = null;
      }
      show(response.status === 200 ? await response.text() : "");
    } catch {
      // The stream says when the server is back.
    }
  }

  subscribe("ring ring.over presence.changed hello", look);
  look();
}
