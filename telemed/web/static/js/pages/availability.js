// Mes disponibilités: while one said to be there, the page says so again, and tells when it is over.

import { giveSigns } from "../presence.js";
import "./professional.js";

const card = document.querySelector("[data-presence]");
if (card) giveSigns(card.dataset.presence, { onGone: () => location.reload() });
