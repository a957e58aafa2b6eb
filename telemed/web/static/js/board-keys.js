// The keys of a page of alerts: one key, one act, switched off by whoever does not want them.

const KEPT = "telemed-board-keys";

/**
 * `acts` by key. They never act while somebody types or a dialog is open. `?`, and the page's own button, show them;
 * the box in that dialog switches the others on and off for this browser.
 */
export function makeKeys(acts) {
  const dialog = document.querySelector("[data-keys-dialog]");
  const opener = document.querySelector("[data-keys]");
  const box = dialog.querySelector("[data-use-keys]");
  box.checked = localStorage.getItem(KEPT) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());

  const press = (event) => {
    const isElsewhere = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open], [contenteditable]");
    if (isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = event.key === "?" ? () => dialog.showModal() : box.checked && acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", press);
  // Those that were pressed while this module was on its way act now, in their order.
  globalThis.takeEarlyKeys?.().forEach(press);
}

/** What a key does that stands for a link or a button of the page, where there is one. */
export const followLink = (selector) => () => document.querySelector(selector)?.click();

/** The keys of the board: j and k move, x ticks, t takes, c closes, z undoes, r shows what waits; Enter opens. */
export function makeBoardKeys({ rows, openClose, show }) {
  const current = () => document.activeElement?.closest?.("[data-alert]");

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].querySelector("[data-line]").focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  makeKeys({
    j: () => move(1),
    k: () => move(-1),
    x: () => current()?.querySelector('input[type="checkbox"]')?.click(),
    t: () => current()?.querySelector("[data-take]")?.click(),
    c: () => current() && openClose(current()),
    z: () => document.querySelector("[data-undo-seconds] button")?.click(),
    r: () => show(),
  });
}
