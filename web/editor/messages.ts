// The messages between this page and the server, in lib0's encoding. Each is one binary frame that
// begins with its kind.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

const SYNC = 0;
const AWARENESS = 1;
const SAVED = 2;
const REFUSED = 3;
const TOLD = 4;

/** Within a sync message, as y-protocols/sync has them. */
const STEP1 = 0;
const STEP2 = 1;
const UPDATE = 2;

/** What comes from the server. */
export type Message =
  /** Asks for what this state vector lacks. */
  | { kind: "step1"; stateVector: Uint8Array }
  /** Answers step1. */
  | { kind: "step2"; update: Uint8Array }
  | { kind: "update"; update: Uint8Array }
  | { kind: "awareness"; update: Uint8Array }
  /** The first `count` updates that this page sent on this connection are on disk. */
  | { kind: "saved"; count: number }
  | { kind: "refused"; sentence: string }
  | { kind: "told"; event: unknown }
  /** Of a later version: to be passed over. */
  | { kind: "unknown" };

/** @throws when the frame is not whole. */
export function read(frame: Uint8Array): Message {
  const decoder = decoding.createDecoder(frame);
  switch (decoding.readVarUint(decoder)) {
    case SYNC:
      switch (decoding.readVarUint(decoder)) {
        case STEP1:
          return { kind: "step1", stateVector: decoding.readVarUint8Array(decoder) };
        case STEP2:
          return { kind: "step2", update: decoding.readVarUint8Array(decoder) };
        case UPDATE:
          return { kind: "update", update: decoding.readVarUint8Array(decoder) };
        default:
          return { kind: "unknown" };
      }
    case AWARENESS:
      return { kind: "awareness", update: decoding.readVarUint8Array(decoder) };
    case SAVED:
      return { kind: "saved", count: decoding.readVarUint(decoder) };
    case REFUSED:
      return { kind: "refused", sentence: decoding.readVarString(decoder) };
    case TOLD:
      return { kind: "told", event: JSON.parse(decoding.readVarString(decoder)) as unknown };
    default:
      return { kind: "unknown" };
  }
}

export function step1(stateVector: Uint8Array): Uint8Array {
  return frame(stateVector, SYNC, STEP1);
}

export function step2(update: Uint8Array): Uint8Array {
  return frame(update, SYNC, STEP2);
}

export function update(update: Uint8Array): Uint8Array {
  return frame(update, SYNC, UPDATE);
}

export function awareness(update: Uint8Array): Uint8Array {
  return frame(update, AWARENESS);
}

/** The server's own messages, for the tests' server and the harness'. */
export const fromServer = {
  saved: (count: number) => {
    return encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, SAVED);
      encoding.writeVarUint(encoder, count);
    });
  },
  refused: (sentence: string) => sentenceFrame(REFUSED, sentence),
  told: (event: unknown) => sentenceFrame(TOLD, JSON.stringify(event)),
};

function frame(bytes: Uint8Array, ...kinds: number[]): Uint8Array {
  return encoding.encode((encoder) => {
    for (const kind of kinds) encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}

function sentenceFrame(kind: number, sentence: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarString(encoder, sentence);
  });
}
