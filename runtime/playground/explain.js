/** What went wrong, in one line that says what to do. */

const MICROPHONE = {
  NotAllowedError: "The microphone is not allowed: allow it in the address bar and call again.",
  NotFoundError: "There is no microphone: connect one and call again.",
  NotReadableError: "Another program holds the microphone: close it and call again.",
};

const CLOSED = {
  4400: "The worker could not read what this page sent: load the page again.",
  4409: "The call goes on in another window.",
  4429: "This page sent more than real time needs: call again.",
  4431: "This page read too slowly: close other programs and call again.",
};

const INSECURE = "A browser gives sound to pages of HTTPS or localhost only: open this one there.";

export const GONE = "The worker is gone: start it again and open the link that it prints.";
export const NO_TOKEN =
  "This page needs the link that the worker prints: start `runtime run agent:Main` and open it.";
export const NO_TREE = "The tree is shown to those whose token has the admin grant.";
export const LISTENING = "Somebody else speaks with the agent in this room: you listen.";

/** Why there is no microphone; the call goes on in writing. */
export function explainMicrophone(error) {
  const why = MICROPHONE[error.name] ?? `The microphone fails (${error.name}): try another one.`;
  return `${why} Meanwhile you hear the agent and can write to it.`;
}

/** Why a call could not begin, or is over without a goodbye. */
export function explainFailure({ code, error, tooLate, neverOpen }) {
  if (error?.name === "DoorError") return sentence(error.message);
  if (tooLate) return "The connection is lost and did not come back in time: call again.";
  if (CLOSED[code]) return CLOSED[code];
  if (neverOpen) return "The call cannot be connected: is something between you and the worker?";
  return "The call broke off: is the worker still running?";
}

/** Anything that was thrown. */
export function explainError(error) {
  if (error.name === "DoorError") return sentence(error.message);
  if (error.name === "SecurityError") return INSECURE;
  if (error.name === "AbortError") return GONE; // a worklet could not be loaded
  return `Something in this page is wrong: ${error.message}`;
}

function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
