/**
 * Media with one other page: perfect negotiation (W3C WebRTC, §10.7), ICE restart, a new connection when that fails.
 *
 * Each connection has a name, `call`. The impolite end names it and makes the first offer, so that what is left of an
 * older connection is never taken for the new one. Audio and video each have one transceiver for the whole life of a
 * connection: devices, mute and screen sharing change tracks (`replaceTrack`), never the description.
 *
 * Events: stream {stream}, state {state: connecting|connected|interrupted|closed}, frame {ms} (first picture drawn).
 */

import { randomName } from "./signaling.js";

const PATIENCE_MS = 2_000;
const OFFER_MS = 6_000;
const RESTARTS = 2;
const KINDS = ["audio", "video"];

export class Peer extends EventTarget {
  /**
   * @param {object} options
   * @param {import("./signaling.js").Signaling} options.signaling
   * @param {import("./signaling.js").Seat} options.seat
   * @param {{audio: MediaStreamTrack|null, video: MediaStreamTrack|null}} options.tracks shared with the caller
   * @param {boolean} [options.relayOnly]
   */
  constructor({ signaling, seat, tracks, relayOnly = false }) {
    super();
    this.signaling = signaling;
    this.name = seat.peer;
    this.seat = seat.seat;
    this.polite = seat.polite;
    this.tracks = tracks;
    this.relayOnly = relayOnly;
    /** @type {RTCPeerConnection|null} */
    this.pc = null;
    this.call = null;
    this.state = "connecting";
    this.stream = new MediaStream();
    this.startedAt = performance.now();
    this.queue = Promise.resolve();
    if (this.polite) this.expectOffer();
    else this.begin();
  }

  /** A new connection; only the impolite end begins one, the polite end asks for it. */
  begin() {
    if (this.polite) {
      this.say("restart", { call: this.call });
      this.expectOffer();
      return;
    }
    this.open(randomName());
    for (const kind of KINDS) {
      const transceiver = this.pc.addTransceiver(kind, { direction: "sendrecv" });
      transceiver.sender.replaceTrack(this.tracks[kind]);
    }
  }

  /** @param {{type: string, call: string|null}} message offer, answer, candidate or restart of this peer */
  take(message) {
    this.queue = this.queue.then(() => this.deal(message)).catch((failure) => this.failed(failure));
  }

  async deal(message) {
    if (this.state === "closed") return;
    if (message.type === "restart") {
      if (!this.polite && (message.call === null || message.call === this.call)) this.begin();
      return;
    }
    if (message.type === "offer" && this.polite && message.call !== this.call) this.open(message.call);
    if (message.call !== this.call) return;
    if (this.pc.signalingState === "closed") {
      if (message.type === "offer") this.begin();
      return;
    }
    if (message.type === "candidate") await this.addCandidate(message.candidate);
    else await this.describe(message);
  }

  async describe({ type, sdp }) {
    const pc = this.pc;
    const isReady = !this.isOffering && (pc.signalingState === "stable" || this.isAnswerPending);
    this.isIgnoring = type === "offer" && !isReady && !this.polite;
    if (this.isIgnoring) return;
    clearTimeout(this.offerTimer);
    this.isAnswerPending = type === "answer";
    try {
      await pc.setRemoteDescription({ type, sdp });
    } finally {
      this.isAnswerPending = false;
    }
    if (type !== "offer") return;
    await this.sendTracks();
    await pc.setLocalDescription();
    if (pc === this.pc) this.say("answer", { call: this.call, sdp: pc.localDescription.sdp });
  }

  async addCandidate(candidate) {
    try {
      await this.pc.addIceCandidate(candidate ?? undefined);
    } catch (failure) {
      if (!this.isIgnoring) throw failure;
    }
  }

  /** Put our tracks on the transceivers that the offer has made. */
  async sendTracks() {
    for (const transceiver of this.pc.getTransceivers()) {
      const kind = transceiver.receiver.track.kind;
      if (transceiver.direction !== "sendrecv") transceiver.direction = "sendrecv";
      if (transceiver.sender.track !== this.tracks[kind]) await transceiver.sender.replaceTrack(this.tracks[kind]);
    }
  }

