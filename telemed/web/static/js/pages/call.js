// The doctor's call: the stage, and beside it the checklist, the notes and the discussion, which keep themselves.

import { autosave } from "../autosave.js";
import { replaceContent } from "../live.js";
import { VisitCall } from "../call/visit-call.js";

const root = document.querySelector("[data-call]");
const { otherName: other } = root.dataset;

const visit = new VisitCall(root, {
  alone: ({ other: seat, signaling }) => {
    if (seat && seat.status === "here" && !seat.admitted) {
      return { title: `${other} est en salle d’attente`, text: "", actions: [admitButton()] };
    }
    if (seat?.status === "left") {
      const minutes = Math.round(signaling.elapsed(seat.since) / 60000);
      return { title: `${other} a quitté l’appel`, text: minutes ? `Il y a ${minutes} min. Son lien lui permet de revenir.` : "Son lien lui permet de revenir.", actions: phoneLink() };
    }
    return { title: `${other} n’est pas encore là`, text: "L’appel commence ici dès son arrivée.", actions: phoneLink() };
  },
  onEnded: (code, { stage }) => {
    if (code === "room_closed" || code === "room.closed") {
      location.assign(root.dataset.report);
    } else if (code === "superseded") {
      stage.say("Cette consultation est ouverte ailleurs", "Une autre fenêtre ou un autre appareil tient l’appel.", [takeBackButton()]);
    } else if (code === "host_taken") {
      stage.say("Un autre médecin tient cet appel", "Un seul médecin à la fois peut conduire une téléconsultation.");
    } else {
      stage.say("L’appel ne peut pas reprendre ici", "Rechargez la page. Si cela persiste, appelez le patient.", phoneLink());
    }
  },
});

function admitButton() {
  const form = document.getElementById("faire-entrer");
  const button = document.createElement("button");
  button.className = "button button-main button-big";
  button.textContent = "Faire entrer";
  button.addEventListener("click", () => form.requestSubmit());
  return button;
}

function takeBackButton() {
  const button = document.createElement("button");
  button.className = "button button-main";
  button.textContent = "Reprendre l’appel ici";
  button.addEventListener("click", () => visit.signaling.takeBack().catch(() => {}));
  return button;
}

function phoneLink() {
  if (!root.dataset.phone) return [];
  const link = document.createElement("a");
  link.className = "button";
  link.href = `tel:${root.dataset.dial}`;
  link.textContent = `Appeler le ${root.dataset.phone}`;
  link.addEventListener("click", () => visit.toldPhone());
  return [link];
}

for (const form of root.querySelectorAll("[data-save]")) {
  autosave(form, form.dataset.save, {
    immediate: true,
    onSaved: ({ blockers, badge }) => {
      if (blockers !== undefined) replaceContent(root.querySelector("[data-blockers]"), blockers);
      if (badge !== undefined && form.contains(document.querySelector("[name=traits]"))) {
        replaceContent(root.querySelector("[data-checklist-badge]"), badge);
      }
    },
  });
}
for (const form of root.querySelectorAll("[data-notes]")) autosave(form, form.dataset.notes);

visit.start();
