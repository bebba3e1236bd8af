/** The HTTP side of the doors: rooms, crashes, WebRTC offers and the stream of the tree. */

import { GONE } from "./explain.js";
import { readServerEvents } from "./server_events.js";

/** What the worker refused, in its own words. */
export class DoorError extends Error {
  constructor(status, code, message) {
    super(message);
    this.name = "DoorError";
    this.status = status;
    this.code = code;
  }
}

export class Door {
  #base;
  #token;
  #claims;

  /** `base` is where the doors are mounted, `token` a JWT (docs/wire-protocol.md). */
  constructor(base, token) {
    this.#base = base;
    this.#token = token;
    this.#claims = { grants: [], ...claimsOf(token) };
  }

  /** Return the way into a room: a new one, or the one that this token is for. */
  async enter() {
    const { room, grants } = this.#claims;
    if (!room || grants.includes("create")) return this.#ask("POST", "rooms", { body: {} });
    await this.room(room); // rejects with the reason if there is no way in
    return { room, token: this.#token, rejoin_s: 15, ice_servers: [], can_crash: false };
  }

  /** Whether this token may look into the tree. */
  get isAdmin() {
    return this.#claims.grants.includes("admin");
  }

  room(id) {
    return this.#ask("GET", `rooms/${encodeURIComponent(id)}`);
  }

  crash(room, actor) {
    return this.#ask("POST", `rooms/${encodeURIComponent(room)}/crash`, { body: { actor } });
  }

  /** Hand over an SDP offer; the answer comes back whole. */
  offer(ticket, offer) {
    const path = `rooms/${encodeURIComponent(ticket.room)}/webrtc`;
    return this.#ask("POST", path, { body: offer, token: ticket.token });
  }

  /** The WebSocket's address; `parameters` are its query. */
  socketUrl(ticket, parameters) {
    const url = new URL(`rooms/${encodeURIComponent(ticket.room)}/ws`, this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    url.search = new URLSearchParams(parameters);
    return url;
  }

  /** Yield the tree of a room whenever it looks different, until the room or `signal` ends it. */
  async *trees(room, signal) {
    const query = new URLSearchParams({ room, every_s: "0.2" });
    const response = await this.#fetch("GET", `tree/stream?${query}`, { signal });
    const events = readServerEvents(response.body);
    for (;;) {
      const { value, done } = await events.next().catch(unreachable);
      if (done) return;
      if (value.event === "tree") yield JSON.parse(value.data);
    }
  }

  async #ask(method, path, options) {
    const response = await this.#fetch(method, path, options);
    return response.json();
  }

  async #fetch(method, path, { body, token = this.#token, signal } = {}) {
    const headers = { Authorization: `Bearer ${token}` };
    if (body) headers["Content-Type"] = "application/json";
    const request = { method, headers, signal, body: body && JSON.stringify(body) };
    const response = await fetch(new URL(path, this.#base), request).catch(unreachable);
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

function unreachable(error) {
  if (error.name === "AbortError") throw error; // we ended it
  throw new DoorError(0, "unreachable", GONE);
}

async function refusal(response) {
  const known = await response.json().catch(() => ({})); // a proxy's error page is no JSON
  const { code = "unknown", message } = known.error ?? {};
  return new DoorError(response.status, code, message ?? `the worker answered ${response.status}`);
}

/** What a JWT says of itself. The page only reads it; the worker is who verifies it. */
function claimsOf(token) {
  try {
    const payload = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(payload));
  } catch {
    return {}; // the worker says what is wrong with it
  }
}
