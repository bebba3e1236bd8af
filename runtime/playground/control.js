/** What the worker says as JSON, over a WebSocket and over a data channel alike. */

/** Heed a message: tell `on` of it, or `send` the answer that it asks for. */
export function heed(message, { on, send }) {
  switch (message.type) {
    case "ready":
      return on.ready(message);
    case "event":
      return on.event(message);
    case "error":
      return on.refused(message);
    case "bye":
      return on.bye(message.reason);
    case "ping":
      return send({ type: "pong", n: message.n });
  }
}
