// Avis: the lists follow the server, the time left too, and the title says how many wait.

import { refreshOn, replaceContent } from "../live.js";
import "./professional.js";

const MINUTE_MS = 60000;
const region = document.querySelector("[data-follow]");
const title = document.title;

const ask = refreshOn(
  "inbox.changed case.changed",
  region.dataset.follow,
  async (response) => {
    replaceContent(region, await response.text());
    const count = Number(response.headers.get("X-Count") ?? 0);
    document.title = count ? `(${count}) ${title}` : title;
  },
  { version: region.dataset.version },
);

setInterval(() => document.hidden || ask(), MINUTE_MS);
