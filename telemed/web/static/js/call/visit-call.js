// One end of a visit's call: joins the room, shows the other, and says at every moment who is there and who is not.

import { Call } from "../call.js";
import { explain, listDevices, openDevices } from "../devices.js";
import { wireDialogs } from "../dialogs.js";
import { Signaling } from "../signaling.js";
import { runClock } from "./call-clock.js";
import { Chat } from "./chat.js";
import { Panel } from "./panel.js";
import { wireSelfView } from "./self-view.js";
import { Stage } from "./stage.js";
import { StatusLine } from "./status-line.js";
import { Toolbar } from "./toolbar.js";

export class VisitCall {
  /**
   * @param {HTMLElement} root the element that carries data-call
   * @param {object} side what differs between the two ends
   * @param {(visit: VisitCall) => {title: string, text?: string, actions?: Element[]}} side.alone when nobody else is there
   * @param {(code: string, visit: VisitCall) => void} side.onEnded
   * @param {() => void} [side.onPhone]
   */
  constructor(root, side) {
    const { otherName: other, phone, dial, token, socket, started } = root.dataset;
    this.root = root;
    this.side = side;
    this.media = "closed";
    this.isLost = false;
    this.lostAt = 0;
    this.stage = new Stage(root, { other, phone, dial, onPhone: () => this.toldPhone() });
    this.status = new StatusLine(root.querySelector("[data-status]"), other);
    this.panel = new Panel(root);
    this.signaling = new Signaling({ url: socket, getToken: () => fetchToken(token), storageKey: `room:${token}` });
    this.chat = new Chat(root, {
      other,
      onSend: (text) => this.signaling.chat(text),
      onUnseen: () => this.toolbar.markUnseen(),
    });
    // Heard before the call hears it, and lets the picture go.
    this.signaling.addEventListener("presence", () => this.other?.status !== "here" && this.stage.keepLastFrame());
    this.clock = root.querySelector("[data-clock]");
    this.started = started;
    wireDialogs();
    wireSelfView(root.querySelector("[data-self]"));
  }

  /** Open the devices, then the room. */
  async start() {
    const { stream, problems } = await openDevices();
    this.stream = stream;
    this.call = new Call({ signaling: this.signaling, stream });
    this.toolbar = new Toolbar(this.root, this);
    this.#showSelf();
    this.#tellProblems(problems);
    this.#listen();
    this.refresh();
    await this.signaling.join().catch(() => {});
  }

  /** The seat of the other, as the room last told it. */
  get other() {
    return this.signaling.seats.find((seat) => seat.seat !== this.signaling.seat);
  }

  /** Another camera or microphone, chosen in the dialog. */
  async changeDevice(kind, id) {
    if (kind === "audiooutput") {
      await this.root.querySelector("[data-remote]").setSinkId?.(id);
      return;
    }
    const name = kind === "videoinput" ? "video" : "audio";
    const previous = this.call.tracks[name];
    previous?.stop();
    const { stream, problems } = await openDevices();
    for (const track of stream.getTracks()) {
      if (track.kind !== name) track.stop();
      else {
        track.enabled = previous?.enabled ?? true;
        await this.call.useTrack(name, track);
      }
    }
    this.#tellProblems(problems);
    this.#showSelf();
  }

  async listDevices(dialog) {
    await listDevices(dialog, new MediaStream(Object.values(this.call.tracks).filter(Boolean)), (kind, id) => this.changeDevice(kind, id));
    dialog.querySelector("[data-speaker]").hidden = !("setSinkId" in HTMLMediaElement.prototype);
  }

  toldPhone() {
    this.signaling.report("phone_fallback");
    this.side.onPhone?.();
  }

  /** Decide what the stage says, from all that is known. */
  refresh() {
    const { other, stage } = this;
    this.toolbar?.show();
    if (this.signaling.ended) return;
    if (this.isLost) {
      stage.say("Votre connexion est coupée", "Nous la rétablissons. Restez sur cette page : rien n’est perdu.");
    } else if (!this.signaling.isConnected) {
      stage.say("Connexion à la salle…");
    } else if (!other || other.status === "left" || !this.signaling.admitted || !other.admitted) {
      const { title, text, actions } = this.side.alone(this);
      stage.say(title, text, actions);
    } else if (other.status === "dropped") {
      stage.missing(Date.now() - this.signaling.elapsed(other.since), "Sa connexion s’est coupée. La consultation n’est pas terminée.");
    } else if (this.media === "interrupted") {
      stage.missing(this.interruptedAt, "L’image ne passe plus ; un autre chemin est cherché.");
    } else if (this.media === "connected") {
      stage.clear();
    } else {
      stage.say(`Connexion avec ${this.root.dataset.otherName}…`);
    }
  }

  #listen() {
    const { signaling, call } = this;
    const remote = this.root.querySelector("[data-remote]");
    const on = (source, type, act) => source.addEventListener(type, (event) => {
      act(event.detail);
      this.refresh();
    });
    on(signaling, "welcome", () => (this.isLost = false));
    on(signaling, "lost", ({ attempt }) => (this.isLost = attempt > 1));
    on(signaling, "admission", () => {});
    on(signaling, "presence", () => this.#onPresence());
    on(signaling, "ended", ({ code }) => this.side.onEnded(code, this));
    on(call, "peer", ({ peer }) => peer.attach(remote));
    on(call, "gone", () => (this.media = "closed"));
    on(call, "link", ({ link }) => this.status.own(link));
    on(call, "media", ({ state }) => this.#onMedia(state));
    signaling.addEventListener("chat", ({ detail }) => {
      if (detail.seat === signaling.seat) this.chat.add("Vous", detail.text, true);
      else this.chat.receive(detail.text);
    });
  }

  #onPresence() {
    const isHere = this.other?.status === "here";
    this.status.others(isHere ? (this.other.state ?? {}) : {});
    this.status.show(isHere);
  }

  #onMedia(state) {
    this.media = state;
    if (state === "interrupted") {
      this.interruptedAt = Date.now();
      this.stage.keepLastFrame();
    }
    if (state === "connected" && !this.clockTimer) this.clockTimer = runClock(this.clock, this.started);
  }

  #showSelf() {
    const tracks = [this.call.tracks.video].filter(Boolean);
    this.root.querySelector("[data-local]").srcObject = new MediaStream(tracks);
    this.toolbar?.show();
  }

  #tellProblems(problems) {
    for (const [name, problem] of Object.entries(problems)) {
      const { sentence, help } = explain(name, problem);
      this.root.querySelector("[data-status]").textContent = `${name === "camera" ? "Caméra" : "Micro"} : ${sentence}. ${help}`;
      this.signaling.report("device_failed", { device: name === "camera" ? "video" : "audio", reason: problem });
    }
  }
}

/** A fresh room token. Rejects with `{final: true}` when the visit is over or not ours. */
async function fetchToken(address) {
  const response = await fetch(address, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" } });
  if (response.ok) return (await response.json()).token;
  if (response.status === 429 || response.status >= 500) throw new Error(String(response.status));
  const { code } = await response.json().catch(() => ({ code: "refused" }));
  throw Object.assign(new Error(code), { final: true, code });
}
