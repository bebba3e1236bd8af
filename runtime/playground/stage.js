/** What a call needs of this browser: sound, a microphone if there is one, and the line. */

import { Loudspeaker } from "./loudspeaker.js";
import { Microphone } from "./microphone.js";
import { PeerLine } from "./peer_line.js";
import { openSound } from "./sound.js";
import { SocketLine } from "./socket_line.js";

export class Stage {
  #context;

  constructor(context, loudspeaker, microphone) {
    this.#context = context;
    this.loudspeaker = loudspeaker;
    this.microphone = microphone;
  }

  /** Open both; `noMicrophone(error)` is told why there is none, and the call goes on without. */
  static async open(noMicrophone) {
    const context = await openSound();
    const microphone = await Microphone.open(context).catch((error) => {
      noMicrophone(error);
      return null;
    });
    return new Stage(context, new Loudspeaker(context), microphone);
  }

  /** Open a line into the room of this ticket. */
  line(door, ticket, route, on) {
    const { loudspeaker, microphone } = this;
    if (route === "webrtc") {
      const exchange = (offer) => door.offer(ticket, offer);
      const iceServers = ticket.ice_servers;
      return new PeerLine({ exchange, iceServers, microphone, loudspeaker, on });
    }
    const rate = this.#context.sampleRate;
    const url = door.socketUrl(ticket, { in: rate, out: rate, playback: "reported" });
    return new SocketLine({ url, token: ticket.token, microphone, loudspeaker, on });
  }

  close() {
    this.microphone?.close();
    this.loudspeaker.silence();
    this.#context.close();
  }
}
