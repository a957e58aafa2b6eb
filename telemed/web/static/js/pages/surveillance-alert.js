// One alert: what is done on it follows the server; who writes keeps his page and is told that it went on.

import { makeKeys } from "../board-keys.js";
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

const go = (selector) => () => document.querySelector(selector)?.click();

makeKeys({ j: go('[rel="next"]'), k: go('[rel="prev"]'), t: go("[data-take-this]"), u: go("[data-board]") });
