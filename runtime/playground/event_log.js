/** Every public event of the call: the latest on the page, all (up to a bound) as a file. */

const KEPT = 20_000;
const SHOWN = 200;

export class EventLog {
  #list;
  #count;
  #events = [];
  #beganNs = null;

  constructor(list, count) {
    this.#list = list;
    this.#count = count;
  }

  clear() {
    this.#events = [];
    this.#beganNs = null;
    this.#list.replaceChildren();
    this.#count.textContent = "0";
  }

  take(event) {
    this.#events.push(event);
    if (this.#events.length > KEPT) this.#events.shift();
    this.#count.textContent = `${this.#events.length}`;
    this.#list.prepend(this.#itemOf(event));
    if (this.#list.childElementCount > SHOWN) this.#list.lastElementChild.remove();
  }

  /** Hand the events to the browser as JSON lines, as `--events` writes them. */
  download(room) {
    const lines = this.#events.map((event) => `${JSON.stringify(event)}\n`);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
    link.download = `${room}.events.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  #itemOf({ event, at_ns, room, epoch, type, ...fields }) {
    this.#beganNs ??= at_ns;
    const item = document.createElement("li");
    const time = document.createElement("time");
    time.textContent = ((at_ns - this.#beganNs) / 1e9).toFixed(2);
    const name = document.createElement("b");
    name.textContent = event;
    const rest = Object.entries(fields).map(([key, value]) => `${key} ${JSON.stringify(value)}`);
    item.append(time, " ", name, " ", rest.join(", "));
    return item;
  }
}
