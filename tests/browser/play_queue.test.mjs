import assert from "node:assert/strict";
import { test } from "node:test";

import { PlayQueue } from "../../runtime/playground/play_queue.js";

const RATE_HZ = 48_000;
const QUANTUM = 128;

const loud = (samples) => new Int16Array(samples).fill(16_384);

function pulled(queue, samples) {
  const all = [];
  while (all.length < samples) {
    const out = new Float32Array(QUANTUM);
    queue.pull(out);
    all.push(...out);
  }
  return all;
}

test("nothing sounds before enough waits", () => {
  const queue = new PlayQueue(RATE_HZ);
  queue.push(loud(960));
  assert.ok(pulled(queue, QUANTUM).every((sample) => sample === 0));
  assert.equal(queue.played, 0);
  queue.push(loud(1920));
  assert.ok(pulled(queue, QUANTUM).every((sample) => sample === 0.5));
  assert.equal(queue.played, QUANTUM);
});

test("a sound that is shorter than that sounds all the same", () => {
  const queue = new PlayQueue(RATE_HZ);
  queue.push(loud(480));
  const heard = pulled(queue, 8 * 960).filter((sample) => sample !== 0);
  assert.equal(heard.length, 480);
  assert.equal(queue.played, 480);
  assert.ok(!queue.isSounding);
});

test("what is cleared counts as passed, and the position says where sound stopped", () => {
  const queue = new PlayQueue(RATE_HZ);
  queue.push(loud(9600));
  pulled(queue, 4800);
  const before = queue.played;
  const stoppedAt = queue.clear();
  assert.equal(stoppedAt, before + 480, "10 ms fade out");
  assert.equal(queue.played, 9600);
  const rest = pulled(queue, 1280);
  assert.ok(rest.findLastIndex((sample) => sample !== 0) < 480);
  queue.push(loud(4800));
  pulled(queue, QUANTUM);
  assert.equal(queue.played, 9600 + QUANTUM);
});

test("clearing silence stops nothing", () => {
  const queue = new PlayQueue(RATE_HZ);
  assert.equal(queue.clear(), 0);
  queue.push(loud(960));
  assert.equal(queue.clear(), 0);
  assert.equal(queue.played, 960);
});

test("whatever comes in whatever pieces, all of it is played once and in order", () => {
  for (let round = 0; round < 10; round += 1) {
    const queue = new PlayQueue(RATE_HZ);
    let next = 1;
    const heard = [];
    while (next < 20_000) {
      const piece = new Int16Array(1 + Math.floor(Math.random() * 2000));
      queue.push(piece.map(() => next++));
      if (Math.random() < 0.5) heard.push(...pulled(queue, QUANTUM));
    }
    heard.push(...pulled(queue, 2 * next + RATE_HZ));
    const sounds = heard.filter((sample) => sample !== 0).map((sample) => sample * 32_768);
    assert.deepEqual(sounds, Array.from({ length: next - 1 }, (_, at) => at + 1));
    assert.equal(queue.played, next - 1);
  }
});
