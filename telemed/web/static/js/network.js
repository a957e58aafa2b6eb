// How the link to the server does: a few round trips, said in plain words.

const TRIES = 5;

/** Returns { state: "yes" | "middling" | "no", sentence, help }. */
export async function checkNetwork() {
  const times = [];
  for (let turn = 0; turn < TRIES; turn += 1) {
    const start = performance.now();
    try {
      await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(4000) });
      times.push(performance.now() - start);
    } catch {
      // A lost round trip counts as such below.
    }
  }
  if (times.length < 2) return { state: "no", sentence: "coupé", help: "Vérifiez le Wi-Fi ou les données mobiles, puis rechargez cette page." };
  const middle = times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const declared = navigator.connection?.effectiveType;
  if (middle > 400 || times.length < TRIES || declared === "2g" || declared === "slow-2g") {
    return { state: "middling", sentence: "lent", help: "La vidéo peut se figer. Rapprochez-vous de la box, ou passez du Wi-Fi aux données mobiles." };
  }
  return { state: "yes", sentence: "bon", help: "" };
}
