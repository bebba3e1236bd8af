/** The conversation on the page: a list, and whole lines read aloud to who cannot see it. */

const LONGEST = 400;
const WHO = { caller: "You", agent: "Agent", stage: "" };
const NOTES = { cut: "cut off here", dropped: "not taken as a turn" };

export class Transcript {
  #list;
  #aloud;
  #items = new Map();

  /** `list` shows the lines; `aloud` is a live region that only screen readers see. */
  constructor(list, aloud) {
    this.#list = list;
    this.#aloud = aloud;
  }

  clear() {
    this.#list.replaceChildren();
    this.#aloud.replaceChildren();
    this.#items.clear();
  }

  show(line) {
    const isAtEnd = this.#isAtEnd();
    const item = this.#items.get(line.key) ?? this.#add(line);
    const wasOpen = item.dataset.state === "open";
    item.dataset.state = line.state;
    item.querySelector(".text").textContent = line.text;
    const note = [NOTES[line.state], line.note].filter(Boolean).join(" · ");
    item.querySelector(".note").textContent = note;
    if (wasOpen && line.state !== "open") this.#say(line);
    if (isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #add(line) {
    const item = document.createElement("li");
    item.className = `${line.who} ${line.tone}`;
    item.dataset.state = "open";
    for (const name of ["who", "text", "note"]) {
      const part = document.createElement("span");
      part.className = name;
      item.append(part, " ");
    }
    item.querySelector(".who").textContent = WHO[line.who];
    this.#items.set(line.key, item);
    this.#list.append(item);
    if (this.#items.size > LONGEST) this.#removeOldest();
    return item;
  }

  #removeOldest() {
    const [key, item] = this.#items.entries().next().value;
    this.#items.delete(key);
    item.remove();
  }

  #say(line) {
    const text = document.createElement("p");
    text.textContent = `${WHO[line.who]} ${line.text} ${NOTES[line.state] ?? ""}`;
    this.#aloud.append(text);
    while (this.#aloud.childElementCount > 20) this.#aloud.firstElementChild.remove();
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < 40;
  }
}
