/**
 * The call of a room: one Peer for each page that is here, our own tracks and their mute states, the truth about the
 * link, and what the continuity ledger is to know.
 *
 * Events: peer {peer} (somebody's page can be seen and heard: attach its picture), gone {seat},
 *   media {seat, state: connecting|connected|interrupted|closed}, link {link: good|fair|poor|unknown}.
 */

import { judgeLink, readStats } from "./link_quality.js";
import { Peer } from "./peer.js";

const MEASURE_MS = 2_000;

export class Call extends EventTarget {
  /**
   * @param {object} options
   * @param {import("./signaling.js").Signaling} options.signaling
   * @param {MediaStream} [options.stream] camera and microphone, as far as there are any
   * @param {boolean} [options.relayOnly] never show our address to the other end
   */
  constructor({ signaling, stream = new MediaStream(), relayOnly = false }) {
    super();
    this.signaling = signaling;
    this.relayOnly = relayOnly;
    this.tracks = { audio: stream.getAudioTracks()[0] ?? null, video: stream.getVideoTracks()[0] ?? null };
    this.camera = this.tracks.video;
    this.link = "unknown";
    /** @type {Map<string, Peer>} */
    this.peers = new Map();
    this.interruptedAt = new Map();
    this.isClosed = false;
    this.hear = {
      welcome: (event) => this.onWelcome(event.detail),
      presence: () => this.follow(),
      admission: () => this.follow(),
      signal: (event) => this.peers.get(event.detail.from)?.take(event.detail),
      ended: () => this.close(),
    };
    for (const [type, listener] of Object.entries(this.hear)) signaling.addEventListener(type, listener);
    for (const kind of ["audio", "video"]) this.watchTrack(kind);
    this.measureTimer = setInterval(() => this.measure(), MEASURE_MS);
    this.announce();
    if (signaling.isConnected) this.follow();
  }

  /** @param {boolean} on */
  setMicrophone(on) {
    this.enable("audio", on);
  }

  /** @param {boolean} on */
  setCamera(on) {
    this.enable("video", on);
  }

  enable(kind, on) {
    const track = this.tracks[kind];
    if (!track || track.enabled === on) return;
    track.enabled = on;
    this.signaling.report(`${kind}_${on ? "on" : "off"}`);
    this.announce();
  }

  /**
   * Another device, or none.
   * @param {"audio"|"video"} kind
   * @param {MediaStreamTrack|null} track
   */
  async useTrack(kind, track) {
    const had = Boolean(this.tracks[kind]);
    this.tracks[kind] = track;
    if (kind === "video") this.camera = track;
    this.watchTrack(kind);
    await Promise.all([...this.peers.values()].map((peer) => peer.refresh(kind)));
    if (had !== Boolean(track)) this.signaling.report(`${kind}_${track ? "on" : "off"}`);
    this.announce();
  }

  /** Show a screen instead of the camera; null goes back. @param {MediaStreamTrack|null} track */
  async shareScreen(track) {
    this.screen = track;
    this.tracks.video = track ?? this.camera;
    if (track) track.addEventListener("ended", () => this.screen === track && this.shareScreen(null), { once: true });
    await Promise.all([...this.peers.values()].map((peer) => peer.refresh("video")));
    this.announce();
  }

  /** The truth about our media, for the other ends. */
  announce() {
    const isOn = (track) => Boolean(track?.enabled && track.readyState === "live");
    const { audio, video } = this.tracks;
    const state = { audio: isOn(audio), video: isOn(video), screen: Boolean(this.screen), link: this.link };
    const told = JSON.stringify(state);
    if (told === this.told) return;
    this.told = told;
    this.signaling.setState(state);
  }

  watchTrack(kind) {
    const track = this.tracks[kind];
    track?.addEventListener("ended", () => {
      if (this.isClosed || this.tracks[kind] !== track) return;
      this.signaling.report("device_failed", { device: kind });
      this.announce();
    }, { once: true });
  }

  onWelcome({ resumed }) {
    const known = [...this.peers.values()];
    this.follow();
    if (!resumed) for (const peer of known) peer.settleAfterRestart();
  }

  /** One Peer for each page that may be called: a page that was reloaded is another page. */
  follow() {
    const callable = new Map();
    for (const seat of this.signaling.seats) if (seat.peer) callable.set(seat.peer, seat);
    for (const [name, peer] of this.peers) if (!callable.has(name)) this.remove(peer);
    if (!this.signaling.admitted) return;
    for (const [name, seat] of callable) if (!this.peers.has(name)) this.add(seat);
  }

  add(seat) {
    const { signaling, tracks, relayOnly } = this;
    const peer = new Peer({ signaling, seat, tracks, relayOnly });
    this.peers.set(peer.name, peer);
    peer.addEventListener("state", ({ detail }) => this.onState(peer, detail.state));
    peer.addEventListener("frame", ({ detail }) => signaling.report("first_frame", { ms: detail.ms }));
    this.emit("peer", { peer });
    this.emit("media", { seat: peer.seat, state: peer.state });
  }

  remove(peer) {
    this.peers.delete(peer.name);
    peer.close();
    this.interruptedAt.delete(peer.name);
    this.emit("gone", { seat: peer.seat });
  }

  async onState(peer, state) {
    this.emit("media", { seat: peer.seat, state });
    if (state === "interrupted") {
      this.interruptedAt.set(peer.name, performance.now());
      this.signaling.report("media_interrupted");
    } else if (state === "connected") {
      const since = this.interruptedAt.get(peer.name);
      this.interruptedAt.delete(peer.name);
      if (since === undefined) await this.reportConnected(peer);
      else this.signaling.report("media_restored", { ms: Math.round(performance.now() - since) });
    }
  }

  async reportConnected(peer) {
    const stats = await peer.pc?.getStats();
    const via = stats ? readStats(stats).via : "unknown";
    this.signaling.report("media_connected", { via });
    for (const kind of ["audio", "video"]) if (this.tracks[kind]?.enabled) this.signaling.report(`${kind}_on`);
  }

  /** The worst link of the room, as we receive it. */
  async measure() {
    const order = ["unknown", "good", "fair", "poor"];
    let worst = "unknown";
    for (const peer of this.peers.values()) {
      const link = await this.measurePeer(peer);
      if (order.indexOf(link) > order.indexOf(worst)) worst = link;
    }
    if (worst === this.link || this.isClosed) return;
    this.link = worst;
    this.emit("link", { link: worst });
    this.announce();
  }

  async measurePeer(peer) {
    if (peer.state === "interrupted") return "poor";
    if (peer.state !== "connected") return "unknown";
    const stats = await peer.pc?.getStats();
    if (!stats) return "unknown";
    const now = readStats(stats);
    const before = peer.reading;
    peer.reading = now;
    const seat = this.signaling.seats.find((each) => each.peer === peer.name);
    return before ? judgeLink(before, now, { expectsVideo: Boolean(seat?.state?.video) }) : "unknown";
  }

  /** Hang up; the room and its socket stay. */
  close() {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.measureTimer);
    for (const [type, listener] of Object.entries(this.hear)) this.signaling.removeEventListener(type, listener);
    for (const peer of [...this.peers.values()]) this.remove(peer);
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
