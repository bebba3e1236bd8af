/** A call over WebRTC: Opus both ways, control as JSON over the data channel `control`. */

import { heed } from "./control.js";

const GATHER_WITHIN_MS = 2000;
const BACK_WITHIN_MS = 2000; // how long a connection may be "disconnected" before it counts as lost
const OPEN_WITHIN_MS = 8000;

export class PeerLine {
  #peer;
  #channel;
  #loudspeaker;
  #on;
  #timer = 0;
  #isClosed = false;

  /** `exchange` takes an offer and resolves to the answer; `on` is as for a `SocketLine`. */
  constructor({ exchange, iceServers, microphone, loudspeaker, on }) {
    this.#loudspeaker = loudspeaker;
    this.#on = on;
    this.#peer = new RTCPeerConnection({ iceServers });
    this.#channel = this.#peer.createDataChannel("control");
    const send = (message) => this.send(message);
    this.#channel.onmessage = ({ data }) => heed(JSON.parse(data), { on, send });
    this.#channel.onclose = () => this.#lost();
    this.#peer.ontrack = ({ track }) => loudspeaker.playStream(new MediaStream([track]));
    this.#peer.onconnectionstatechange = () => this.#connectionChanged();
    this.#peer.addTrack(microphone ? microphone.track : loudspeaker.silentTrack());
    this.#timer = setTimeout(() => this.#lost(), OPEN_WITHIN_MS);
    this.#negotiate(exchange).catch((error) => this.#lost(error));
  }

  send(message) {
    if (this.#channel.readyState === "open") this.#channel.send(JSON.stringify(message));
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#channel.onclose = this.#channel.onmessage = null;
    this.#peer.close();
    this.#loudspeaker.silence();
  }

  async #negotiate(exchange) {
    await this.#peer.setLocalDescription();
    await this.#gathered();
    const { type, sdp } = this.#peer.localDescription;
    const answer = await exchange({ type, sdp });
    if (!this.#isClosed) await this.#peer.setRemoteDescription(answer);
  }

  /** Wait until all our candidates stand in the offer, but not for ever. */
  #gathered() {
    return new Promise((resolve) => {
      const check = () => this.#peer.iceGatheringState === "complete" && resolve();
      this.#peer.onicegatheringstatechange = check;
      setTimeout(resolve, GATHER_WITHIN_MS);
      check();
    });
  }

  #connectionChanged() {
    clearTimeout(this.#timer);
    const state = this.#peer.connectionState;
    if (state === "failed" || state === "closed") this.#lost();
    if (state === "disconnected") this.#timer = setTimeout(() => this.#lost(), BACK_WITHIN_MS);
    if (state === "connecting") this.#timer = setTimeout(() => this.#lost(), OPEN_WITHIN_MS);
  }

  #lost(error) {
    if (this.#isClosed) return;
    this.close();
    const isRefused = error?.status >= 400 && error.status < 500;
    this.#on.lost({ error, mayComeBack: !isRefused });
  }
}
