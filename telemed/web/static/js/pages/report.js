// The report: what is typed is kept as one writes, and its picture follows.

import { autosave } from "../autosave.js";
import { replaceContent } from "../live.js";

const form = document.querySelector("[data-autosave]");
const picture = document.querySelector("[data-picture]");

autosave(form, form.dataset.autosave, {
  onSaved: ({ revision, picture: address, decision }) => {
    form.elements.revision.value = revision;
    if (picture) picture.src = address;
    replaceContent(document.querySelector("[data-decision]"), decision);
  },
});
