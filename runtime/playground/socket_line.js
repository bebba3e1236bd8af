/** A call over WebSocket: PCM16 both ways as binary messages, control as JSON. */

import { heed } from "./control.js";

const NEVER_CLOSED = 1006; // how browsers call an end without a close frame
const MAY_COME_BACK = new Set([1001, 1005, NEVER_CLOSED, 1009, 1012, 1013, 4400, 4408, 4429, 4431]);
const OPEN_WITHIN_MS = 5000;
const UNSENT_BYTES = 512 * 1024; // some 5 s of audio: more is stale

export class SocketLine {
  #socket;
  #microphone;
  #loudspeaker;
  #on;
  #offline = () => this.#closed(NEVER_CLOSED);

  /** `on` has the methods `ready`, `event`, `bye`, `refused` and `lost`. */
  constructor({ url, token, microphone, loudspeaker, on }) {
    this.#microphone = microphone;
    this.#loudspeaker = loudspeaker;
    this.#on = on;
    this.#loudspeaker.restart((message) => this.send(message));
    this.#socket = new WebSocket(url, ["understudy.v1", `bearer.${token}`]);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = ({ data }) => this.#receive(data);
    this.#socket.onclose = ({ code }) => this.#closed(code);
    this.#giveUpLater();
    addEventListener("offline", this.#offline); // long before the socket notices
  }

  send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#forget();
    this.#socket.close(1000);
  }

  #giveUpLater() {
    setTimeout(() => {
      if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.close();
    }, OPEN_WITHIN_MS);
  }

  #receive(data) {
    if (data instanceof ArrayBuffer) return this.#loudspeaker.push(new Int16Array(data));
    const message = JSON.parse(data);
    if (message.type === "clear") return this.#loudspeaker.clear();
    if (message.type === "ready") this.#microphone?.capture((pcm) => this.#speak(pcm));
    heed(message, { on: this.#on, send: (answer) => this.send(answer) });
  }

  #speak(pcm) {
    const { readyState, bufferedAmount } = this.#socket;
    if (readyState === WebSocket.OPEN && bufferedAmount < UNSENT_BYTES) this.#socket.send(pcm);
  }

  #closed(code) {
    this.#forget();
    this.#socket.close();
    this.#loudspeaker.silence();
    this.#on.lost({ code, mayComeBack: MAY_COME_BACK.has(code) });
  }

  #forget() {
    removeEventListener("offline", this.#offline);
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#microphone?.capture(null);
  }
}
