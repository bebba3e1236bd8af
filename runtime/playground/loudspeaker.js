/** What the visitor hears: PCM16 that comes in pieces, or a stream that WebRTC brings. */

import { Level } from "./sound.js";

export class Loudspeaker {
  #context;
  #worklet;
  #element = new Audio();
  #streamSource = null;
  #report = () => {};
  #pending = new Set(); // timers of positions that are not heard yet

  constructor(context) {
    this.#context = context;
    this.level = new Level(context);
    this.#element.autoplay = true;
    this.#worklet = new AudioWorkletNode(context, "playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.#worklet.connect(this.level.node);
    this.#worklet.connect(context.destination);
    this.#worklet.port.onmessage = ({ data }) => this.#tell(data);
  }

  /** Begin a new connection; `report` is told `played` and `cleared` (docs/wire-protocol.md). */
  restart(report) {
    this.#forgetPending();
    this.#worklet.port.postMessage("restart");
    this.#report = report;
  }

  push(pcm) {
    this.#worklet.port.postMessage(pcm, [pcm.buffer]);
  }

  /** Fall silent, and say where that was. */
  clear() {
    this.#worklet.port.postMessage("clear");
  }

  /** Fall silent because the connection is gone. */
  silence() {
    this.#report = () => {};
    this.#forgetPending();
    this.#worklet.port.postMessage("silence");
    this.#streamSource?.disconnect();
    this.#streamSource = this.#element.srcObject = null;
  }

  /** Play what a peer sends. The element makes it heard; the second way only measures it. */
  playStream(stream) {
    this.#element.srcObject = stream;
    this.#streamSource?.disconnect();
    this.#streamSource = new MediaStreamAudioSourceNode(this.#context, { mediaStream: stream });
    this.#streamSource.connect(this.level.node);
  }

  /** A track for a caller who has no microphone. */
  silentTrack() {
    return new MediaStreamAudioDestinationNode(this.#context).stream.getAudioTracks()[0];
  }

  /** A sample is heard `outputLatency` after the device got it: only then its position is told. */
  #tell({ played, cleared }) {
    if (cleared !== undefined) {
      this.#forgetPending();
      this.#report({ type: "cleared", samples: cleared });
      return;
    }
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      this.#report({ type: "played", samples: played });
    }, 1000 * (this.#context.outputLatency || 0));
    this.#pending.add(timer);
  }

  #forgetPending() {
    this.#pending.forEach(clearTimeout);
    this.#pending.clear();
  }
}
