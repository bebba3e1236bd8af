/** The page: puts the parts together and lets the events of a call run through them. */

import { Call } from "./call.js";
import { Controls } from "./controls.js";
import { Conversation, pathInRoom } from "./conversation.js";
import { CrashButtons } from "./crash_buttons.js";
import { Door } from "./door.js";
import { EventLog } from "./event_log.js";
import * as explain from "./explain.js";
import { Meters } from "./meters.js";
import { Score } from "./score.js";
import { Stage } from "./stage.js";
import { Transcript } from "./transcript.js";
import { TreeView } from "./tree_view.js";
import { TreeWatch } from "./tree_watch.js";
import { Waterfall } from "./waterfall.js";

const STATUS = {
  idle: "Not connected",
  connecting: "Connecting …",
  open: "Connected by ",
  lost: "Connection lost, coming back …",
};

const ROUTES = { websocket: "WebSocket", webrtc: "WebRTC" };

const page = (id) => document.getElementById(id);

class Playground {
  #door = new Door(new URL(".", document.baseURI), tokenOf(location.hash));
  #transcript = new Transcript(page("transcript"), page("aloud"));
  #waterfall = new Waterfall(page("latency"));
  #log = new EventLog(page("events"), page("event-count"));
  #score = new Score(page("score"));
  #tree = new TreeView(page("tree"), (path) => this.#crash(path));
  #crashButtons = new CrashButtons(page("break"), (path) => this.#crash(path));
  #treeWatch = new TreeWatch(this.#door, (tree) => {
    this.#tree.show(tree, this.#ticket.can_crash);
    this.#crashButtons.show(tree);
  });
  #meters = new Meters({
    score: this.#score,
    callerMeter: page("caller-level"),
    agentMeter: page("agent-level"),
  });
  #controls = new Controls(page, {
    talk: () =>
      this.#guard(
        () => this.#talk(),
        () => this.#over(),
      ),
    hangUp: () => this.#hangUp(),
    mute: (isMuted) => (this.#stage.microphone.isMuted = isMuted),
    write: (text) => this.#call.send({ type: "text", text }),
    press: (digit) => this.#call.send({ type: "dtmf", digit }),
    interrupt: () => this.#call.send({ type: "interrupt" }),
    download: () => this.#log.download(this.#ticket.room),
  });
  #conversation = new Conversation();
  #stage = null;
  #ticket = null;
  #route = "";
  #call = null;
  #calling = new AbortController(); // aborted once nobody waits for this call any more

  constructor() {
    this.#show("idle");
    if (!tokenOf(location.hash)) this.#notice(explain.NO_TOKEN);
    addEventListener("hashchange", () => location.reload()); // another token
    addEventListener("pagehide", () => this.#call?.hangUp()); // nobody waits for who has left
  }

  async #talk() {
    this.#clear();
    this.#show("connecting");
    const { signal } = (this.#calling = new AbortController());
    const stage = await Stage.open((error) => this.#notice(explain.explainMicrophone(error)));
    if (signal.aborted) return stage.close();
    this.#stage = stage;
    this.#ticket = await this.#door.enter();
    if (signal.aborted) return;
    this.#route = this.#controls.route;
    this.#call = new Call({
      makeLine: (on) => this.#stage.line(this.#door, this.#ticket, this.#route, on),
      rejoinS: this.#ticket.rejoin_s,
      on: {
        state: (state, detail) => this.#callIs(state, detail),
        ready: (message) => this.#ready(message),
        event: (event) => this.#take(event),
        refused: ({ message }) => this.#notice(message),
      },
    });
    this.#meters.start(this.#stage.microphone?.level, this.#stage.loudspeaker.level);
    this.#call.start();
  }

  #hangUp() {
    if (this.#call) this.#call.hangUp();
    else this.#over();
  }

  #callIs(state, { reason, failure }) {
    if (state === "ended") {
      if (failure) this.#guard(() => this.#explain(failure));
      this.#over(reason || "broken off");
    } else if (state !== "open") {
      this.#show(state);
    }
  }

  #ready({ role, resumed }) {
    const isSpeaker = role === "speaker";
    this.#show("open", { isSpeaker, hasMicrophone: this.#stage.microphone !== null });
    if (!isSpeaker) this.#notice(explain.LISTENING);
    if (!resumed) this.#guard(() => this.#watchTree());
  }

  /** A browser does not say why a WebSocket was refused: the room does. */
  async #explain(failure) {
    this.#notice(explain.explainFailure(failure));
    if (failure.neverOpen && !failure.error) await this.#door.room(this.#ticket.room);
  }

  async #watchTree() {
    page("tree-empty").textContent = explain.NO_TREE;
    if (!this.#door.isAdmin) return;
    page("break").hidden = !this.#ticket.can_crash;
    page("tree").inert = false;
    page("tree-empty").hidden = true;
    await this.#treeWatch.start(this.#ticket.room);
  }

  #crash(path) {
    this.#score.mark("fell");
    this.#tree.fell(path);
    this.#transcript.show(this.#conversation.stage(`You crash ${path}`, { tone: "fell" }));
    this.#guard(() => this.#door.crash(this.#ticket.room, path));
  }

  #take(event) {
    this.#log.take(event);
    this.#waterfall.take(event);
    const line = this.#conversation.take(event);
    if (line) this.#transcript.show(line);
    if (event.event === "agent_state_changed") page("agent-state").textContent = event.state;
    if (event.event === "user_state_changed") page("user-state").textContent = event.state;
    if (event.event === "interrupted") this.#score.mark("cut");
    const fallen = pathOfFallen(event);
    if (fallen) this.#tree.fell(fallen);
  }

  #over(reason) {
    this.#calling.abort();
    this.#treeWatch.stop();
    this.#meters.stop();
    this.#stage?.close();
    this.#stage = this.#call = null;
    page("break").hidden = page("tree").inert = true;
    page("agent-state").textContent = page("user-state").textContent = "–";
    if (reason) this.#transcript.show(this.#conversation.stage(`The call is over: ${reason}`));
    this.#show("idle");
  }

  #clear() {
    for (const part of [this.#transcript, this.#waterfall, this.#log, this.#score, this.#tree]) {
      part.clear();
    }
    this.#conversation = new Conversation();
    this.#notice("");
  }

  #show(state, abilities) {
    const where = state === "open" ? `${ROUTES[this.#route]} · ${this.#ticket.room}` : "";
    page("status").textContent = STATUS[state] + where;
    page("status").dataset.state = state;
    this.#controls.show(state, abilities);
  }

  #notice(line) {
    page("notice").textContent = line;
    page("notice").hidden = line === "";
  }

  /** Do this; what goes wrong becomes one line on the page. */
  async #guard(act, onFailure = () => {}) {
    try {
      await act();
    } catch (error) {
      this.#notice(explain.explainError(error));
      onFailure();
    }
  }
}

/** Where in the tree the actor is that this event says has fallen, or null. */
function pathOfFallen({ event, actor, where }) {
  if (event === "actor_restarted") return pathInRoom(actor);
  if (event === "error") return where.replace("/", "-slot/performers/");
  return null;
}

function tokenOf(hash) {
  return new URLSearchParams(hash.slice(1)).get("token") ?? "";
}

new Playground();
