/**
 * The signalling socket of one page: joins a room, stays in it through lost networks, reloads and server restarts.
 * Protocol: docs/reference/signaling-protocol.md.
 *
 * Events (CustomEvent, `detail` is the message of the protocol unless said otherwise):
 *   welcome   joined or joined again; `detail.resumed` false: what was in flight is gone
 *   presence  `detail.seats`: the others, each with status here|dropped|left, since, state
 *   admission waiting  a guest is let in / its place in the queue
 *   chat      one line of another, or of ours before a reload: {id, seat, role, at, text}
 *   signal    offer, answer, candidate or restart of another page
 *   ice       fresh ICE servers
 *   settled   {n}: everything up to message n is dealt with
 *   error     a message was refused, the socket stays
 *   lost      the socket is gone, we are coming back; {attempt}
 *   ended     {code, close}: over for good (superseded, room_closed, host_taken, left, ...)
 */

import { Heard, Said } from "./stream.js";

const VERSION = 1;
const QUIET_MS = 10_000;
const ANSWER_MS = 5_000;
const OPEN_MS = 8_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const ACK_MS = 100;
const TOKEN_REFUSED = 4401;
const SUPERSEDED = 4409;
/** After these the page does not come back by itself. */
const FINAL = new Set([1000, 4400, 4403, 4409, 4410]);
const SIGNALS = new Set(["offer", "answer", "candidate", "restart"]);

/**
 * @typedef {object} Seat another member of the room
 * @property {string} seat
 * @property {"host"|"guest"} role
 * @property {"here"|"dropped"|"left"} status
 * @property {string} since ISO instant of the server's clock, see `elapsed`
 * @property {boolean} admitted
 * @property {string|null} peer the page to call; null when it cannot be called
 * @property {boolean} polite do we give way to it when both negotiate?
 * @property {{audio: boolean, video: boolean, screen: boolean, link: string}|null} state
 */

/**
 * @typedef {object} Options
 * @property {string} url path or address of the socket
 * @property {() => Promise<string>} getToken a fresh join token; reject with `{final: true}` when there is none to have
 * @property {string} [storageKey] where a reloaded page finds its session: one per visit
 * @property {Storage} [storage]
 */

export class Signaling extends EventTarget {
  /** @param {Options} options */
  constructor({ url, getToken, storageKey = "signaling", storage = window.sessionStorage }) {
    super();
    this.url = new URL(url, location.href);
    this.url.protocol = this.url.protocol.replace("http", "ws");
    this.getToken = getToken;
    this.storage = storage;
    this.storageKey = storageKey;
    this.page = randomName();
    this.said = new Said();
    this.heard = new Heard();
    /** @type {Set<string>} */
    this.lines = new Set();
    /** @type {Seat[]} */
    this.seats = [];
    /** @type {Seat[]} those whom a server that has restarted does not know yet */
    this.expected = [];
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    this.peer = "";
    this.seat = "";
    this.role = "";
    this.admitted = false;
    this.isConnected = false;
    this.ended = null;
    this.attempt = 0;
    this.clockOffset = 0;
    /** @type {WebSocket|null} */
    this.socket = null;
    this.onWake = () => this.checkNow();
  }

  /** Begin, and stay. Resolves with the first welcome, rejects with `ended`. */
  join() {
    this.ended = null;
    for (const event of ["online", "pageshow", "focus"]) window.addEventListener(event, this.onWake);
    return new Promise((resolve, reject) => {
      this.addEventListener("welcome", (event) => resolve(event.detail), { once: true });
      this.addEventListener("ended", (event) => reject(event.detail), { once: true });
      this.connect();
    });
  }

  /** After `superseded`: take the seat back from the other tab or device. */
  takeBack() {
    this.forget();
    this.page = randomName();
    this.said = new Said();
    this.heard = new Heard();
    return this.join();
  }

