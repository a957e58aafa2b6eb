// Aujourd'hui: the three lists follow the server, and the title says how many wait.

import { follow, replaceContent } from "../live.js";
import { showCount } from "./professional.js";

const region = document.querySelector("[data-live]");
const title = document.title;

follow(
  region.dataset.live,
  async (response) => {
    replaceContent(region, await response.text());
    const waiting = Number(response.headers.get("X-Waiting") ?? 0);
    showCount({ waiting, billing: Number(response.headers.get("X-Billing") ?? 0) });
    document.title = waiting ? `(${waiting}) ${title}` : title;
  },
  { version: region.dataset.version },
);
