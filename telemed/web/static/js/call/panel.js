// The panel: folds in on the right, is a sheet on a phone; Escape folds it and gives the focus back.

export class Panel {
  constructor(root) {
    this.panel = root.querySelector("[data-panel]");
    this.buttons = [...root.querySelectorAll('[aria-controls="panneau"]')];
    this.panel.querySelector("[data-fold]").addEventListener("click", () => this.fold());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.fold();
    });
    if (this.isOpen && matchMedia("(max-width: 63.99rem)").matches) this.#set(false);
  }

  get isOpen() {
    return this.panel.dataset.folded === "false";
  }

  open(opener) {
    this.opener = opener;
    this.#set(true);
  }

  fold() {
    this.#set(false);
    (this.opener ?? this.buttons[0])?.focus();
  }

  toggle(opener) {
    if (this.isOpen) this.fold();
    else this.open(opener);
  }

  #set(isOpen) {
    this.panel.dataset.folded = String(!isOpen);
    for (const button of this.buttons) {
      if (button.hasAttribute("aria-expanded")) button.setAttribute("aria-expanded", String(isOpen));
    }
  }
}
