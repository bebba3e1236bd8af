/** What a visitor may crash with one press: the parts of a call that everybody knows. */

const PARTS = [
  ["the voice", "tts-slot/performers/*"],
  ["the model", "llm-slot/performers/*"],
  ["the recogniser", "stt-slot/performers/*"],
  ["the loudspeaker", "audio_track"],
  ["the session", "session"],
];

export class CrashButtons {
  #buttons;

  /** Put the buttons into `group`; `onCrash(path)` is called when one is pressed. */
  constructor(group, onCrash) {
    this.#buttons = PARTS.map(([label, pattern]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.setAttribute("aria-label", `Crash ${label}`);
      button.onclick = () => onCrash(button.dataset.path);
      group.append(button);
      return { button, pattern };
    });
  }

  /** Offer what this tree has. */
  show(tree) {
    for (const { button, pattern } of this.#buttons) {
      const path = pathOf(tree, pattern.split("/"));
      button.disabled = path === null;
      button.dataset.path = path ?? "";
    }
  }
}

/** The path of the first node that matches; `*` is any name. */
function pathOf(node, [name, ...rest]) {
  const child = node.children.find((one) => name === "*" || one.name === name);
  if (!child) return null;
  if (rest.length === 0) return child.name;
  const below = pathOf(child, rest);
  return below && `${child.name}/${below}`;
}
