// The call of a télé-expertise: the same stage as a visit's, and the way back to the case when it is over.

import { VisitCall } from "../call/visit-call.js";
import { subscribe } from "../live.js";

const root = document.querySelector("[data-call]");
const { otherName: other, back, watch } = root.dataset;

const visit = new VisitCall(root, {
  alone: ({ other: seat }) => {
    if (seat?.status === "left") return { title: `${other} a quitté l’appel`, text: "La salle reste ouverte : votre confrère peut revenir." };
    return { title: `${other} arrive`, text: "Restez sur cette page : l’image apparaît d’elle-même." };
  },
  onEnded: (code, { stage, signaling }) => {
    if (code === "superseded") {
      const button = document.createElement("button");
      button.className = "button button-main";
      button.textContent = "Reprendre l’appel ici";
      button.addEventListener("click", () => signaling.takeBack().catch(() => {}));
      stage.say("L’appel est ouvert ailleurs", "Une autre fenêtre ou un autre appareil le tient.", [button]);
    } else if (code !== "left") {
      location.replace(back);
    }
  },
});

// The other may have hung up on another process: the room here would not hear of it.
subscribe("call.changed hello", async () => {
  const response = await fetch(watch, { credentials: "same-origin" });
  if (response.ok && (await response.json()).state === "ended") location.replace(back);
});

visit.start();
