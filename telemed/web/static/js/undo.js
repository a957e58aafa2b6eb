// The ten seconds of an undo: counted down in sight, and the button goes when they are over.

export function wireUndo(root = document) {
  for (const form of root.querySelectorAll("[data-undo-seconds]")) {
    const shown = form.querySelector(".toast-seconds");
    let left = Number(form.dataset.undoSeconds);
    const timer = setInterval(() => {
      left -= 1;
      shown.textContent = `pendant ${left} s`;
      if (left <= 0) {
        clearInterval(timer);
        form.remove();
      }
    }, 1000);
  }
}
