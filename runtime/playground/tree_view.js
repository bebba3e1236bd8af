/** The supervision tree of the room, live: rows stay in place, and what falls or enters flashes. */

const FLASH_MS = 1600;

export class TreeView {
  #root;
  #onCrash;
  #rows = new Map(); // by path
  #canCrash = false;

  /** `root` is an empty list; `onCrash(path)` is called for a row's button. */
  constructor(root, onCrash) {
    this.#root = root;
    this.#onCrash = onCrash;
  }

  clear() {
    this.#root.replaceChildren();
    this.#rows.clear();
  }

  show(tree, canCrash) {
    this.#canCrash = canCrash;
    const isFirst = this.#rows.size === 0;
    const seen = new Set();
    this.#showChildren(tree, "", this.#root, seen, isFirst);
    for (const [path, row] of this.#rows) if (!seen.has(path)) this.#remove(path, row);
  }

  /** Let a row flash because its actor fell; one that comes back at once would not be seen to. */
  fell(path) {
    const row = this.#rows.get(path);
    if (row) flash(row.line, "fell");
  }

  #showChildren(node, prefix, list, seen, isFirst) {
    let before = null;
    for (const child of node.children) {
      const path = prefix + child.name;
      seen.add(path);
      const row = this.#rows.get(path) ?? this.#add(path, child, list, before, isFirst);
      update(row, child);
      before = row.item;
      this.#showChildren(child, `${path}/`, row.list, seen, isFirst);
    }
  }

  #add(path, node, list, before, isFirst) {
    const item = document.createElement("li");
    const line = document.createElement("div");
    const row = { item, line, list: document.createElement("ul") };
    item.dataset.path = path;
    line.className = "actor";
    for (const part of ["name", "kind", "restarts", "mail"]) {
      row[part] = document.createElement("span");
      row[part].className = part;
      line.append(row[part], " ");
    }
    row.name.textContent = node.name;
    if (this.#canCrash) line.append(this.#button(path));
    item.append(line, row.list);
    if (before) before.after(item);
    else list.prepend(item);
    this.#rows.set(path, row);
    if (!isFirst) flash(line, "entered");
    return row;
  }

  #button(path) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "crash";
    button.textContent = "crash";
    button.setAttribute("aria-label", `Crash ${path}`);
    button.onclick = () => this.#onCrash(path);
    return button;
  }

  /** What has left stays for a moment, struck through. */
  #remove(path, row) {
    this.#rows.delete(path);
    row.line.classList.add("gone");
    row.line.querySelector("button")?.remove();
    setTimeout(() => row.item.remove(), FLASH_MS);
  }
}

function update(row, node) {
  row.line.dataset.state = node.state;
  row.kind.textContent = node.state === "running" ? node.kind : `${node.kind} ${node.state}`;
  row.mail.textContent = node.mail ? `${node.mail} waiting` : "";
  row.mail.style.setProperty("--depth", Math.min(1, Math.log2(1 + node.mail) / 8));
  row.restarts.textContent = node.restarts ? `restarted ${node.restarts}×` : "";
  row.restarts.title = node.last_failure;
  row.line.title = Object.entries(node.facts)
    .map(([name, fact]) => `${name}: ${fact}`)
    .join("\n");
}

function flash(line, how) {
  line.classList.remove(how);
  void line.offsetWidth; // lets the animation begin anew
  line.classList.add(how);
  setTimeout(() => line.classList.remove(how), FLASH_MS);
}
