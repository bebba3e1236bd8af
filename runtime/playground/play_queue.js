/**
 * What waits for the loudspeaker, counted by sample, so that the worker knows what was heard.
 *
 * Positions count the samples of this connection. Pure: it knows no audio API, so that it runs in
 * an AudioWorklet and in Node.js alike.
 */

const PREFILL_S = 0.06; // so much waits before sound begins: it absorbs the network's jitter
const FADE_S = 0.01;
const INT16 = 32768;

export class PlayQueue {
  #rateHz;
  #chunks = [];
  #offset = 0; // into the first chunk
  #waiting = 0;
  #silentFor = 0; // samples of silence since something waits
  #fade = new Float32Array(0);
  #played = 0;
  #isSounding = false;

  constructor(rateHz) {
    this.#rateHz = rateHz;
  }

  get isSounding() {
    return this.#isSounding;
  }

  /** How many samples of this connection the loudspeaker got, those dropped by `clear` included. */
  get played() {
    return this.#played;
  }

  /** Append PCM16. */
  push(pcm) {
    this.#chunks.push(pcm);
    this.#waiting += pcm.length;
  }

  /** Drop what waits, with a short fade of what would have come; return where sound stopped. */
  clear() {
    const fade = new Float32Array(
      this.#isSounding ? Math.min(this.#waiting, Math.round(FADE_S * this.#rateHz)) : 0,
    );
    const end = this.#played + this.#waiting;
    this.#take(fade);
    fade.forEach((sample, at) => (fade[at] = sample * (1 - (at + 1) / fade.length)));
    const stoppedAt = this.#played;
    this.#forget();
    this.#fade = fade;
    this.#played = end;
    return stoppedAt;
  }

  /** Begin a new connection: nothing waits, positions count from 0. */
  reset() {
    this.#forget();
    this.#played = 0;
  }

  /** Fill `out` (Float32Array) with what is due now; the rest is silence. */
  pull(out) {
    out.fill(0);
    this.#pullFade(out);
    if (!this.#isSounding) this.#isSounding = this.#mayBegin(out.length);
    if (!this.#isSounding) return;
    this.#take(out);
    if (this.#waiting === 0) this.#isSounding = false;
  }

  #mayBegin(samples) {
    if (this.#waiting === 0) return false;
    this.#silentFor += samples;
    const enough = PREFILL_S * this.#rateHz;
    const isDue = this.#waiting >= enough || this.#silentFor >= enough;
    if (isDue) this.#silentFor = 0;
    return isDue;
  }

  #pullFade(out) {
    if (this.#fade.length === 0) return;
    out.set(this.#fade.subarray(0, out.length));
    this.#fade = this.#fade.subarray(out.length);
  }

  #take(out) {
    let filled = 0;
    while (filled < out.length && this.#chunks.length > 0) {
      const chunk = this.#chunks[0];
      const count = Math.min(out.length - filled, chunk.length - this.#offset);
      for (let at = 0; at < count; at += 1) out[filled + at] = chunk[this.#offset + at] / INT16;
      filled += count;
      this.#offset += count;
      if (this.#offset === chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
    }
    this.#waiting -= filled;
    this.#played += filled;
  }

  #forget() {
    this.#chunks = [];
    this.#offset = this.#waiting = this.#silentFor = 0;
    this.#fade = new Float32Array(0);
    this.#isSounding = false;
  }
}
