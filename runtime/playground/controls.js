/** The buttons and the line for writing: what can be pressed now, and what it means. */

const KEYS = [..."123456789*0#"];

export class Controls {
  #page;
  #on;
  #isMuted = false;

  /** `page` finds an element by id; `on` has a method for each thing that a visitor can do. */
  constructor(page, on) {
    this.#page = page;
    this.#on = on;
    page("call").onsubmit = (event) => this.#submitted(event, () => this.#talk());
    page("write").onsubmit = (event) => this.#submitted(event, () => this.#write());
    page("mute").onclick = () => this.#mute();
    page("interrupt").onclick = () => on.interrupt();
    page("download").onclick = () => on.download();
    page("keypad").querySelector(".keys").append(...KEYS.map((key) => this.#key(key)));
  }

  /** By which way the visitor wants to connect: websocket or webrtc. */
  get route() {
    return this.#page("route").querySelector(":checked").value;
  }

  /** Let the visitor do what is possible in this state of the call. */
  show(state, { isSpeaker = false, hasMicrophone = false } = {}) {
    const isCalling = state !== "idle";
    const canSpeak = state === "open" && isSpeaker;
    const talk = this.#page("talk");
    talk.textContent = isCalling ? "Hang up" : "Talk";
    talk.dataset.does = isCalling ? "hang-up" : "talk";
    this.#page("route").disabled = isCalling;
    for (const id of ["line", "send", "interrupt"]) this.#page(id).disabled = !canSpeak;
    for (const key of this.#page("keypad").querySelectorAll("button")) key.disabled = !canSpeak;
    this.#page("mute").disabled = !canSpeak || !hasMicrophone;
    if (!isCalling) this.#setMuted(false);
    if (isCalling) this.#page("download").disabled = false;
  }

  #submitted(event, act) {
    event.preventDefault();
    act();
  }

  #talk() {
    if (this.#page("talk").dataset.does === "hang-up") this.#on.hangUp();
    else this.#on.talk();
  }

  #write() {
    const text = this.#page("line").value.trim();
    if (!text) return;
    this.#page("line").value = "";
    this.#on.write(text);
  }

  #mute() {
    this.#setMuted(!this.#isMuted);
    this.#on.mute(this.#isMuted);
  }

  #setMuted(isMuted) {
    this.#isMuted = isMuted;
    this.#page("mute").setAttribute("aria-pressed", isMuted);
  }

  #key(digit) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = digit;
    button.disabled = true;
    button.onclick = () => this.#on.press(digit);
    return button;
  }
}
