/**
 * What this person is told, as it happens: one stream of /events for all the tabs of a browser.
 * See docs/reference/live-events.md.
 */

/** @typedef {{kind: string, subject?: string, at?: string, number: number}} LiveEvent */

const ADDRESS = "/events";
const LOCK = "telemed-events";
const FIRST_WAIT_MS = 5000;
const LONGEST_WAIT_MS = 120_000;
const UNHEARD_MS = 20_000;
const EVERYTHING = Object.freeze(["reload", "poll"]);

/** @type {Map<string, Set<(event: LiveEvent) => void>>} */
const listeners = new Map();
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel(LOCK) : null;
let last = null;
let isOpen = false;
let hasBegun = false;
let isHeard = false;
let letGo = null;

/**
 * Call `receive` whenever one of `kinds` (words separated by spaces) is told, and after a time in which something may
 * have been missed: the event's kind is then "reload" or "poll". What happened between the drawing of the page and the
 * beginning of the stream is told to nobody: who shows what may have changed then subscribes to "hello" too, and asks.
 * Returns a function that ends it.
 * @param {string} kinds
 * @param {(event: LiveEvent) => void} receive
 */
export function subscribe(kinds, receive) {
  const names = [...kinds.split(" ").filter(Boolean), ...EVERYTHING];
  for (const name of names) {
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(receive);
  }
  begin();
  if (isHeard && names.includes("hello")) receive({ kind: "hello", number: last ?? 0 });
  return () => names.forEach((name) => listeners.get(name).delete(receive));
}

function begin() {
  if (hasBegun) return;
  hasBegun = true;
  if (others) others.onmessage = ({ data }) => hear(data);
  seek();
  setInterval(() => isOpen || hear({ kind: "poll", number: last ?? 0 }), UNHEARD_MS);
  // A page kept for the back button must not keep the stream of the others.
  addEventListener("pagehide", () => letGo?.());
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    seek();
    hear({ kind: "poll", number: last ?? 0 });
  });
}

/**
 * Have the stream, or wait for the tab that has it to go: then we hear it from now on, and what happened since our page
 * was drawn is to be asked for, as at the `hello` of a stream. Without locks each tab has its own.
 */
function seek() {
  const held = () => new Promise((resolve) => {
    const close = listen();
    letGo = () => { close(); resolve(); letGo = null; };
  });
  if (!navigator.locks) {
    held();
    return;
  }
  navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
    if (lock) return held();
    tell({ kind: "hello", number: last ?? 0 });
    navigator.locks.request(LOCK, held);
    return null;
  });
}

/** Open the stream, again and again, later and later when it is refused. Returns what closes it. */
function listen() {
  let wait = FIRST_WAIT_MS;
  let timer = 0;
  let source = null;

  function open() {
    source = new EventSource(last === null ? ADDRESS : `${ADDRESS}?after=${last}`);
    source.onmessage = ({ data, lastEventId }) => {
      wait = FIRST_WAIT_MS;
      share({ ...JSON.parse(data), number: Number(lastEventId) });
    };
    source.onerror = () => {
      share({ kind: "lost", number: last ?? 0 });
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

function share(event) {
  others?.postMessage(event);
  hear(event);
}

/** @param {LiveEvent} event */
function hear(event) {
  if (event.kind === "lost") isOpen = false;
  else if (event.kind !== "poll") isOpen = true;
  const isNews = event.number > (last ?? -1) || EVERYTHING.includes(event.kind);
  if (event.kind !== "poll") last = event.kind === "reload" ? event.number : Math.max(last ?? 0, event.number);
  if (isNews) tell(event);
}

/** @param {LiveEvent} event */
function tell(event) {
  isHeard ||= event.kind === "hello";
  listeners.get(event.kind)?.forEach((receive) => receive(event));
}
