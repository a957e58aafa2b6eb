// One quiet line under the picture: the truth of the link on both sides.

const WORDS = { good: "bonne", fair: "moyenne", poor: "mauvaise" };

export class StatusLine {
  #own = "unknown";
  #others = {};
  #isShown = true;

  constructor(element, other) {
    this.element = element;
    this.other = other;
  }

  /** Nothing is said of a link that has no other end. */
  show(isShown) {
    this.#isShown = isShown;
    this.#show();
  }

  own(link) {
    this.#own = link;
    this.#show();
  }

  /** What the other seat says of itself: { audio, video, screen, link }. */
  others(state) {
    this.#others = state;
    this.#show();
  }

  #show() {
    const parts = [];
    if (!this.#isShown) {
      this.element.textContent = "";
      return;
    }
    if (this.#others.audio === false) parts.push(`${this.other} a coupé son micro`);
    if (this.#others.video === false && !this.#others.screen) parts.push(`${this.other} a éteint sa caméra`);
    if (this.#others.screen) parts.push(`${this.other} partage son écran`);
    if (this.#own === "poor" || this.#own === "fair") parts.push(`connexion ${WORDS[this.#own]} de votre côté`);
    const far = this.#others.link;
    if (far === "poor" || far === "fair") parts.push(`connexion ${WORDS[far]} du côté de ${this.other}`);
    const text = parts.join(" · ") || (this.#own === "good" ? "Connexion bonne" : "");
    const sentence = text.charAt(0).toUpperCase() + text.slice(1);
    if (this.element.textContent !== sentence) this.element.textContent = sentence;
  }
}
