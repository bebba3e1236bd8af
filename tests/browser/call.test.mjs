import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Call } from "../../runtime/playground/call.js";
import { explainError, explainFailure } from "../../runtime/playground/explain.js";

/** A call whose lines are in our hands. */
class Rig {
  lines = [];
  states = [];

  constructor() {
    mock.timers.reset();
    mock.timers.enable({ apis: ["setTimeout"] });
    this.call = new Call({
      makeLine: (on) => {
        const line = { on, sent: [], isClosed: false };
        line.send = (message) => line.sent.push(message.type);
        line.close = () => (line.isClosed = true);
        this.lines.push(line);
        return line;
      },
      rejoinS: 15,
      on: { state: (state, detail) => this.states.push([state, detail]), ready() {}, event() {}, refused() {} },
    });
    this.call.start();
  }

  get line() {
    return this.lines.at(-1).on;
  }

  get state() {
    return this.states.at(-1);
  }
}

const READY = { rejoin_s: 15 };

test("a line that is lost is opened anew, and again if need be", () => {
  const rig = new Rig();
  rig.line.ready(READY);
  rig.line.lost({ code: 1006, mayComeBack: true });
  assert.equal(rig.state[0], "lost");
  mock.timers.tick(250);
  rig.line.lost({ code: 1006, mayComeBack: true });
  mock.timers.tick(500);
  assert.equal(rig.lines.length, 3);
  rig.line.ready(READY);
  assert.deepEqual(rig.states.map(([state]) => state), ["connecting", "open", "lost", "open"]);
});

test("a call that does not come back in time is over", () => {
  const rig = new Rig();
  rig.line.ready({ rejoin_s: 0 });
  rig.line.lost({ code: 1006, mayComeBack: true });
  assert.equal(rig.state[0], "ended");
  assert.match(explainFailure(rig.state[1].failure), /did not come back in time/);
});

test("a seat that somebody else took is not fought for", () => {
  const rig = new Rig();
  rig.line.ready(READY);
  rig.line.lost({ code: 4409, mayComeBack: false });
  assert.equal(rig.state[0], "ended");
  assert.match(explainFailure(rig.state[1].failure), /another window/);
});

test("a call that never began says so", () => {
  const rig = new Rig();
  rig.line.lost({ code: 1006, mayComeBack: true });
  assert.match(explainFailure(rig.state[1].failure), /cannot be connected/);
});

test("hanging up says goodbye and waits for it, but not for ever", () => {
  const rig = new Rig();
  rig.line.ready(READY);
  rig.call.hangUp();
  assert.deepEqual(rig.lines[0].sent, ["bye"]);
  assert.ok(!rig.lines[0].isClosed);
  mock.timers.tick(2000);
  assert.equal(rig.state[0], "ended");
  assert.ok(rig.lines[0].isClosed);
});

test("a line that closes after the goodbye is no failure", () => {
  const rig = new Rig();
  rig.line.ready(READY);
  rig.call.hangUp();
  rig.line.lost({ code: 1000, mayComeBack: false });
  assert.deepEqual(rig.state, ["ended", { reason: "you hung up", failure: null }]);
});

test("what the worker refuses is told in its own words", () => {
  const error = Object.assign(new Error("all rooms are taken: try again in 5 s"), { name: "DoorError" });
  assert.equal(explainError(error), "All rooms are taken: try again in 5 s.");
});
