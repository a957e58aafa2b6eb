// The board of alerts: it follows the server without jumping under who works on it, and is worked by keyboard.

import { makeBoardKeys } from "../board-keys.js";
import { makeChime } from "../chime.js";
import { refreshOn, replaceContent } from "../live.js";
import "./professional.js";

const MINUTE_MS = 60_000;
const REST_MS = 3000;
const region = document.querySelector("[data-follow]");
const lot = document.querySelector("[data-lot]");
const news = document.querySelector("[data-news]");
const dialog = document.getElementById("clore");
const title = document.title;
const chime = makeChime(document.querySelector("[data-sound]"));

let waiting = null;
let movedAt = 0;

const rows = (root = region) => [...root.querySelectorAll("[data-alert]")];
const ids = (root = region) => rows(root).map((row) => row.dataset.alert);
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

function receive(html, count) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const known = new Set(ids());
  const fresh = rows(template.content).filter((row) => !known.has(row.dataset.alert));
  document.title = count ? `(${count}) ${title}` : title;
  if (fresh.some((row) => row.classList.contains("alert-now"))) chime.ring();
  if (isBusy() && ids(template.content).join() !== ids().join()) {
    waiting = html;
    const said = fresh.length ? `${fresh.length} nouvelle${fresh.length > 1 ? "s" : ""} alerte${fresh.length > 1 ? "s" : ""}.` : "La liste a changé.";
    news.querySelector("[data-news-text]").textContent = said;
    news.hidden = false;
    return;
  }
  put(html);
  if (fresh.length) document.querySelector("[data-said]").textContent = `${fresh.length} nouvelle(s) alerte(s).`;
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
setInterval(() => document.hidden || ask(), MINUTE_MS);
document.querySelector("[data-sound]").hidden = false;
makeBoardKeys({ rows, openClose, show });
countChosen();
