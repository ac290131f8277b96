// Seals and opens frames, off the page's thread. One for a whole meeting: all that a seat sends is
// under one key, and counted together.
import { type Epoch, Epochs, Opener } from "./epochs.ts";
import type { Kind } from "./sealing.ts";

/** What the page tells this worker. */
export type Told = { enter: Epoch } | { leave: true } | { screen: string | null };

/** What a transform is for; `slot` is a seat, or null for the screen that is shown. */
export type Task = { seal: Kind } | { open: Kind; slot: string | null };

/** What this worker tells the page: frames of a slot that were shown and dropped since it last did. */
export interface Tally {
  slot: string;
  kind: Kind;
  shown: number;
  dropped: Partial<Record<string, number>>;
}

interface Scope {
  onmessage: ((event: MessageEvent<Told>) => void) | null;
  onrtctransform: ((event: { transformer: Transformer }) => void) | null;
  postMessage(message: Tally[]): void;
}

interface Transformer {
  options: Task;
  readable: ReadableStream<EncodedFrame>;
  writable: WritableStream<EncodedFrame>;
  sendKeyFrameRequest?(): Promise<void>;
}

interface EncodedFrame {
  data: ArrayBuffer;
}

/** A receiver asks no more often than this for a picture that stands alone. */
const ASK_AGAIN_MS = 1_000;
const TELL_MS = 1_000;

const scope = self as unknown as Scope;
const epochs = new Epochs();
const tallies = new Map<string, Tally>();
let screen: string | null = null;

scope.onmessage = ({ data }) => {
  if ("enter" in data) void epochs.enter(data.enter, performance.now());
  else if ("screen" in data) screen = data.screen;
  else epochs.leave();
};

scope.onrtctransform = ({ transformer }) => {
  const { options } = transformer;
  const work = "seal" in options ? sealing(options.seal) : opening(options.open, options.slot, transformer);
  // It ends when its track does, and then there is nothing more to be done.
  transformer.readable.pipeThrough(new TransformStream(work)).pipeTo(transformer.writable).catch(() => {});
};

setInterval(() => {
  if (tallies.size === 0) return;
  scope.postMessage([...tallies.values()]);
  tallies.clear();
}, TELL_MS);

function sealing(kind: Kind): FrameWork {
  return {
    async transform(frame, out) {
      const sealed = await epochs.seal(kind, new Uint8Array(frame.data)).catch(() => null);
      if (!sealed) return;
      frame.data = sealed.buffer;
      out.enqueue(frame);
    },
  };
}

function opening(kind: Kind, slot: string | null, transformer: Transformer): FrameWork {
  const opener = new Opener(epochs, kind);
  let askedAt = -ASK_AGAIN_MS;
  return {
    async transform(frame, out) {
      const seat = slot ?? screen;
      const opened = seat === null ? "foreign" : await opener.open(new Uint8Array(frame.data), seat);
      const now = performance.now();
      const tally = tallyOf(slot ?? "screen", kind);
      if (typeof opened !== "string") {
        tally.shown += 1;
        frame.data = opened.buffer;
        out.enqueue(frame);
        return;
      }
      tally.dropped[opened] = (tally.dropped[opened] ?? 0) + 1;
      // What follows builds on the frame that is missing.
      if (kind !== "picture" || opened === "again" || now - askedAt < ASK_AGAIN_MS) return;
      askedAt = now;
      // It is sent when it can be; nothing here waits for that.
      transformer.sendKeyFrameRequest?.().catch(() => {});
    },
  };
}

function tallyOf(slot: string, kind: Kind): Tally {
  const id = `${slot} ${kind}`;
  let tally = tallies.get(id);
  if (!tally) tallies.set(id, (tally = { slot, kind, shown: 0, dropped: {} }));
  return tally;
}

interface FrameWork {
  transform(frame: EncodedFrame, out: TransformStreamDefaultController<EncodedFrame>): Promise<void>;
}
