// The camera page: the picture, the level, three lights with a sentence each and how to mend them.

import { chosenDevices, explain, listDevices, openDevices } from "../devices.js";
import { LevelMeter } from "../level-meter.js";
import { checkNetwork } from "../network.js";

const preview = document.querySelector("[data-preview]");
const ask = document.querySelector("[data-ask]");
const devices = document.querySelector("[data-devices]");
const VERDICTS = { yes: "good", middling: "fair", no: "poor", waiting: "unknown" };
let stream = null;

const meter = new LevelMeter(document.querySelector("[data-meter]"), () => {
  show("micro", "yes", "on vous entend", "");
});

function show(name, state, sentence, help) {
  const check = document.querySelector(`[data-check="${name}"]`);
  if (check.dataset.state === state && check.querySelector("[data-sentence]").textContent === sentence) return;
  check.dataset.state = state;
  check.querySelector("[data-sentence]").textContent = sentence;
  check.querySelector("[data-help]").textContent = help;
  document.querySelector(`[data-result="${name}"]`).value = VERDICTS[state];
}

async function start() {
  stream?.getTracks().forEach((track) => track.stop());
  const opened = await openDevices(chosenDevices());
  stream = opened.stream;
  preview.srcObject = stream;
  ask.hidden = stream.getVideoTracks().length > 0;
  showDevice("camera", stream.getVideoTracks()[0], opened.problems.camera);
  showDevice("micro", stream.getAudioTracks()[0], opened.problems.micro);
  meter.listen(stream);
  if (stream.getTracks().length) {
    devices.hidden = false;
    await listDevices(devices, stream, start);
  }
}

function showDevice(name, track, problem) {
  if (problem) {
    const { sentence, help } = explain(name, problem);
    show(name, problem === "absent" ? "no" : "middling", sentence, help);
  } else if (name === "camera") {
    show("camera", track ? "yes" : "no", track ? "on vous voit" : "éteinte", "");
  } else {
    show("micro", "middling", "allumé, dites quelques mots", "La barre doit bouger quand vous parlez.");
  }
}

async function network() {
  const { state, sentence, help } = await checkNetwork();
  show("network", state, sentence, help);
}

document.querySelector("[data-start]").addEventListener("click", start);
addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
navigator.mediaDevices?.addEventListener?.("devicechange", () => stream && listDevices(devices, stream, start));
network();
navigator.permissions
  ?.query({ name: "camera" })
  .then((permission) => permission.state === "granted" && start())
  .catch(() => {});
