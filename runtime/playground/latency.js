/** Where the time between a caller's last sound and the agent's first one went. Pure. */

/**
 * Return the spans of a `turn_latency` event as `{name, from, to}` in ms after the end of speech.
 *
 * The model may begin before the turn is committed (it speculates): then the spans overlap, which
 * is the point of it. What did not happen (-1) has no span.
 * A voice that waits for the turn to be certain is not late while it waits.
 */
export function spansOf({ final, commit, first_token, first_audio, heard }) {
  const asked = first_token >= 0 && first_token < commit ? Math.min(final, first_token) : commit;
  const spoken = first_audio < commit ? first_token : Math.max(first_token, commit);
  const spans = [
    { name: "STT", from: 0, to: final, says: "the last words are known" },
    { name: "Wait", from: final, to: commit, says: "it is certain that the turn is over" },
    { name: "LLM", from: asked, to: first_token, says: "the first token" },
    { name: "TTS", from: spoken, to: first_audio, says: "the first sound is made" },
    { name: "Heard", from: Math.max(first_audio, commit), to: heard, says: "it is heard" },
  ];
  return spans.filter(({ from, to }) => from >= 0 && to >= from);
}

/** The end of the scale for these turns: round, and never so small that noise looks large. */
export function scaleOf(turns) {
  const longest = Math.max(400, ...turns.map(({ heard }) => heard));
  const step = longest > 2000 ? 1000 : 200;
  return step * Math.ceil(longest / step);
}
