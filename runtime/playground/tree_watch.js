/** Follows the tree of a room for as long as it is wanted, past connections that break. */

const AGAIN_AFTER_MS = 1000;

export class TreeWatch {
  #door;
  #onTree;
  #controller = new AbortController();

  /** `onTree(tree)` is called whenever the tree looks different. */
  constructor(door, onTree) {
    this.#door = door;
    this.#onTree = onTree;
  }

  /** Follow this room until `stop`, or until it is over; rejects with what the worker refuses. */
  async start(room) {
    this.stop();
    const { signal } = (this.#controller = new AbortController());
    for (;;) {
      try {
        for await (const tree of this.#door.trees(room, signal)) this.#onTree(tree);
      } catch (error) {
        if (signal.aborted || error.status === 404) return; // the room is over
        if (error.code !== "unreachable") throw error; // else the connection broke: look again
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
      if (signal.aborted) return;
    }
  }

  stop() {
    this.#controller.abort();
  }
}
