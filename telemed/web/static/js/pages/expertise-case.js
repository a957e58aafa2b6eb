// A case: what was written and done follows the server; the answer keeps itself as one writes; nothing jumps.

import { wireAttachments } from "../attachments.js";
import { autosave } from "../autosave.js";
import { refreshOn, replaceContent } from "../live.js";
import "./professional.js";

wireAttachments();

const region = document.querySelector("[data-follow]");
const moved = document.querySelector("[data-moved]");

refreshOn(
  "case.changed",
  region.dataset.follow,
  async (response) => {
    replaceContent(region, await response.text());
    moved.hidden = response.headers.get("X-Stage") === region.dataset.stage;
  },
  { version: region.dataset.version, isOurs: ({ subject }) => subject === region.dataset.subject },
);

const answer = document.querySelector("form[data-autosave]");
if (answer) {
  autosave(answer, answer.dataset.autosave, {
    onSaved: ({ revision }) => {
      answer.elements.revision.value = revision;
    },
  });
}
