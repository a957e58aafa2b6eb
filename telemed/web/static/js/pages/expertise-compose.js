// The composer keeps itself as one writes.

import { wireAttachments } from "../attachments.js";
import { autosave } from "../autosave.js";
import "./professional.js";

wireAttachments();

const form = document.querySelector("form[data-autosave]");

autosave(form, form.dataset.autosave, {
  onSaved: ({ version }) => {
    form.elements.version.value = version;
  },
});
