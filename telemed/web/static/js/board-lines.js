// The lines of the board, changed one by one, so that none moves under a hand.

export const rowsOf = (root) => [...root.querySelectorAll("[data-alert]")];
export const idsOf = (root) => rowsOf(root).map((row) => row.dataset.alert);
const findRow = (root, id) => root.querySelector(`[data-alert="${id}"]`);
const boxOf = (row) => row.querySelector('input[type="checkbox"]');

/** Give the focus to the line of an alert; false where it is not shown. */
export function focusLine(root, id) {
  const link = findRow(root, id)?.querySelector("[data-line]");
  link?.focus();
  return Boolean(link);
}

/**
 * Replace what the lines of `region` say by what `next` says of them; none moves, ticks and focus stay. `done` are
 * alerts that somebody here just did something about: they come and go at once. A line that goes leaves the focus to
 * the one after it. Gives false where the two are not made alike: then the whole is to be replaced.
 */
export function changeLines(region, next, done = []) {
  const [body, coming] = [region.querySelector(".board tbody"), next.querySelector(".board tbody")];
  if (!body || !coming) return false;
  for (const row of rowsOf(body)) {
    const now = findRow(coming, row.dataset.alert);
    if (now) changeRow(row, now);
    else if (done.includes(row.dataset.alert)) leaveRow(row);
  }
  for (const id of done) {
    const now = findRow(coming, id);
    if (now && !findRow(body, id)) body.insertBefore(now.cloneNode(true), placeAfter(body, coming, id));
  }
  changeFilters(region, next);
  return true;
}

function changeRow(row, now) {
  if (row.isEqualNode(now)) return;
  const fresh = now.cloneNode(true);
  const active = row.contains(document.activeElement) ? document.activeElement : null;
  const isSeen = active?.matches(":focus-visible");
  if (boxOf(row)?.checked && boxOf(fresh)) boxOf(fresh).checked = true;
  row.replaceWith(fresh);
  if (isSeen) (active === boxOf(row) && boxOf(fresh) ? boxOf(fresh) : fresh.querySelector("[data-line]")).focus();
}

function leaveRow(row) {
  const isSeen = row.querySelector(":focus-visible") !== null;
  const near = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  if (isSeen) near?.querySelector("[data-line]")?.focus();
}

/** The first line here of those that come after an alert there. */
function placeAfter(body, coming, id) {
  for (let after = findRow(coming, id).nextElementSibling; after; after = after.nextElementSibling) {
    const here = findRow(body, after.dataset.alert);
    if (here) return here;
  }
  return null;
}

function changeFilters(region, next) {
  const [here, now] = [region.querySelector(".board-filters"), next.querySelector(".board-filters")];
  if (here.contains(document.activeElement)) return;
  const isSorting = here.querySelector("details")?.open;
  const fresh = now.cloneNode(true);
  if (isSorting) fresh.querySelector("details").open = true;
  here.replaceWith(fresh);
}
