// Regions that follow the server: a region is asked for again every few seconds, and replaced only when it changed.

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
