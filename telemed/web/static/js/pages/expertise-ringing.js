// While it rings: the page is asked for again when the call changes, and leads into the room when somebody answers.

import { subscribe } from "../live.js";

const { callOf, watch, state } = document.querySelector("[data-call-of]").dataset;

subscribe("call.changed", ({ subject }) => {
  if (!subject || subject === callOf) location.reload();
});

// Somebody may have answered before this page heard anything.
subscribe("hello", async () => {
  const response = await fetch(watch, { credentials: "same-origin" });
  if (response.ok && ((await response.json()).state === "ended") === (state === "ringing")) location.reload();
});
