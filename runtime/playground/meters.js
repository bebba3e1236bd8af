/** Both levels, as meters and as the score, for as long as a call lasts. */

export class Meters {
  #score;
  #callerMeter;
  #agentMeter;
  #frame = 0;

  constructor({ score, callerMeter, agentMeter }) {
    this.#score = score;
    this.#callerMeter = callerMeter;
    this.#agentMeter = agentMeter;
  }

  /** Show these levels (null: silence) until `stop`. */
  start(callerLevel, agentLevel) {
    const draw = (nowMs) => {
      const [caller, agent] = [callerLevel?.read() ?? 0, agentLevel.read()];
      this.#score.take(nowMs, caller, agent);
      show(this.#callerMeter, caller);
      show(this.#agentMeter, agent);
      this.#frame = requestAnimationFrame(draw);
    };
    this.stop();
    this.#frame = requestAnimationFrame(draw);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    show(this.#callerMeter, 0);
    show(this.#agentMeter, 0);
  }
}

function show(meter, level) {
  meter.style.setProperty("--level", level.toFixed(2));
  meter.setAttribute("aria-valuenow", Math.round(100 * level));
}
