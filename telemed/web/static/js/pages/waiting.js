// The waiting room: place and wait follow the server, the screen stays lit, the seat is held, and the door opens by itself.

import { follow, replaceContent } from "../live.js";
import { Signaling } from "../signaling.js";

const region = document.querySelector("[data-poll]");
const { poll, call, token, socket } = region.dataset;

const ask = follow(
  poll,
  async (response) => {
    replaceContent(region, await response.text());
    if (response.headers.get("X-Visit") === "admitted") enter();
    if (response.headers.get("X-Visit") === "over") location.reload();
  },
  { beat: 5000 },
);

function enter() {
  location.assign(call);
}

async function fetchToken() {
  const response = await fetch(token, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" } });
  if (response.ok) return (await response.json()).token;
  throw Object.assign(new Error("token"), { final: response.status < 429 });
}

const signaling = new Signaling({ url: socket, getToken: fetchToken, storageKey: `room:${token}` });
signaling.addEventListener("welcome", () => signaling.admitted && enter());
signaling.addEventListener("admission", () => signaling.admitted && enter());
signaling.addEventListener("waiting", ask);
signaling.join().catch(() => {});

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
