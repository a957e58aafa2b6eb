// The bar under the picture. Every button says its state to the eye and to a screen reader.

const KEYS = { m: "mic", v: "camera" };

export class Toolbar {
  constructor(root, visit) {
    this.visit = visit;
    this.buttons = Object.fromEntries([...root.querySelectorAll("[data-tool]")].map((button) => [button.dataset.tool, button]));
    this.self = root.querySelector("[data-self]");
    const acts = {
      mic: () => this.#toggle("audio"),
      camera: () => this.#toggle("video"),
      share: () => this.#share(),
      devices: () => this.#devices(),
      chat: () => this.#chat(),
      panel: () => visit.panel.toggle(this.buttons.panel),
      finish: () => document.getElementById("terminer").showModal(),
    };
    for (const [name, act] of Object.entries(acts)) this.buttons[name]?.addEventListener("click", act);
    if (this.buttons.share && !navigator.mediaDevices?.getDisplayMedia) this.buttons.share.hidden = true;
    document.addEventListener("keydown", (event) => this.#onKey(event));
    this.show();
  }

  show() {
    const { audio, video } = this.visit.call.tracks;
    this.#showSwitch("mic", audio?.enabled, audio ? "Micro" : "Pas de micro");
    this.#showSwitch("camera", video?.enabled, video ? "Caméra" : "Pas de caméra");
    this.self.dataset.off = String(!video?.enabled);
    this.buttons.share?.setAttribute("aria-pressed", String(Boolean(this.visit.call.screen)));
  }

  markUnseen() {
    const button = this.buttons.chat;
    if (button.querySelector(".tool-dot")) return;
    const dot = document.createElement("span");
    dot.className = "tool-dot";
    const words = document.createElement("span");
    words.className = "visually-hidden";
    words.textContent = "nouveau message";
    dot.append(words);
    button.append(dot);
  }

  #showSwitch(name, isOn, word) {
    const button = this.buttons[name];
    button.dataset.off = String(!isOn);
    button.setAttribute("aria-pressed", String(Boolean(isOn)));
    button.querySelector(".tool-word").textContent = word;
  }

  async #toggle(kind) {
    const { call } = this.visit;
    const track = call.tracks[kind];
    if (!track) {
      await this.visit.changeDevice(kind === "audio" ? "audioinput" : "videoinput");
    } else if (kind === "audio") {
      call.setMicrophone(!track.enabled);
    } else {
      call.setCamera(!track.enabled);
    }
    this.show();
  }

  async #share() {
    const { call } = this.visit;
    if (call.screen) {
      await call.shareScreen(null);
    } else {
      try {
        const [track] = (await navigator.mediaDevices.getDisplayMedia({ video: true })).getVideoTracks();
        track.addEventListener("ended", () => this.show());
        await call.shareScreen(track);
      } catch {
        // The person closed the browser's choice: nothing is shared.
      }
    }
    this.show();
  }

  async #devices() {
    const dialog = document.getElementById("appareils");
    dialog.showModal();
    await this.visit.listDevices(dialog);
  }

  #chat() {
    const { panel } = this.visit;
    this.buttons.chat.querySelector(".tool-dot")?.remove();
    const section = document.getElementById("discussion");
    const isShown = panel.isOpen && (!section || section.open);
    if (isShown && !section) {
      panel.fold();
      return;
    }
    panel.open(this.buttons.chat);
    if (section) section.open = true;
    const field = panel.panel.querySelector("#message");
    field.scrollIntoView({ block: "nearest" });
    field.focus();
  }

  #onKey(event) {
    const isTyping = event.target.closest("input, textarea, select, dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    this.buttons[KEYS[event.key.toLowerCase()]]?.click();
  }
}
