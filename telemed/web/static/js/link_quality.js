/**
 * How good is the link, from two readings of RTCPeerConnection.getStats: good, fair or poor.
 * Thresholds: what people notice in speech and in a face, not what a network engineer would call clean.
 */

/**
 * @typedef {object} Reading
 * @property {number} at milliseconds
 * @property {number} received packets, all media
 * @property {number} lost packets, all media
 * @property {number} frames decoded pictures
 * @property {number|null} roundTripMs
 * @property {string} via candidate type of our end of the path: host, srflx, prflx, relay or unknown
 */

const POOR = { loss: 0.08, roundTripMs: 800, framesPerSecond: 4 };
const FAIR = { loss: 0.02, roundTripMs: 300, framesPerSecond: 10 };

/**
 * @param {RTCStatsReport} stats
 * @returns {Reading}
 */
export function readStats(stats) {
  const reading = { at: performance.now(), received: 0, lost: 0, frames: 0, roundTripMs: null, via: "unknown" };
  let pairId = null;
  for (const stat of stats.values()) {
    if (stat.type === "inbound-rtp") {
      reading.received += stat.packetsReceived ?? 0;
      reading.lost += Math.max(0, stat.packetsLost ?? 0);
      reading.frames += stat.framesDecoded ?? 0;
    } else if (stat.type === "transport") {
      pairId = stat.selectedCandidatePairId ?? pairId;
    }
  }
  const pair = pairId ? stats.get(pairId) : [...stats.values()].find((stat) => stat.type === "candidate-pair" && stat.nominated);
  if (pair?.currentRoundTripTime !== undefined) reading.roundTripMs = pair.currentRoundTripTime * 1000;
  reading.via = (pair && stats.get(pair.localCandidateId)?.candidateType) ?? "unknown";
  return reading;
}

/**
 * @param {Reading} before
 * @param {Reading} now
 * @param {{expectsVideo: boolean}} options does the other end send a picture?
 * @returns {"good"|"fair"|"poor"}
 */
export function judgeLink(before, now, { expectsVideo }) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  const seen = {
    loss: received + lost > 0 ? lost / (received + lost) : 1,
    roundTripMs: now.roundTripMs ?? 0,
    framesPerSecond: expectsVideo ? (now.frames - before.frames) / seconds : Infinity,
  };
  if (isBeyond(seen, POOR)) return "poor";
  return isBeyond(seen, FAIR) ? "fair" : "good";
}

function isBeyond(seen, limit) {
  return seen.loss > limit.loss || seen.roundTripMs > limit.roundTripMs || seen.framesPerSecond < limit.framesPerSecond;
}
