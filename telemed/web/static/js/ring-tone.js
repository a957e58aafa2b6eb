// A call that is heard: two short notes, again every three seconds, in one tab of the browser alone.

const LOCK = "telemed.ring-tone";
const EVERY_MS = 3000;
const NOTES = [
  { hertz: 660, from: 0 },
  { hertz: 880, from: 0.35 },
];

/** Sound until the function that it gives is called. A browser that wants a gesture first stays silent; the page shows the call anyway. */
export function ringTone() {
  const stopped = new AbortController();
  if (navigator.locks) navigator.locks.request(LOCK, { signal: stopped.signal }, () => play(stopped.signal)).catch(() => {});
  else play(stopped.signal);
  return () => stopped.abort();
}

function play(signal) {
  const context = new AudioContext();
  const once = () => NOTES.forEach((note) => sound(context, note));
  once();
  const timer = setInterval(once, EVERY_MS);
  return new Promise((done) => {
    const end = () => {
      clearInterval(timer);
      context.close();
      done();
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

function sound(context, { hertz, from }) {
  const start = context.currentTime + from;
  const tone = new OscillatorNode(context, { frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.2, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.3);
}
