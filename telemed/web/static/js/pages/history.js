// Past measures: a file dropped anywhere on its zone is chosen, and one that is too long is told before it leaves.

const zone = document.querySelector("[data-drop]");
const input = zone.querySelector("input[type=file]");
const fault = zone.querySelector("[data-drop-fault]");
const most = Number(zone.dataset.most);

for (const name of ["dragover", "drop"]) {
  zone.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.toggle("drop-zone-over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length > 0) {
      input.files = event.dataTransfer.files;
      look();
    }
  });
}
zone.addEventListener("dragleave", (event) => {
  if (!zone.contains(event.relatedTarget)) zone.classList.remove("drop-zone-over");
});
input.addEventListener("change", look);
input.form.addEventListener("submit", (event) => {
  if (look()) return;
  event.preventDefault();
  input.focus();
});

/** May this file leave? What is wrong with it is said beside the field. */
function look() {
  const size = input.files[0]?.size ?? 0;
  const text = size > most ? `Ce fichier dépasse ${Math.floor(most / 1e6)} Mo : coupez-le en plusieurs.` : "";
  fault.hidden = !text;
  fault.querySelector("span").textContent = text;
  return !text;
}