  /**
   * Say something that is heard once, now or as soon as the line is back.
   * @param {string} type
   * @param {object} fields
   * @returns {number} its number, see `settled`
   * @throws {RangeError} when it is larger than a frame may be
   */
  send(type, fields) {
    const { n, frame } = this.said.add(type, fields);
    this.write(frame);
    return n;
  }

  /** @param {string} text */
  chat(text) {
    const n = this.send("chat", { text });
    this.lines.add(`${this.peer}:${n}`);
    return n;
  }

  /** @param {{audio: boolean, video: boolean, screen: boolean, link: string}} state */
  setState(state) {
    return this.send("state", state);
  }

  /**
   * A line of the continuity ledger, by this page's clock.
   * @param {string} kind
   * @param {Record<string, number|boolean|string>} [details] numbers and words, never free text
   */
  report(kind, details = {}) {
    return this.send("report", { kind, at: new Date().toISOString(), details });
  }

  /** ICE servers whose credentials are fresh: the present ones when no answer comes. */
  freshIce() {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.removeEventListener("ice", done);
        resolve(this.iceServers);
      };
      const timer = setTimeout(done, 2_000);
      this.addEventListener("ice", done);
      this.write('{"type":"ice"}');
    });
  }

  /** How many milliseconds ago was this instant of the server's clock? @param {string} instant */
  elapsed(instant) {
    return Math.max(0, Date.now() + this.clockOffset - Date.parse(instant));
  }

  /** Leave the room on purpose. */
  leave() {
    this.write('{"type":"leave"}');
    this.end("left", 1000);
  }

  async connect() {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    let join;
    try {
      join = await this.joinFrame();
    } catch (failure) {
      if (failure?.final) this.end(failure.code ?? "token_refused", TOKEN_REFUSED);
      else this.retry();
      return;
    }
    if (this.ended) return;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.lastError = "";
    this.openTimer = setTimeout(() => this.giveUp(socket), OPEN_MS);
    socket.onopen = () => socket.send(join);
    socket.onmessage = (event) => this.socket === socket && this.take(JSON.parse(event.data));
    socket.onclose = (event) => this.socket === socket && this.closed(event.code);
  }

  async joinFrame() {
    const resume = this.storage.getItem(this.storageKey);
    this.isResuming = Boolean(resume);
    const credential = resume ? { resume } : { token: await this.getToken() };
    const { epoch, last: received } = this.heard;
    return JSON.stringify({
      type: "join", protocol: VERSION, page: this.page, next: this.said.next, epoch, received, ...credential,
    });
  }

  /** @param {any} message */
  take(message) {
    this.heardAt = performance.now();
    if (!this.heard.isNew(message)) return;
    if (message.s !== undefined) this.acknowledgeSoon();
    switch (message.type) {
      case "welcome": return this.welcome(message);
      case "presence": this.setClock(message.now); this.setSeats(message.seats); break;
      case "admission": this.admitted = message.admitted; break;
      case "ice": this.keepIce(message, message.resume_token); break;
      case "ack": this.said.settle(message.n); return this.emit("settled", { n: message.n });
      case "error": this.lastError = message.code; if (message.fatal) return; break;
      case "closed": this.lastError = "room_closed"; return;
      case "pong": return;
      case "chat": return this.line(message);
      default: if (SIGNALS.has(message.type)) return this.emit("signal", message);
    }
    this.emit(message.type, message);
  }

  welcome(message) {
    clearTimeout(this.openTimer);
    this.attempt = 0;
    this.isConnected = true;
    const isRestart = this.heard.epoch !== "" && this.heard.epoch !== message.epoch;
    this.heard.begin(message);
    for (const name of ["peer", "seat", "role", "admitted"]) this[name] = message[name];
    this.setClock(message.now);
    if (isRestart) this.expectBack(message);
    this.setSeats(message.seats);
    this.keepIce(message.ice, message.resume_token);
    this.said.settle(message.received);
    for (const { frame } of this.said.pending) this.write(frame);
    this.watch();
    this.emit("welcome", message);
    for (const line of message.chat) this.line(line);
  }

  /** A line of the conversation, told once: a welcome repeats those of before. */
  line(line) {
    if (this.lines.has(line.id)) return;
    this.lines.add(line.id);
    this.emit("chat", line);
  }

  /** @param {Seat[]} seats */
  setSeats(seats) {
    const told = new Set(seats.map((seat) => seat.seat));
    this.expected = this.expected.filter((seat) => !told.has(seat.seat));
    this.seats = [...seats, ...this.expected];
  }

  /** A server that has restarted knows only those who are back: the others are missed, not gone, for as long. */
  expectBack({ now, resume_within: seconds }) {
    const missed = this.seats.filter((seat) => seat.status !== "left");
    this.expected = missed.map((seat) => ({ ...seat, status: "dropped", since: now }));
    clearTimeout(this.expectTimer);
    this.expectTimer = setTimeout(() => {
      this.seats = this.seats.filter((seat) => !this.expected.includes(seat));
      this.expected = [];
      this.emit("presence", { seats: this.seats });
    }, seconds * 1000);
  }

  setClock(now) {
    this.clockOffset = Date.parse(now) - Date.now();
  }

  keepIce({ servers, expires_in: seconds }, resumeToken) {
    this.iceServers = servers;
    this.storage.setItem(this.storageKey, resumeToken);
    clearTimeout(this.iceTimer);
    this.iceTimer = setTimeout(() => this.write('{"type":"ice"}'), seconds * 800);
  }

  acknowledgeSoon() {
    this.ackTimer ??= setTimeout(() => {
      this.ackTimer = undefined;
      this.write(JSON.stringify({ type: "ack", s: this.heard.last }));
    }, ACK_MS);
  }

  /** @param {string} frame */
  write(frame) {
    if (this.isConnected && this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  /** A socket may look open long after the network is gone: ask for a sign of life when it is quiet. */
  watch() {
    clearTimeout(this.watchTimer);
    this.watchTimer = setTimeout(() => this.checkNow(), QUIET_MS);
  }

  checkNow() {
    if (this.ended) return;
    if (!this.isConnected) {
      if (this.retryTimer) this.connect();
      return;
    }
    const socket = this.socket;
    const asked = performance.now();
    this.write('{"type":"ping"}');
    clearTimeout(this.watchTimer);
    this.watchTimer = setTimeout(() => (this.heardAt >= asked ? this.watch() : this.giveUp(socket)), ANSWER_MS);
  }

  giveUp(socket) {
    if (this.socket !== socket) return;
    socket.close();
    this.closed(1006);
  }

  /** @param {number} code of the close */
  closed(code) {
    if (this.ended) return;
    this.socket = null;
    this.isConnected = false;
    for (const timer of [this.openTimer, this.watchTimer, this.iceTimer]) clearTimeout(timer);
    const isStale = this.isResuming && (code === TOKEN_REFUSED || (code === SUPERSEDED && !this.peer));
    if (isStale) this.forget();
    else if (FINAL.has(code) || (code === TOKEN_REFUSED && this.attempt > 1)) {
      this.end(this.lastError || "closed", code);
      return;
    }
    this.retry();
  }

  retry() {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.attempt, LONGEST_PAUSE_MS) * (0.5 + Math.random());
    this.attempt += 1;
    this.retryTimer = setTimeout(() => this.connect(), pause);
    this.emit("lost", { attempt: this.attempt });
  }

  end(code, close) {
    if (this.ended) return;
    this.ended = { code, close };
    this.isConnected = false;
    const { retryTimer, openTimer, watchTimer, iceTimer, ackTimer, expectTimer } = this;
    for (const timer of [retryTimer, openTimer, watchTimer, iceTimer, ackTimer, expectTimer]) clearTimeout(timer);
    for (const event of ["online", "pageshow", "focus"]) window.removeEventListener(event, this.onWake);
    if (close !== SUPERSEDED) this.forget();
    this.emit("ended", this.ended);
  }

  forget() {
    this.storage.removeItem(this.storageKey);
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** 22 letters of the URL-safe alphabet, from the system's generator. */
export function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
