/**
 * What was said, made of the worker's public events. Pure: a list of lines, no page.
 *
 * A line is `{key, who, text, state, note, tone}`. `who` is caller, agent or stage (what happens
 * beside the talk); `state` is open (still being said), done, cut (the agent was interrupted) or
 * dropped; `tone` is fell or back where an actor did that, else empty.
 */

const LONGEST = 400;

export class Conversation {
  #lines = [];
  #finals = []; // of the caller's turn that is not committed yet
  #caller = null;
  #agents = new Map(); // by epoch
  #tools = new Map(); // by epoch and name
  #number = 0;

  /** Take an event; return the line that is new or changed, or null. */
  take(event) {
    return CHANGES.get(event.event)?.call(this, event) ?? null;
  }

  /** Something happened beside the talk. */
  stage(text, { note = "", tone = "" } = {}) {
    return this.#add("stage", { text, note, tone, state: "done" });
  }

  heard({ text, final }) {
    this.#caller ??= this.#add("caller");
    if (final) this.#finals.push(text);
    this.#caller.text = (final ? this.#finals : [...this.#finals, text]).join(" ");
    return this.#caller;
  }

  committed({ text }) {
    const line = this.#closeCaller();
    return Object.assign(line ?? this.#add("caller"), { text, state: "done" });
  }

  discarded({ text, reason }) {
    const line = this.#closeCaller();
    if (!line) return null;
    return Object.assign(line, { text: text || line.text, state: "dropped", note: reason });
  }

  amended({ old, new: text }) {
    const line = this.#lines.findLast(({ who }) => who === "caller");
    if (!line) return null;
    line.text = old ? text : `${line.text} ${text}`;
    return line;
  }

  spoke({ epoch, text }) {
    const line = this.#agent(epoch);
    line.text = `${line.text} ${text}`.trim();
    return line;
  }

  finished({ epoch, text, interrupted }) {
    if (!text && !this.#agents.has(epoch)) return null;
    return Object.assign(this.#agent(epoch), { text, state: interrupted ? "cut" : "done" });
  }

  answered({ epoch, heard }) {
    if (heard < 0) return null;
    return Object.assign(this.#agent(epoch), { note: `after ${heard} ms` });
  }

  called({ epoch, name, arguments: given, status, output }) {
    const key = `${epoch} ${name} ${given}`;
    const line = this.#tools.get(key) ?? this.stage("");
    this.#tools.set(key, line);
    const call = `${name}(${given === "{}" ? "" : given})`;
    if (status !== "started") this.#tools.delete(key);
    line.text = status === "done" ? `${call} → ${output}` : `${call} … ${status}`;
    return line;
  }

  #agent(epoch) {
    if (!this.#agents.has(epoch)) this.#agents.set(epoch, this.#add("agent"));
    return this.#agents.get(epoch);
  }

  #closeCaller() {
    const line = this.#caller;
    this.#caller = null;
    this.#finals = [];
    return line;
  }

  #add(who, fields = {}) {
    this.#number += 1;
    const line = { key: this.#number, who, text: "", state: "open", note: "", tone: "", ...fields };
    this.#lines.push(line);
    if (this.#lines.length > LONGEST) this.#forgetOldest();
    return line;
  }

  #forgetOldest() {
    const oldest = this.#lines.shift();
    for (const [epoch, line] of this.#agents) if (line === oldest) this.#agents.delete(epoch);
  }
}

/** The way to an actor from its room down the tree, of the name that events give it. */
export function pathInRoom(actor) {
  return actor.replace(/^room [^/]*\//, "");
}

const CHANGES = new Map(
  Object.entries({
    user_transcript: Conversation.prototype.heard,
    turn_committed: Conversation.prototype.committed,
    turn_discarded: Conversation.prototype.discarded,
    turn_amended: Conversation.prototype.amended,
    agent_words: Conversation.prototype.spoke,
    agent_transcript: Conversation.prototype.finished,
    turn_latency: Conversation.prototype.answered,
    tool_called: Conversation.prototype.called,
    actor_restarted({ actor, reason }) {
      const path = actor.replace(/^room [^/]*\//, "");
      return this.stage(`${path} is back on stage`, { note: reason, tone: "back" });
    },
    provider_switched({ slot, from, to, reason }) {
      return this.stage(`${slot}: ${to} takes over from ${from}`, { note: reason, tone: "back" });
    },
    connection_changed({ state }) {
      return this.stage(state === "lost" ? "The connection is lost" : "The connection is back");
    },
    dtmf_entered({ digits }) {
      return this.stage(`Keys ${digits}`);
    },
    error({ where, message }) {
      return this.stage(`${where}: ${message}`);
    },
  }),
);
