/** Each turn's latency as a waterfall; the latest is open, older ones unfold. */

import { scaleOf, spansOf } from "./latency.js";

const SHOWN = 8;

export class Waterfall {
  #box;
  #turns = []; // the latest first
  #texts = new Map(); // what the caller said, by epoch

  constructor(box) {
    this.#box = box;
  }

  clear() {
    this.#turns = [];
    this.#texts.clear();
    this.#box.replaceChildren();
  }

  take(event) {
    if (event.event === "turn_committed") this.#texts.set(event.epoch, event.text);
    if (event.event !== "turn_latency" || event.heard < 0) return;
    const text = this.#texts.get(event.epoch) ?? "";
    this.#texts.clear();
    this.#turns = [{ ...event, text }, ...this.#turns].slice(0, SHOWN);
    const scaleMs = scaleOf(this.#turns);
    this.#box.replaceChildren(...this.#turns.map((turn, at) => turnOf(turn, scaleMs, at === 0)));
  }
}

function turnOf(turn, scaleMs, isOpen) {
  const details = document.createElement("details");
  details.open = isOpen;
  const summary = document.createElement("summary");
  const total = element("b", "total", `${turn.heard} ms`);
  summary.append(total, element("q", "said", turn.text));
  const rows = document.createElement("dl");
  for (const span of spansOf(turn)) rows.append(...rowOf(span, scaleMs));
  rows.append(element("dt", "axis", ""), axisOf(scaleMs));
  details.append(summary, rows);
  return details;
}

function rowOf({ name, from, to, says }, scaleMs) {
  const value = document.createElement("dd");
  const bar = element("span", `bar ${name.toLowerCase()}`, "");
  bar.style.setProperty("--from", from / scaleMs);
  bar.style.setProperty("--to", to / scaleMs);
  const text = element("span", "ms", `${to - from} ms`);
  text.title = `at ${to} ms ${says}`;
  value.append(bar, text);
  return [element("dt", "", name), value];
}

function axisOf(scaleMs) {
  const axis = element("dd", "axis", "");
  axis.setAttribute("aria-hidden", "true");
  for (const part of [0, 0.5, 1]) axis.append(element("span", "", `${part * scaleMs}`));
  return axis;
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
