// The keys of the board: j and k move, x ticks, t takes, c closes, r shows what waits; Enter is the link's own.

const KEPT = "telemed-board-keys";

/** `box` switches the keys on and off, for this browser; they never act while somebody types or a dialog is open. */
export function makeBoardKeys({ region, rows, openClose, show, box }) {
  box.checked = localStorage.getItem(KEPT) !== "off";
  box.addEventListener("change", () => localStorage.setItem(KEPT, box.checked ? "on" : "off"));

  const current = () => document.activeElement?.closest?.("[data-alert]");

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + step, 0), all.length - 1);
    all[next].querySelector("[data-line]").focus();
    all[next].scrollIntoView({ block: "nearest" });
  }

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    x: (row) => row?.querySelector('input[type="checkbox"]')?.click(),
    t: (row) => row?.querySelector("[data-take]")?.click(),
    c: (row) => row && openClose(row),
    r: () => show(),
  };

  document.addEventListener("keydown", (event) => {
    const isElsewhere = event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open], [contenteditable]");
    if (!box.checked || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act(current());
  });
  return region;
}
