/** The loudspeaker's side of the audio thread: plays the queue and says how far it is. */

import { PlayQueue } from "./play_queue.js";

const REPORT_EVERY_S = 0.1;

class Playback extends AudioWorkletProcessor {
  #queue = new PlayQueue(sampleRate);
  #reportedAt = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => this.#receive(data);
  }

  process(_inputs, [[out]]) {
    const wasSounding = this.#queue.isSounding;
    this.#queue.pull(out);
    const { isSounding, played } = this.#queue;
    const isDue = isSounding && currentTime - this.#reportedAt >= REPORT_EVERY_S;
    if (isDue || isSounding !== wasSounding) {
      this.#reportedAt = currentTime;
      this.port.postMessage({ played });
    }
    return true;
  }

  #receive(message) {
    if (message instanceof Int16Array) return this.#queue.push(message);
    if (message === "clear") return this.port.postMessage({ cleared: this.#queue.clear() });
    if (message === "silence") this.#queue.clear();
    if (message === "restart") this.#queue.reset();
  }
}

registerProcessor("playback", Playback);
