// One alert: what is done on it follows the server; who writes keeps his page and is told that it went on.

import { followLink, makeKeys } from "../board-keys.js";
import { refreshOn, replaceContent } from "../live.js";
import "./professional.js";

const region = document.querySelector("[data-follow]");
const moved = document.querySelector("[data-moved]");

refreshOn(
  "alert.changed alerts.changed",
  region.dataset.follow,
  async (response) => {
    replaceContent(region, await response.text());
    moved.hidden = response.headers.get("X-Stage") === region.dataset.stage;
  },
  { version: region.dataset.version, isOurs: ({ subject }) => !subject || subject === region.dataset.subject },
);

makeKeys({
  j: followLink('[rel="next"]'),
  k: followLink('[rel="prev"]'),
  t: followLink("[data-take-this]"),
  u: followLink("[data-board]"),
});
