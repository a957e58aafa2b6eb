// Regions that follow the server, told by its events or asked for every few seconds, and replaced only when changed.

import { subscribe } from "./events.js";

export { subscribe };

const SETTLE_MS = 150;
const BEAT_MS = 4000;
const SLOW_BEAT_MS = 20000;

/**
 * Ask `address` at each beat and hand what came to `receive`. A hidden page asks rarely; a failing server is asked
 * less and less often. Returns a function that asks at once.
 */
export function follow(address, receive, { beat = BEAT_MS, version = "" } = {}) {
  let etag = version ? `"${version}"` : "";
  let timer = 0;
  let failures = 0;

  async function ask() {
    clearTimeout(timer);
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const response = await fetch(address, { headers, credentials: "same-origin", redirect: "error" });
      failures = 0;
      if (response.ok) {
        etag = response.headers.get("ETag") ?? "";
        await receive(response);
      } else if (response.status === 401) {
        location.reload();
        return;
      }
    } catch {
      failures += 1;
    }
    const slow = document.hidden ? SLOW_BEAT_MS : beat;
    timer = setTimeout(ask, slow * Math.min(1 + failures, 6));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
  timer = setTimeout(ask, beat);
  return ask;
}

/**
 * Ask `address` whenever one of `kinds` is told, once for all that is told within a moment, and hand what came to
 * `receive` when it is not what we have. `isOurs` says whether an event matters here. With the `version` that the page
 * was drawn from, it is asked for at the beginning too. Returns what asks at once.
 */
export function refreshOn(kinds, address, receive, { isOurs = () => true, version = "" } = {}) {
  let etag = version ? `"${version}"` : "";
  let timer = 0;

  async function ask() {
    clearTimeout(timer);
    timer = 0;
    const headers = etag ? { "If-None-Match": etag } : {};
    try {
      const response = await fetch(address, { headers, credentials: "same-origin", redirect: "error" });
      if (response.status === 401) location.reload();
      if (!response.ok) return;
      etag = response.headers.get("ETag") ?? "";
      await receive(response);
    } catch {
      // The server is away: its stream says when it is back.
    }
  }

  subscribe(version ? `${kinds} hello` : kinds, (event) => {
    if (event.subject && !isOurs(event)) return;
    timer ||= setTimeout(ask, SETTLE_MS);
  });
  return ask;
}

/**
 * Regions that say what they follow: `data-live-kinds` (words), `data-live-fragment` (the address of their content),
 * and `data-live-subject` where one thing alone matters. Nobody who types in a region loses it: it changes after.
 */
export function wireRegions(root = document) {
  for (const region of root.querySelectorAll("[data-live-kinds]")) {
    const { liveKinds, liveFragment, liveSubject, version } = region.dataset;
    const isOurs = ({ subject }) => !liveSubject || subject === liveSubject;
    const receive = async (response) => putWhenFree(region, await response.text());
    refreshOn(liveKinds, liveFragment, receive, { isOurs, version });
  }
}

const waiting = new WeakMap();

function putWhenFree(region, html) {
  const isWaiting = waiting.has(region);
  waiting.set(region, html);
  if (isWaiting) return;
  const put = () => {
    if (isBeingWritten(region)) return;
    region.removeEventListener("focusout", later);
    replaceContent(region, waiting.get(region));
    waiting.delete(region);
    region.dispatchEvent(new CustomEvent("live:changed", { bubbles: true }));
  };
  const later = () => setTimeout(put, 0);
  region.addEventListener("focusout", later);
  put();
}

function isBeingWritten(region) {
  const active = document.activeElement;
  return region.contains(active) && active.matches("input, textarea, select, [contenteditable]");
}

/** Replace a region's content and leave the focus where it was, found again by address or label. */
export function replaceContent(region, html) {
  const active = region.contains(document.activeElement) ? describe(document.activeElement) : null;
  const template = document.createElement("template");
  template.innerHTML = html;
  region.replaceChildren(template.content);
  if (active) {
    [...region.querySelectorAll("a, button, summary")].find((element) => describe(element) === active)?.focus();
  }
}

function describe(element) {
  const form = element.closest("form");
  return [element.tagName, element.getAttribute("href"), form?.getAttribute("action"), element.textContent].join("|");
}
