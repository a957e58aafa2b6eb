// The report: what is typed is kept as one writes; signing saves first.

import { autosave } from "../autosave.js";

const form = document.querySelector("[data-autosave]");
autosave(form, form.dataset.autosave);
