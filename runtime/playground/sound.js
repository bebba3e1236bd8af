/** The AudioContext of a call, and how loud something in it is. */

const RATES_HZ = [8000, 12000, 16000, 22050, 24000, 32000, 44100, 48000];

/**
 * Open an AudioContext at a rate that the worker takes, with both worklets in it.
 *
 * Throws a `SecurityError` where the browser would give neither worklets nor a microphone.
 */
export async function openSound() {
  if (!isSecureContext) throw new DOMException("no HTTPS", "SecurityError");
  let context = new AudioContext({ latencyHint: "interactive" });
  if (!RATES_HZ.includes(context.sampleRate)) {
    await context.close();
    context = new AudioContext({ latencyHint: "interactive", sampleRate: 48000 });
  }
  const worklet = (name) => context.audioWorklet.addModule(new URL(name, import.meta.url));
  await Promise.all([worklet("capture_worklet.js"), worklet("playback_worklet.js")]);
  await context.resume();
  return context;
}

/** The level of whatever is connected to its `node`, from 0 (silence) to 1 (full scale). */
export class Level {
  #samples;

  constructor(context) {
    this.node = new AnalyserNode(context, { fftSize: 1024 });
    this.#samples = new Float32Array(this.node.fftSize);
  }

  /** The root mean square of the last 20 ms, on a scale of decibels from −60 to 0. */
  read() {
    this.node.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0);
    const decibels = 10 * Math.log10(power / this.#samples.length + 1e-9);
    return Math.max(0, Math.min(1, 1 + decibels / 60));
  }
}