  /** @param {"audio"|"video"} kind its track has changed in `tracks` */
  async refresh(kind) {
    const transceiver = this.pc?.getTransceivers().find((each) => each.receiver.track.kind === kind);
    await transceiver?.sender.replaceTrack(this.tracks[kind]);
  }

  open(call) {
    this.drop();
    this.call = call;
    this.restarts = 0;
    this.isOffering = this.isIgnoring = this.isAnswerPending = false;
    const pc = new RTCPeerConnection(this.configuration());
    this.pc = pc;
    this.stream = new MediaStream();
    pc.onnegotiationneeded = () => this.offer(pc).catch((failure) => this.failed(failure));
    pc.onicecandidate = ({ candidate }) => this.say("candidate", { call, candidate: candidate?.toJSON() ?? null });
    pc.onconnectionstatechange = () => this.watch(pc);
    pc.ontrack = ({ track }) => {
      this.stream.addTrack(track);
      this.emit("stream", { stream: this.stream });
    };
  }

  configuration() {
    return {
      iceServers: this.signaling.iceServers,
      iceTransportPolicy: this.relayOnly ? "relay" : "all",
      bundlePolicy: "max-bundle",
    };
  }

  async offer(pc) {
    if (pc !== this.pc) return;
    this.isOffering = true;
    try {
      await pc.setLocalDescription();
      if (pc === this.pc) this.say("offer", { call: this.call, sdp: pc.localDescription.sdp });
    } finally {
      this.isOffering = false;
    }
  }

  watch(pc) {
    if (pc !== this.pc) return;
    clearTimeout(this.patience);
    if (pc.connectionState === "connected") {
      this.restarts = 0;
      this.set("connected");
    } else if (pc.connectionState === "disconnected") {
      this.set("interrupted");
      this.patience = setTimeout(() => this.recover(), PATIENCE_MS);
    } else if (pc.connectionState === "failed") {
      this.set("interrupted");
      this.recover();
    }
  }

  /** Another path for the same connection; another connection when there is none. */
  async recover() {
    const pc = this.pc;
    if (this.state === "closed" || !pc || pc.connectionState === "connected") return;
    if (this.restarts >= RESTARTS || pc.signalingState === "closed") {
      this.begin();
      return;
    }
    this.restarts += 1;
    await this.signaling.freshIce();
    if (pc !== this.pc || pc.connectionState === "connected") return;
    pc.setConfiguration(this.configuration());
    pc.restartIce();
    this.patience = setTimeout(() => this.recover(), PATIENCE_MS * 2);
  }

  /** The server has lost what was in flight: a connection that stands is kept, any other begins again. */
  settleAfterRestart() {
    if (this.state !== "closed" && (this.pc?.connectionState !== "connected" || this.pc.signalingState !== "stable")) this.begin();
  }

  expectOffer() {
    clearTimeout(this.offerTimer);
    this.offerTimer = setTimeout(() => this.begin(), OFFER_MS);
  }

  /**
   * Show the other end in this element and tell when its first picture is drawn.
   * @param {HTMLVideoElement} video
   */
  attach(video) {
    const show = () => {
      video.srcObject = this.stream;
      video.play().catch(() => { /* autoplay is refused until a gesture: the element shows its own button */ });
      const drawn = () => this.emit("frame", { ms: Math.round(performance.now() - this.startedAt) });
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(drawn);
      else video.addEventListener("loadeddata", drawn, { once: true });
    };
    this.addEventListener("stream", () => video.srcObject !== this.stream && show());
    if (this.stream.getTracks().length) show();
  }

  failed(failure) {
    if (this.state === "closed") return;
    this.emit("failure", { name: failure?.name ?? "Error" });
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.recover(), PATIENCE_MS);
  }

  close() {
    this.drop();
    this.set("closed");
  }

  drop() {
    for (const timer of [this.patience, this.offerTimer]) clearTimeout(timer);
    const pc = this.pc;
    this.pc = null;
    if (!pc) return;
    pc.onnegotiationneeded = pc.onicecandidate = pc.onconnectionstatechange = pc.ontrack = null;
    pc.close();
  }

  say(type, fields) {
    if (this.state !== "closed") this.signaling.send(type, { to: this.name, ...fields });
  }

  set(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state", { state });
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
