// What the stage says over the picture: preparing, waiting, somebody missing with the seconds counted, the end.

const OFFER_PHONE_AFTER_S = 20;

export class Stage {
  #timer = 0;
  #since = null;

  constructor(root, { other, phone, dial, onPhone }) {
    this.stage = root.querySelector("[data-stage]");
    this.remote = root.querySelector("[data-remote]");
    this.lastFrame = root.querySelector("[data-last-frame]");
    this.message = root.querySelector("[data-message]");
    this.title = root.querySelector("[data-message-title]");
    this.text = root.querySelector("[data-message-text]");
    this.actions = root.querySelector("[data-message-actions]");
    this.other = other;
    this.phone = phone;
    this.dial = dial;
    this.onPhone = onPhone;
  }

  /** A sentence over the stage, with elements to act on. */
  say(title, text = "", actions = []) {
    this.#stop();
    this.stage.dataset.missing = "false";
    this.lastFrame.hidden = true;
    this.#write(title, text, actions);
  }

  #write(title, text, actions) {
    this.message.hidden = false;
    this.title.textContent = title;
    this.text.textContent = text;
    this.actions.replaceChildren(...actions);
  }

  /** The picture alone. */
  clear() {
    this.#stop();
    this.stage.dataset.missing = "false";
    this.message.hidden = true;
    this.lastFrame.hidden = true;
  }

  /** Keep the picture as it is now: the element turns black once its stream has ended. */
  keepLastFrame() {
    const { videoWidth: width, videoHeight: height } = this.remote;
    if (!width || !this.lastFrame.hidden) return;
    Object.assign(this.lastFrame, { width, height });
    this.lastFrame.getContext("2d").drawImage(this.remote, 0, 0, width, height);
    this.lastFrame.hidden = false;
  }

  /** The other is missing since an instant: the last frame dims and the seconds are counted. */
  missing(since = Date.now(), hint = "") {
    if (this.#since !== null) return;
    this.#stop();
    this.#write("", hint, []);
    this.stage.dataset.missing = "true";
    this.#since = since;
    this.#count();
    this.#timer = setInterval(() => this.#count(), 1000);
  }

  #count() {
    const seconds = Math.max(0, Math.round((Date.now() - this.#since) / 1000));
    this.title.textContent = `${this.other} se reconnecte… (${tellSeconds(seconds)})`;
    if (seconds >= OFFER_PHONE_AFTER_S && this.phone && !this.actions.childElementCount) this.#offerPhone();
  }

  #offerPhone() {
    const link = document.createElement("a");
    link.className = "button";
    link.href = `tel:${this.dial || this.phone.replace(/\s/g, "")}`;
    link.textContent = `Appeler le ${this.phone}`;
    link.addEventListener("click", () => this.onPhone?.());
    this.text.textContent = "La vidéo ne revient pas encore. La consultation peut continuer par téléphone.";
    this.actions.replaceChildren(link);
  }

  #stop() {
    clearInterval(this.#timer);
    this.#since = null;
  }
}

/** `12 s`, then `1 min 05`. */
export function tellSeconds(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes ? `${minutes} min ${String(seconds % 60).padStart(2, "0")}` : `${seconds} s`;
}
