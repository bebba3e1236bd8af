/** The visitor's microphone. */

import { Level } from "./sound.js";

const WISHES = {
  audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
};

export class Microphone {
  #stream;
  #source;
  #worklet;

  constructor(context, stream) {
    this.#stream = stream;
    this.level = new Level(context);
    this.#worklet = new AudioWorkletNode(context, "capture", {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    this.#source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
    this.#source.connect(this.level.node);
  }

  /** Ask for the microphone; what the browser throws is explained by `explain.js`. */
  static async open(context) {
    return new Microphone(context, await navigator.mediaDevices.getUserMedia(WISHES));
  }

  get track() {
    return this.#stream.getAudioTracks()[0];
  }

  set isMuted(isMuted) {
    this.track.enabled = !isMuted;
  }

  /** Call `listener` with 20 ms of PCM16 (ArrayBuffer) at a time; null ends that. */
  capture(listener) {
    this.#source.disconnect();
    this.#source.connect(this.level.node);
    if (!listener) return;
    this.#worklet.port.onmessage = ({ data }) => listener(data);
    this.#source.connect(this.#worklet); // without a listener, frames would pile up in the port
  }

  close() {
    this.capture(null);
    this.track.stop();
  }
}
