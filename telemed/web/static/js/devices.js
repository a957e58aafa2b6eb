// Cameras and microphones: asking for them, naming what went wrong in plain French, and how to mend it for this browser.

const CHOICES = "telemed.devices";

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 }, facingMode: "user" };
const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** The devices chosen on this machine, kept for the next page. */
export function chosenDevices() {
  try {
    return JSON.parse(sessionStorage.getItem(CHOICES) ?? "{}");
  } catch {
    return {};
  }
}

export function rememberDevice(kind, id) {
  sessionStorage.setItem(CHOICES, JSON.stringify({ ...chosenDevices(), [kind]: id }));
}

/**
 * Ask for camera and microphone, then for each alone: one that fails never hides the other.
 * Returns { stream, problems: { camera?, micro? } }, each problem a key of `explain`.
 */
export async function openDevices(choices = chosenDevices()) {
  if (!navigator.mediaDevices?.getUserMedia) return { stream: new MediaStream(), problems: { camera: "unsupported", micro: "unsupported" } };
  const video = choices.videoinput ? { ...VIDEO, facingMode: undefined, deviceId: { ideal: choices.videoinput } } : VIDEO;
  const audio = choices.audioinput ? { ...AUDIO, deviceId: { ideal: choices.audioinput } } : AUDIO;
  try {
    return { stream: await navigator.mediaDevices.getUserMedia({ video, audio }), problems: {} };
  } catch {
    return openApart(video, audio);
  }
}

async function openApart(video, audio) {
  const stream = new MediaStream();
  const problems = {};
  for (const [name, constraints] of [["camera", { video }], ["micro", { audio }]]) {
    try {
      const part = await navigator.mediaDevices.getUserMedia(constraints);
      part.getTracks().forEach((track) => stream.addTrack(track));
    } catch (error) {
      problems[name] = nameProblem(error);
    }
  }
  return { stream, problems };
}

function nameProblem(error) {
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "blocked";
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return "absent";
  if (error.name === "NotReadableError" || error.name === "AbortError") return "busy";
  return "unknown";
}

/** Fill the lists of devices, each choice kept and told to `onChange(kind, id)`. */
export async function listDevices(root, stream, onChange) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const select of root.querySelectorAll("[data-choose]")) {
    const kind = select.dataset.choose;
    const used = stream.getTracks().map((track) => track.getSettings().deviceId);
    const options = devices.filter((device) => device.kind === kind && device.deviceId);
    select.replaceChildren(
      ...options.map((device, place) => {
        const isUsed = used.includes(device.deviceId) || chosenDevices()[kind] === device.deviceId;
        return new Option(device.label || `${FALLBACK[kind]} ${place + 1}`, device.deviceId, isUsed, isUsed);
      }),
    );
    select.onchange = () => {
      rememberDevice(kind, select.value);
      onChange(kind, select.value);
    };
  }
}

const FALLBACK = { videoinput: "Caméra", audioinput: "Micro", audiooutput: "Haut-parleur" };

/** What happened and how to mend it in this very browser: { sentence, help }. */
export function explain(name, problem) {
  const the = name === "camera" ? "la caméra" : "le micro";
  const help = {
    blocked: `${unblockHelp(the)} Puis rechargez cette page.`,
    absent: `Aucun appareil n’est branché. Branchez-le, ou ouvrez votre lien sur un téléphone.`,
    busy: `Une autre application utilise ${the}. Fermez-la (visioconférence, appareil photo), puis réessayez.`,
    unsupported: "Ce navigateur est trop ancien, ou la page n’est pas sécurisée. Ouvrez votre lien dans Firefox, Chrome ou Safari à jour.",
    unknown: "Débranchez et rebranchez l’appareil, puis réessayez.",
  };
  const sentence = { blocked: "bloqué par le navigateur", absent: "introuvable", busy: "déjà utilisé ailleurs", unsupported: "non disponible", unknown: "ne démarre pas" };
  const feminine = { ...sentence, blocked: "bloquée par le navigateur", busy: "déjà utilisée ailleurs" };
  return { sentence: (name === "camera" ? feminine : sentence)[problem], help: help[problem] };
}

function unblockHelp(the) {
  const browser = nameBrowser(navigator.userAgent);
  return {
    "safari-ios": `Sur iPhone : touchez « aA » à gauche de l’adresse, « Réglages du site web », puis autorisez ${the}.`,
    "safari-mac": `Dans Safari : menu « Safari », « Réglages pour ce site web », puis autorisez ${the}.`,
    "chrome-android": `Touchez le symbole à gauche de l’adresse, « Autorisations », puis autorisez ${the}.`,
    firefox: `Cliquez sur le symbole barré à gauche de l’adresse et retirez le blocage de ${the}.`,
    chrome: `Cliquez sur le symbole à gauche de l’adresse et autorisez ${the}.`,
    other: `Ouvrez les autorisations de ce site, près de l’adresse, et autorisez ${the}.`,
  }[browser];
}

/** Which browser's words to use; exported for the tests. */
export function nameBrowser(agent) {
  if (/iPhone|iPad/.test(agent)) return "safari-ios";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Android/.test(agent)) return "chrome-android";
  if (/Chrome\//.test(agent)) return "chrome";
  if (/Safari\//.test(agent)) return "safari-mac";
  return "other";
}
