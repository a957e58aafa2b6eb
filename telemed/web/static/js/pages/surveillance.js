// The board of alerts: it follows the server without jumping under who works on it, and is worked by keyboard.

import { makeBoardKeys } from "../board-keys.js";
import { changeLines, focusLine, idsOf, rowsOf } from "../board-lines.js";
import { makeChime } from "../chime.js";
import { makeToast, sendInPlace, showToast } from "../in-place.js";
import { refreshOn, replaceContent } from "../live.js";
import "./professional.js";

const MINUTE_MS = 60_000;
const REST_MS = 3000;
const region = document.querySelector("[data-follow]");
const lot = document.querySelector("[data-lot]");
const news = document.querySelector("[data-news]");
const dialog = document.getElementById("clore");
const title = document.title;
const UUIDS = /[0-9a-f]{8}-[0-9a-f-]{27}/g;
const chime = makeChime(document.querySelector("[data-sound]"));

let waiting = null;
let movedAt = 0;

const boxes = () => [...region.querySelectorAll('input[name="alerte"]')];

/** Is somebody at work on the lines? Then new ones wait for his word. */
function isBusy() {
  const rests = Date.now() - movedAt > REST_MS;
  const isIn = region.querySelector(".board")?.contains(document.activeElement);
  return document.querySelector("dialog[open]") || isIn || boxes().some((box) => box.checked) || !rests;
}

function countChosen() {
  const chosen = boxes().filter((box) => box.checked).length;
  const shown = lot.querySelector("[data-chosen]");
  shown.textContent = chosen;
  shown.hidden = chosen === 0;
  lot.querySelector("[data-take-chosen]").setAttribute("aria-disabled", String(chosen === 0));
}

/** Put what came in place: ticks, the line under the hand and the filters that were unfolded stay. */
function put(html) {
  const chosen = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  const at = document.activeElement?.closest?.("[data-alert]")?.dataset.alert;
  const isSorting = region.querySelector("details")?.open ?? false;
  replaceContent(region, html);
  if (isSorting) region.querySelector("details").open = true;
  boxes().forEach((box) => { box.checked = chosen.has(box.value); });
  if (at && !region.contains(document.activeElement)) region.querySelector(`[data-alert="${at}"] [data-line]`)?.focus();
  waiting = null;
  news.hidden = true;
  countChosen();
}

/** `done` are alerts that somebody here just did something about: then nothing else moves. */
function receive(html, count, done = null) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const [known, coming] = [idsOf(region), idsOf(template.content)];
  const fresh = rowsOf(template.content).filter(({ dataset }) => !known.includes(dataset.alert) && !done?.includes(dataset.alert));
  document.title = count ? `(${count}) ${title}` : title;
  if (fresh.some((row) => row.classList.contains("alert-now"))) chime.ring();
  if ((done || isBusy()) && changeLines(region, template.content, done ?? [])) {
    countChosen();
    tellNews(html, fresh, coming);
    return;
  }
  put(html);
  if (fresh.length) say(countNews(fresh));
}

const countNews = ({ length }) => (length > 1 ? `${length} nouvelles alertes.` : `${length} nouvelle alerte.`);
const say = (text) => { document.querySelector("[data-said]").textContent = text; };

/** What came and is not shown waits for a word; lines that would only stand elsewhere wait without one. */
function tellNews(html, fresh, coming) {
  const isGone = idsOf(region).some((id) => !coming.includes(id));
  waiting = idsOf(region).join() === coming.join() ? null : html;
  news.hidden = !fresh.length && !isGone;
  news.querySelector("[data-news-text]").textContent = fresh.length ? countNews(fresh) : "La liste a changé.";
}

/** What somebody did is shown where it was done: the page and its filter stay, and a line that is back is in hand. */
function receiveDone(page, { form, action, body }) {
  const came = page.querySelector("[data-follow]");
  const done = `${action} ${body.get("une") ?? body.getAll("alerte").join(" ")}`.match(UUIDS) ?? [];
  const isByKeys = form.querySelector(":focus-visible") !== null || region.querySelector(":focus-visible") !== null;
  const before = idsOf(region);
  if (dialog.contains(form)) dialog.close();
  receive(came.innerHTML, Number(came.dataset.waiting), done);
  showToast(page.querySelector("main > .toast"));
  const isAway = document.activeElement === document.body;
  if (isByKeys) done.some((id) => (isAway || !before.includes(id)) && focusLine(region, id));
}

const ask = refreshOn(
  "alert.changed alerts.changed",
  region.dataset.follow,
  async (response) => receive(await response.text(), Number(response.headers.get("X-Count") ?? 0)),
  { version: region.dataset.version },
);

/** The dialog that closes the alert of a row, with the outcomes that it may have. */
function openClose(row) {
  if (!row.dataset.outcomes) {
    row.querySelector("[data-line]").click();
    return;
  }
  const form = dialog.querySelector("[data-close-form]");
  const allowed = row.dataset.outcomes.split(" ");
  form.action = `/surveillance/alertes/${row.dataset.alert}/clore`;
  form.reset();
  form.querySelector("[data-close-name]").textContent = row.dataset.name;
  for (const radio of form.querySelectorAll('input[name="issue"]')) {
    radio.closest("label").hidden = !allowed.includes(radio.value);
  }
  dialog.showModal();
  form.querySelector('label:not([hidden]) > input[name="issue"]').focus();
}

function show() {
  if (waiting !== null) put(waiting);
}

region.addEventListener("change", countChosen);
region.addEventListener("pointermove", () => { movedAt = Date.now(); });
lot.addEventListener("submit", (event) => {
  if (event.submitter?.matches("[data-take-chosen]") && !boxes().some((box) => box.checked)) event.preventDefault();
});
document.querySelector("[data-show]").addEventListener("click", show);
sendInPlace({
  isOurs: (form) => form === lot || form.matches("[data-close-form], [data-undo-seconds]"),
  receive: receiveDone,
  lost: () => showToast(makeToast("Le serveur ne répond pas\u00a0: ce n’est peut-être pas fait. Réessayez.")),
});
setInterval(() => document.hidden || ask(), MINUTE_MS);
document.querySelector("[data-sound]").hidden = false;
makeBoardKeys({ rows: () => rowsOf(region), openClose, show });
countChosen();
