// Dialogs of the page: opened by name, closed by their own buttons, by Escape or by a click beside them.

export function wireDialogs(root = document) {
  for (const dialog of root.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}

/** A button marked data-confirm asks once, in the dialog that it names; without JavaScript it simply submits. */
export function wireConfirmations(root = document) {
  for (const button of root.querySelectorAll("[data-confirm]")) {
    const dialog = document.getElementById(button.dataset.confirm);
    button.addEventListener("click", (event) => {
      if (dialog.dataset.agreed) return;
      event.preventDefault();
      dialog.showModal();
    });
    dialog.querySelector("[data-yes]").addEventListener("click", () => {
      dialog.dataset.agreed = "yes";
      dialog.close();
      button.form.requestSubmit(button);
    });
  }
}
