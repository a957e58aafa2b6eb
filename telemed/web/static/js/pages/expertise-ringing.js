// While it rings: the page is asked for again when the call changes, and leads into the room when somebody answers.

import { subscribe } from "../live.js";

const { callOf } = document.querySelector("[data-call-of]").dataset;

subscribe("call.changed", ({ subject }) => {
  if (!subject || subject === callOf) location.reload();
});
