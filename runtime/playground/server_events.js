/** Server-sent events over `fetch`, because an `EventSource` cannot send a token. */

const LONGEST_EVENT = 1 << 20;

/** Yield `{event, data}` for each event of a `text/event-stream` body. */
export async function* readServerEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value.replaceAll("\r", "");
    const blocks = text.split("\n\n");
    text = blocks.pop();
    if (text.length > LONGEST_EVENT) throw new Error("the stream of the tree makes no sense");
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event.data) yield event;
    }
  }
}

function parseBlock(block) {
  const event = { event: "message", data: "" };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event.event = value;
    if (field === "data") event.data += (event.data && "\n") + value;
  }
  return event;
}
