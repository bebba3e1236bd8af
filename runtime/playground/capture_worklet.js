/** The microphone's side of the audio thread: 20 ms of PCM16 at a time. */

const FRAME_S = 0.02;

class Capture extends AudioWorkletProcessor {
  #frame = new Int16Array(Math.round(FRAME_S * sampleRate));
  #filled = 0;

  process([[samples]]) {
    for (const sample of samples ?? []) {
      const clipped = Math.max(-1, Math.min(1, sample));
      this.#frame[this.#filled] = Math.round(clipped * 32767);
      this.#filled += 1;
      if (this.#filled === this.#frame.length) this.#send();
    }
    return true;
  }

  #send() {
    const { buffer, length } = this.#frame;
    this.port.postMessage(buffer, [buffer]);
    this.#frame = new Int16Array(length);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
