/**
 * Both directions of a numbered conversation: what we said and is not acknowledged, what we heard already.
 * See docs/reference/signaling-protocol.md, "Numbers".
 */

/** @typedef {{type: string, n?: number, s?: number, from?: string}} Message */

const MAX_FRAME = 65_536;

/** What we say: numbered from 1 for the life of the page, kept until acknowledged, said again after a loss. */
export class Said {
  constructor() {
    /** @type {{n: number, frame: string}[]} */
    this.pending = [];
    this.last = 0;
  }

  /** The number of the first message that the server may not know. */
  get next() {
    return this.pending.length ? this.pending[0].n : this.last + 1;
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @returns {{n: number, frame: string}}
   */
  add(type, fields) {
    const n = this.last + 1;
    const entry = { n, frame: JSON.stringify({ type, n, ...fields }) };
    if (new Blob([entry.frame]).size > MAX_FRAME) throw new RangeError("larger than a frame may be");
    this.last = n;
    this.pending.push(entry);
    return entry;
  }

  /** @param {number} n acknowledged, and all before it */
  settle(n) {
    while (this.pending.length && this.pending[0].n <= n) this.pending.shift();
  }
}

/** What we heard: each message once, though the server says it again after a loss or after its own restart. */
export class Heard {
  constructor() {
    this.epoch = "";
    this.last = 0;
    /** @type {Map<string, number>} */
    this.senders = new Map();
  }

  /**
   * @param {{epoch: string, resumed: boolean}} welcome
   */
  begin({ epoch, resumed }) {
    if (!resumed) this.last = 0;
    this.epoch = epoch;
  }

  /**
   * Is this message new? Unnumbered ones always are.
   * @param {Message} message
   */
  isNew(message) {
    if (message.s === undefined) return true;
    if (message.s <= this.last) return false;
    this.last = message.s;
    const known = this.senders.get(message.from) ?? 0;
    if (message.n <= known) return false;
    this.senders.set(message.from, message.n);
    return true;
  }
}
