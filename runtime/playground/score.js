/** The call as a score that runs to the left: the caller above, the agent below, marks across. */

const COLUMN_PX = 3;
const COLUMNS_A_SECOND = 20;
const MARK_COLOURS = { fell: "--fell", cut: "--warn" };

export class Score {
  #canvas;
  #columns = []; // the latest last: {caller, agent, mark}
  #mark = null;
  #nextAt = 0;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  clear() {
    this.#columns = [];
    this.#draw();
  }

  /** Draw a line where we are now; `what` is fell or cut. */
  mark(what) {
    this.#mark = what;
  }

  /** Take both levels (0 to 1) as they are at `nowMs`. */
  take(nowMs, caller, agent) {
    if (nowMs < this.#nextAt) return;
    this.#nextAt = nowMs + 1000 / COLUMNS_A_SECOND;
    this.#columns.push({ caller, agent, mark: this.#mark });
    this.#mark = null;
    const fitting = Math.ceil(this.#canvas.clientWidth / COLUMN_PX);
    this.#columns.splice(0, this.#columns.length - fitting);
    this.#draw();
  }

  #draw() {
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = colour("--line");
    pen.fillRect(0, height / 2, width, 1);
    let x = width - this.#columns.length * COLUMN_PX;
    for (const { caller, agent, mark } of this.#columns) {
      const [up, down] = [loud(caller), loud(agent)].map((level) => level * (height / 2 - 2));
      pen.fillStyle = colour("--caller");
      pen.fillRect(x, height / 2 - up, COLUMN_PX - 1, up);
      pen.fillStyle = colour("--agent");
      pen.fillRect(x, height / 2 + 1, COLUMN_PX - 1, down);
      if (mark) {
        pen.fillStyle = colour(MARK_COLOURS[mark]);
        pen.fillRect(x, 0, 2, height);
      }
      x += COLUMN_PX;
    }
  }
}

/** Show what is louder than a room's noise. */
function loud(level) {
  return Math.max(0, (level - 0.2) / 0.8);
}
