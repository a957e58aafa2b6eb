// A closer look at one curve: a canvas that zooms and moves by wheel, finger, mouse or keyboard, and says each measure.

const MARGIN = { left: 56, right: 16, top: 16, bottom: 32 };
const SHORTEST = 10 * 60 * 1000;

/** Give the page's zoom its dialog, if it has one. */
export function wireZoom() {
  const part = document.querySelector("[data-zoom]");
  if (part) new Zoom(part);
}

class Zoom {
  constructor(part) {
    this.part = part;
    this.dialog = part.querySelector("dialog");
    this.canvas = part.querySelector("[data-zoom-canvas]");
    this.read = part.querySelector("[data-zoom-read]");
    this.choice = part.querySelector("select");
    this.fingers = new Map();
    part.hidden = false;
    const on = (name, act) => part.querySelector(`[data-${name}]`).addEventListener("click", act);
    on("open-zoom", () => this.open());
    on("zoom-in", () => this.scale(0.5));
    on("zoom-out", () => this.scale(2));
    on("zoom-all", () => this.show(this.whole));
    on("zoom-close", () => this.dialog.close());
    this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.canvas.addEventListener(name, (event) => this.pointer(event));
    }
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  async open() {
    const { zoom, span, day } = this.part.dataset;
    const query = new URLSearchParams({ signal: this.choice.value, periode: span, jour: day });
    const response = await fetch(`${zoom}?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok) {
      this.read.textContent = "Cette courbe n’a pas pu être lue. Rechargez la page.";
      return;
    }
    this.curve = await response.json();
    this.at = this.curve.points.length - 1;
    this.whole = [this.curve.start, this.curve.end];
    this.part.querySelector("[data-zoom-title]").textContent = this.curve.title;
    this.dialog.showModal();
    this.canvas.focus();
    this.show(this.whole);
    this.say();
  }

  show([start, end]) {
    this.start = start;
    this.end = end;
    this.draw();
  }

  /** Zoom by a factor around an instant; never beyond the whole, nor closer than ten minutes. */
  scale(factor, around = this.point()?.[0] ?? (this.start + this.end) / 2) {
    const length = Math.min(Math.max((this.end - this.start) * factor, SHORTEST), this.whole[1] - this.whole[0]);
    const share = (around - this.start) / (this.end - this.start);
    this.moveTo(around - length * share, length);
  }

  moveTo(start, length = this.end - this.start) {
    const first = Math.min(Math.max(start, this.whole[0]), this.whole[1] - length);
    this.show([first, first + length]);
  }

  point() {
    return this.curve?.points[this.at];
  }

  wheel(event) {
    event.preventDefault();
    this.scale(event.deltaY > 0 ? 1.25 : 0.8, this.instant(event.offsetX));
  }

  key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity };
    if (event.key in steps) this.step(steps[event.key]);
    else if (event.key === "+" || event.key === "=") this.scale(0.5);
    else if (event.key === "-") this.scale(2);
    else if (event.key === "0") this.show(this.whole);
    else return;
    event.preventDefault();
  }

  step(count) {
    const last = this.curve.points.length - 1;
    if (last < 0) return;
    this.at = Math.min(Math.max(this.at + count, 0), last);
    const at = this.point()[0];
    if (at < this.start || at > this.end) this.moveTo(at - (this.end - this.start) / 2);
    this.draw();
    this.say();
  }

  pointer(event) {
    if (event.type === "pointerdown") {
      this.canvas.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, event.offsetX);
    } else if (event.type === "pointermove" && this.fingers.has(event.pointerId)) {
      this.drag(event);
    } else if (event.type !== "pointermove") {
      this.fingers.delete(event.pointerId);
      this.nearest(this.instant(event.offsetX));
    }
  }

  drag(event) {
    const before = [...this.fingers.values()];
    this.fingers.set(event.pointerId, event.offsetX);
    const after = [...this.fingers.values()];
    if (after.length === 2) {
      const spread = Math.abs(after[0] - after[1]) || 1;
      this.scale((Math.abs(before[0] - before[1]) || 1) / spread, this.instant((after[0] + after[1]) / 2));
    } else {
      const width = this.canvas.clientWidth - MARGIN.left - MARGIN.right;
      this.moveTo(this.start - ((after[0] - before[0]) / width) * (this.end - this.start));
    }
  }

  nearest(instant) {
    const { points } = this.curve;
    if (!points.length) return;
    const gap = (index) => Math.abs(points[index][0] - instant);
    this.at = points.reduce((best, _point, index) => (gap(index) < gap(best) ? index : best), 0);
    this.draw();
    this.say();
  }

  instant(x) {
    const width = this.canvas.clientWidth - MARGIN.left - MARGIN.right;
    return this.start + ((x - MARGIN.left) / width) * (this.end - this.start);
  }

  say() {
    const point = this.point();
    this.read.textContent = point ? `${this.when(point[0])} : ${point[4]}` : "Aucune mesure sur cette période.";
  }

  when(instant, options = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" }) {
    return new Intl.DateTimeFormat("fr-FR", { timeZone: this.curve.zone, ...options }).format(instant);
  }

  draw() {
    if (!this.curve || !this.dialog.open) return;
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const low = Math.min(...this.curve.points.map((one) => one[2]), ...this.curve.limits.map((one) => one.value));
    const high = Math.max(...this.curve.points.map((one) => one[3]), ...this.curve.limits.map((one) => one.value));
    const room = (high - low || Math.abs(high) || 1) * 0.1;
    const frame = { width, height, low: low - room, high: high + room };
    const x = (at) =>
      MARGIN.left + ((at - this.start) / (this.end - this.start)) * (width - MARGIN.left - MARGIN.right);
    const y = (value) =>
      height - MARGIN.bottom - ((value - frame.low) / (frame.high - frame.low)) * (height - MARGIN.top - MARGIN.bottom);
    pen.fillStyle = colour("ground");
    pen.fillRect(MARGIN.left, MARGIN.top, width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom);
    pen.font = `12px ${style.getPropertyValue("--font")}`;
    this.axes(pen, frame, x, y, colour);
    pen.save();
    pen.beginPath();
    pen.rect(MARGIN.left, MARGIN.top, width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom);
    pen.clip();
    this.limits(pen, frame, x, y, colour);
    this.gaps(pen, frame, x, colour);
    this.line(pen, x, y, colour);
    pen.restore();
  }

  axes(pen, { width, height, low, high }, x, y, colour) {
    pen.fillStyle = colour("ink-soft");
    pen.strokeStyle = colour("line");
    const step = roundStep((high - low) / 4);
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
      const said = value.toLocaleString("fr-FR", { maximumSignificantDigits: 4 });
      pen.textAlign = "right";
      pen.fillText(said, MARGIN.left - 6, y(value) + 4);
      pen.beginPath();
      pen.moveTo(MARGIN.left, y(value));
      pen.lineTo(width - MARGIN.right, y(value));
      pen.stroke();
    }
    const columns = Math.max(2, Math.floor(width / 140));
    const isShort = this.end - this.start < 3 * 86_400_000;
    const options = isShort
      ? { weekday: "short", hour: "2-digit", minute: "2-digit" }
      : { day: "numeric", month: "short" };
    pen.textAlign = "left";
    for (let index = 0; index < columns; index += 1) {
      const at = this.start + ((this.end - this.start) * index) / columns;
      pen.fillText(this.when(at, options), x(at), height - 10);
    }
  }

  limits(pen, { height }, x, y, colour) {
    for (const { start, end, value, isHigh } of this.curve.limits) {
      const edge = isHigh ? MARGIN.top : height - MARGIN.bottom;
      pen.fillStyle = colour("soon-soft");
      pen.fillRect(x(start), Math.min(edge, y(value)), x(end) - x(start), Math.abs(edge - y(value)));
      pen.strokeStyle = colour("soon");
      pen.setLineDash([6, 4]);
      pen.beginPath();
      pen.moveTo(x(start), y(value));
      pen.lineTo(x(end), y(value));
      pen.stroke();
      pen.setLineDash([]);
    }
  }

  gaps(pen, { height }, x, colour) {
    pen.strokeStyle = colour("edge");
    for (const [start, end] of this.curve.gaps) {
      pen.save();
      pen.beginPath();
      pen.rect(x(start), MARGIN.top, x(end) - x(start), height - MARGIN.top - MARGIN.bottom);
      pen.clip();
      pen.beginPath();
      for (let at = Math.max(x(start), 0) - height; at < Math.min(x(end), this.canvas.clientWidth); at += 10) {
        pen.moveTo(at, height);
        pen.lineTo(at + height, 0);
      }
      pen.stroke();
      pen.restore();
    }
  }

  line(pen, x, y, colour) {
    pen.strokeStyle = colour("accent");
    pen.fillStyle = colour("accent");
    pen.lineWidth = 2;
    pen.beginPath();
    let before = null;
    for (const point of this.curve.points) {
      const isBroken = before !== null && this.curve.gaps.some(([start, end]) => start >= before && end <= point[0]);
      if (before === null || isBroken) pen.moveTo(x(point[0]), y(point[1]));
      else pen.lineTo(x(point[0]), y(point[1]));
      before = point[0];
    }
    pen.stroke();
    const seen = this.curve.points.filter((one) => one[0] >= this.start && one[0] <= this.end);
    if (seen.length < 150) for (const point of seen) dot(pen, x(point[0]), y(point[1]), 3);
    const point = this.point();
    if (!point) return;
    pen.strokeStyle = colour("ink");
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x(point[0]), 0);
    pen.lineTo(x(point[0]), this.canvas.clientHeight - MARGIN.bottom);
    pen.stroke();
    pen.fillStyle = colour("ink");
    dot(pen, x(point[0]), y(point[1]), 5);
  }
}

/** The smallest of 1, 2 and 5 times a power of ten that is no less than this. */
function roundStep(wanted) {
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([1, 2, 5].find((times) => times * power >= wanted) ?? 10);
}

function dot(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}
