// A short sound for what must be seen at once: off until somebody turns it on, in this browser.

const KEPT = "telemed-board-sound";

/** `button` turns it on and off; returns what rings when it is on. */
export function makeChime(button) {
  let context = null;
  let isOn = localStorage.getItem(KEPT) === "on";

  function draw() {
    button.setAttribute("aria-pressed", String(isOn));
  }

  function wake() {
    context ??= new AudioContext();
    context.resume();
  }

  function ring() {
    if (!isOn || !context) return;
    const tone = context.createOscillator();
    const volume = context.createGain();
    const now = context.currentTime;
    tone.frequency.setValueAtTime(660, now);
    tone.frequency.setValueAtTime(880, now + 0.15);
    volume.gain.setValueAtTime(0.0001, now);
    volume.gain.exponentialRampToValueAtTime(0.2, now + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.4);
    tone.connect(volume).connect(context.destination);
    tone.start(now);
    tone.stop(now + 0.45);
  }

  button.addEventListener("click", () => {
    isOn = !isOn;
    localStorage.setItem(KEPT, isOn ? "on" : "off");
    draw();
    if (isOn) wake();
    ring();
  });
  // A browser lets a page be heard once somebody has touched it.
  addEventListener("pointerdown", () => isOn && wake(), { once: true });
  addEventListener("keydown", () => isOn && wake(), { once: true });
  draw();
  return { ring };
}
