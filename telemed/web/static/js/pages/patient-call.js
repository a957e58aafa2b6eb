// The patient's call: the doctor's picture, and the way back to the waiting room or on to the end.

import { VisitCall } from "../call/visit-call.js";

const root = document.querySelector("[data-call]");
const { otherName: other, end, waiting } = root.dataset;

const visit = new VisitCall(root, {
  alone: ({ signaling }) => {
    if (!signaling.admitted) {
      location.replace(waiting);
      return { title: `${other} va vous faire entrer` };
    }
    return { title: `${other} arrive`, text: "Restez sur cette page : l’image apparaît d’elle-même." };
  },
  onEnded: (code, { stage, signaling }) => {
    if (code === "superseded") {
      const button = document.createElement("button");
      button.className = "button button-main";
      button.textContent = "Reprendre l’appel ici";
      button.addEventListener("click", () => signaling.takeBack().catch(() => {}));
      stage.say("L’appel est ouvert sur un autre appareil", "", [button]);
    } else if (code !== "left") {
      location.replace(end);
    }
  },
});

root.querySelector('[data-tool="leave"]').addEventListener("click", () => visit.signaling.leave());
visit.start();
