import assert from "node:assert/strict";
import { test } from "node:test";

import { Conversation } from "../../runtime/playground/conversation.js";
import { scaleOf, spansOf } from "../../runtime/playground/latency.js";
import { readServerEvents } from "../../runtime/playground/server_events.js";

/** Return the lines at the end, as `who state: text`. */
function linesOf(...events) {
  const conversation = new Conversation();
  const lines = new Map();
  for (const event of events) {
    const line = conversation.take(event);
    if (line) lines.set(line.key, line);
  }
  return [...lines.values()].map(({ who, state, text }) => `${who} ${state}: ${text}`);
}

const heard = (text, final) => ({ event: "user_transcript", text, final });

test("what is heard grows until the turn is committed", () => {
  assert.deepEqual(linesOf(heard("two", false), heard("two nights", true), heard("ple", false)), [
    "caller open: two nights ple",
  ]);
  const committed = { event: "turn_committed", epoch: 2, text: "two nights please" };
  assert.deepEqual(linesOf(heard("two nights", true), committed, heard("and", false)), [
    "caller done: two nights please",
    "caller open: and",
  ]);
});

test("an agent that is cut off keeps the words that were heard", () => {
  const words = (text) => ({ event: "agent_words", epoch: 3, text });
  const over = { event: "agent_transcript", epoch: 3, text: "We have", interrupted: true };
  assert.deepEqual(linesOf(words("We"), words("have")), ["agent open: We have"]);
  assert.deepEqual(linesOf(words("We"), heard("no", false), words("have"), over), [
    "agent cut: We have",
    "caller open: no",
  ]);
});

test("noise is no turn, and a turn may read differently later", () => {
  assert.deepEqual(linesOf({ event: "turn_discarded", text: "", reason: "empty" }), []);
  const dropped = { event: "turn_discarded", text: "hm", reason: "backchannel" };
  assert.deepEqual(linesOf(heard("hm", true), dropped), ["caller dropped: hm"]);
  const committed = { event: "turn_committed", epoch: 2, text: "two nights" };
  const tail = { event: "turn_amended", old: "", new: "please" };
  assert.deepEqual(linesOf(committed, tail), ["caller done: two nights please"]);
});

test("a tool call is one line, from its start to its result", () => {
  const called = (status, output) => ({
    event: "tool_called", epoch: 2, name: "breakfast", arguments: "{}", status, output,
  });
  assert.deepEqual(linesOf(called("started", ""), called("done", "at seven")), [
    "stage done: breakfast() → at seven",
  ]);
});

test("an event that is not known changes nothing", () => {
  assert.deepEqual(linesOf({ event: "constructor" }, { event: "news" }), []);
});

test("the spans of a turn follow each other, or overlap where the model began early", () => {
  const early = { final: 160, commit: 300, first_token: 170, first_audio: 250, heard: 310 };
  const spans = spansOf(early).map(({ name, from, to }) => `${name} ${from}-${to}`);
  assert.deepEqual(spans, ["STT 0-160", "Wait 160-300", "LLM 160-170", "TTS 170-250", "Heard 300-310"]);
  const late = { final: 160, commit: 300, first_token: 700, first_audio: 800, heard: 820 };
  assert.deepEqual(spansOf(late)[2], { ...spansOf(late)[2], name: "LLM", from: 300, to: 700 });
});

test("a voice that had to wait until the turn was certain is not told to be slow", () => {
  const waited = { final: 160, commit: 460, first_token: 161, first_audio: 462, heard: 470 };
  const tts = spansOf(waited).find(({ name }) => name === "TTS");
  assert.deepEqual([tts.from, tts.to], [460, 462]);
});

test("what did not happen has no span", () => {
  const none = { final: -1, commit: 300, first_token: -1, first_audio: -1, heard: 400 };
  assert.deepEqual(spansOf(none).map(({ name }) => name), ["Heard"]);
  assert.equal(scaleOf([{ heard: 90 }]), 400);
  assert.equal(scaleOf([{ heard: 90 }, { heard: 2100 }]), 3000);
});

test("server-sent events come whole, however the network cuts them", async () => {
  const sent = ': hello\n\nevent: tree\ndata: {"a": 1}\n\nevent: report\ndata: x\ndata: y\n\nevent: un';
  const pieces = [...sent].map((character) => new TextEncoder().encode(character));
  const read = await Array.fromAsync(readServerEvents(ReadableStream.from(pieces)));
  assert.deepEqual(read, [
    { event: "tree", data: '{"a": 1}' },
    { event: "report", data: "x\ny" },
  ]);
});
