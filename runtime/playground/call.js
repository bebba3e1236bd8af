/** One call: opens a line, comes back over a new one when that is lost, knows when it is over. */

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 3000;
const BYE_WITHIN_MS = 2000;

export class Call {
  #makeLine;
  #rejoinS;
  #on;
  #line = null;
  #state = "new"; // connecting, open, lost, ended
  #deadlineMs = 0;
  #waitMs = FIRST_WAIT_MS;
  #timer = 0;
  #isLeaving = false;

  /**
   * `makeLine(on)` opens a line; `on` has `state(state, detail)`, `ready(message)`, `event(event)`
   * and `refused(message)`.
   */
  constructor({ makeLine, rejoinS, on }) {
    this.#makeLine = makeLine;
    this.#rejoinS = rejoinS;
    this.#on = on;
  }

  start() {
    this.#enter("connecting");
    this.#open();
  }

  send(message) {
    this.#line?.send(message);
  }

  /** Say goodbye; the worker closes the line, or we do when it does not. */
  hangUp() {
    this.send({ type: "bye" });
    this.#isLeaving = true;
    if (this.#state !== "open") return this.#end("you hung up");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end("you hung up"), BYE_WITHIN_MS);
  }

  #open() {
    this.#line = this.#makeLine({
      ready: (message) => this.#ready(message),
      event: (event) => this.#on.event(event),
      refused: (message) => this.#on.refused(message),
      bye: (reason) => this.#end(reason),
      lost: (loss) => this.#lost(loss),
    });
  }

  #ready(message) {
    this.#rejoinS = message.rejoin_s;
    this.#waitMs = FIRST_WAIT_MS;
    this.#enter("open");
    this.#on.ready(message);
  }

  #lost({ code, error, mayComeBack }) {
    if (this.#state === "ended") return;
    if (this.#isLeaving) return this.#end("you hung up");
    const now = performance.now();
    if (this.#state === "connecting") return this.#end("", { code, error, neverOpen: true });
    if (this.#state === "open") {
      this.#deadlineMs = now + this.#rejoinS * 1000;
      this.#enter("lost");
    }
    if (!mayComeBack) return this.#end("", { code, error });
    if (now + this.#waitMs > this.#deadlineMs) return this.#end("", { error, tooLate: true });
    this.#timer = setTimeout(() => this.#open(), this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
  }

  #end(reason, failure = null) {
    if (this.#state === "ended") return;
    clearTimeout(this.#timer);
    this.#line?.close();
    this.#line = null;
    this.#enter("ended", { reason, failure });
  }

  #enter(state, detail = {}) {
    this.#state = state;
    this.#on.state(state, detail);
  }
}
