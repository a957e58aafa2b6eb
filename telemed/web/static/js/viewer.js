// The viewer: one picture over the whole page, zoomed, moved, turned and lit by mouse, fingers or keyboard.

const MOST = 16;
const STEP = 1.3;
const PLAIN = { scale: 1, x: 0, y: 0, turn: 0, brightness: 100, contrast: 100, isInverted: false, window: null };

/** Links marked data-piece open in `dialog`; without a picture to show they lead to their page, as without us. */
export function wireViewer(section, dialog) {
  const viewer = new Viewer(dialog);
  section.addEventListener("click", (event) => {
    const link = event.target.closest("[data-piece]");
    if (!link?.dataset.piece || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const links = [...section.querySelectorAll("[data-piece]")].filter((one) => one.dataset.piece);
    viewer.open(links.map(pieceOf), links.indexOf(link));
  });
}

function pieceOf(link) {
  const { piece, frames, kind, name, original } = link.dataset;
  return { shown: piece, frames: Number(frames), kind, name, original };
}

export class Viewer {
  constructor(dialog) {
    this.dialog = dialog;
    this.picture = dialog.querySelector("[data-picture]");
    this.stage = dialog.querySelector("[data-stage]");
    this.wait = dialog.querySelector("[data-wait]");
    this.windowForm = dialog.querySelector("[data-window]");
    this.fingers = new Map();
    this.wire();
  }

  open(pieces, index) {
    this.pieces = pieces;
    this.dialog.showModal();
    this.go(index, 0);
  }

  get piece() {
    return this.pieces[this.index];
  }

  go(index, frame) {
    this.index = index;
    this.frame = frame;
    Object.assign(this, PLAIN);
    this.dialog.querySelector("[data-name]").textContent = this.piece.name;
    this.dialog.querySelector("[data-original]").href = this.piece.original;
    this.windowForm.hidden = this.piece.kind !== "dicom";
    this.windowForm.reset();
    this.show();
  }

  /** The next picture: another frame of this piece, or the next piece. */
  move(by) {
    const frame = this.frame + by;
    if (frame >= 0 && frame < this.piece.frames) return this.look(frame);
    const index = this.index + by;
    if (index < 0 || index >= this.pieces.length) return;
    this.go(index, by > 0 ? 0 : this.pieces[index].frames - 1);
  }

  /** Another frame, as lit, turned and zoomed as this one. */
  look(frame) {
    this.frame = frame;
    this.show();
  }

  show() {
    const { shown, frames, name } = this.piece;
    const asked = new URLSearchParams({ frame: this.frame, ...this.window });
    const place = frames > 1 ? `${this.frame + 1} sur ${frames}` : "";
    this.dialog.querySelector("[data-place]").textContent = place;
    this.picture.alt = place ? `${name}, ${place}` : name;
    this.wait.textContent = "Un instant…";
    this.picture.src = `${shown}?${asked}`;
    this.apply();
    this.allow("previous", this.index > 0 || this.frame > 0);
    this.allow("next", this.index < this.pieces.length - 1 || this.frame < frames - 1);
  }

  allow(gesture, isPossible) {
    this.dialog.querySelector(`[data-do="${gesture}"]`).disabled = !isPossible;
  }

  apply() {
    this.keepInSight();
    const { scale, x, y, turn, brightness, contrast, isInverted } = this;
    this.picture.style.transform = `translate(${x}px, ${y}px) scale(${scale}) rotate(${turn * 90}deg)`;
    this.picture.style.filter = `invert(${isInverted ? 1 : 0}) brightness(${brightness}%) contrast(${contrast}%)`;
    this.picture.style.imageRendering = scale > 6 ? "pixelated" : "auto";
    for (const slide of this.dialog.querySelectorAll("[data-set]")) slide.value = this[slide.dataset.set];
    this.dialog.querySelector('[data-do="invert"]').setAttribute("aria-pressed", String(isInverted));
  }

  keepInSight() {
    const isLying = this.turn % 2 === 1;
    const [width, height] = isLying
      ? [this.picture.offsetHeight, this.picture.offsetWidth]
      : [this.picture.offsetWidth, this.picture.offsetHeight];
    const reach = (size, room) => Math.max(0, (size * this.scale - room) / 2);
    const [across, down] = [reach(width, this.stage.clientWidth), reach(height, this.stage.clientHeight)];
    this.x = Math.min(across, Math.max(-across, this.x));
    this.y = Math.min(down, Math.max(-down, this.y));
  }

  /** Zoom around a point of the screen, the middle by default: what is under it stays there. */
  zoom(factor, at = null) {
    const scale = Math.min(MOST, Math.max(1, this.scale * factor));
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const [fromX, fromY] = at ? [at.x - left - width / 2, at.y - top - height / 2] : [0, 0];
    this.x = fromX - ((fromX - this.x) * scale) / this.scale;
    this.y = fromY - ((fromY - this.y) * scale) / this.scale;
    this.scale = scale;
    this.apply();
  }

  turnOnce() {
    this.turn = (this.turn + 1) % 4;
    this.apply();
  }

  invert() {
    this.isInverted = !this.isInverted;
    this.apply();
  }

  /** As it was opened. */
  fit() {
    const hadWindow = this.window !== null;
    Object.assign(this, PLAIN);
    this.windowForm.reset();
    if (hadWindow) this.show();
    else this.apply();
  }

  light(name, by) {
    const slide = this.dialog.querySelector(`[data-set="${name}"]`);
    this[name] = Math.min(Number(slide.max), Math.max(Number(slide.min), this[name] + by));
    this.apply();
  }

  slide(x, y) {
    this.x += x;
    this.y += y;
    this.apply();
  }

  wire() {
    const gestures = {
      previous: () => this.move(-1),
      next: () => this.move(1),
      in: () => this.zoom(STEP),
      out: () => this.zoom(1 / STEP),
      fit: () => this.fit(),
      turn: () => this.turnOnce(),
      invert: () => this.invert(),
    };
    this.dialog.addEventListener("click", (event) => gestures[event.target.closest("[data-do]")?.dataset.do]?.());
    this.dialog.addEventListener("input", (event) => {
      const { set } = event.target.dataset;
      if (!set) return;
      this[set] = Number(event.target.value);
      this.apply();
    });
    this.windowForm.addEventListener("submit", (event) => {
      event.preventDefault();
      this.window = Object.fromEntries(new FormData(this.windowForm));
      this.show();
    });
    this.dialog.addEventListener("keydown", (event) => this.onKey(event));
    this.dialog.addEventListener("close", () => {
      this.picture.removeAttribute("src");
      document.querySelector(`[data-piece="${this.piece.shown}"]`)?.focus(); // the grid may have changed meanwhile
    });
    this.picture.addEventListener("load", () => {
      this.wait.textContent = "";
      this.apply();
    });
    this.picture.addEventListener("error", () => {
      if (this.picture.hasAttribute("src")) this.wait.textContent = "Cette image n’a pas pu être affichée.";
    });
    this.wirePointers();
  }

  onKey(event) {
    if (event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = 60;
    const isClose = this.scale > 1;
    const keys = {
      "+": () => this.zoom(STEP),
      "=": () => this.zoom(STEP),
      "-": () => this.zoom(1 / STEP),
      0: () => this.fit(),
      r: () => this.turnOnce(),
      i: () => this.invert(),
      "]": () => this.light("contrast", 10),
      "[": () => this.light("contrast", -10),
      ".": () => this.light("brightness", 10),
      ",": () => this.light("brightness", -10),
      PageDown: () => this.move(1),
      PageUp: () => this.move(-1),
      ArrowRight: () => (isClose ? this.slide(-far, 0) : this.move(1)),
      ArrowLeft: () => (isClose ? this.slide(far, 0) : this.move(-1)),
      ArrowDown: () => (isClose ? this.slide(0, -far) : this.move(1)),
      ArrowUp: () => (isClose ? this.slide(0, far) : this.move(-1)),
    };
    const gesture = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!gesture) return;
    event.preventDefault();
    gesture();
  }

  /** One finger moves, two zoom around their middle; the wheel zooms; a double tap comes closer or goes back. */
  wirePointers() {
    const { stage, fingers } = this;
    stage.addEventListener("pointerdown", (event) => {
      stage.setPointerCapture(event.pointerId);
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    stage.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      if (fingers.size === 1) {
        this.slide(now.x - before.x, now.y - before.y);
      } else {
        const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
        const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
        this.zoom(distance(now, other) / Math.max(1, distance(before, other)), middle);
      }
      fingers.set(event.pointerId, now);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    stage.addEventListener("dblclick", (event) => {
      if (this.scale > 1) this.fit();
      else this.zoom(2.5, { x: event.clientX, y: event.clientY });
    });
    stage.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoom(Math.exp(-event.deltaY / 400), { x: event.clientX, y: event.clientY });
      },
      { passive: false },
    );
  }
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
