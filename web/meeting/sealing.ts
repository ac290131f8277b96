// Frames under SFrame (RFC 9605) with the keys of an MLS epoch. Pure: the worker around it moves the
// frames. What cannot be sealed is not sent, and what cannot be opened is not shown.
import { type Bytes, joined, owned, utf8 } from "./bytes.ts";

const SUITE = 0x0005;
const TAG = 16;
const KEY = 32;
const NONCE = 12;
const EPOCH_BITS = 8;
const WINDOW = 1024;
/** AES-GCM with nonces that count stays sound far beyond; the group has a new key long before. */
export const FRAMES_MAX = 2 ** 32;

export type Kind = "sound" | "picture";

/** What a sealed frame says of itself, before it is opened. */
export interface Header {
  kid: number;
  counter: number;
}

/** One member's key in one epoch. */
export class FrameKey {
  private constructor(
    readonly kid: number,
    private readonly key: CryptoKey,
    private readonly salt: Bytes,
  ) {}

  /** As RFC 9605 §4.4.2 derives it. */
  static async derive(base: Uint8Array, kid: number): Promise<FrameKey> {
    const { key, salt } = await keyAndSalt(base, kid);
    const usages: KeyUsage[] = ["encrypt", "decrypt"];
    return new FrameKey(kid, await crypto.subtle.importKey("raw", key, "AES-GCM", false, usages), salt);
  }

  async encrypt(header: Uint8Array, counter: number, clear: Uint8Array, plain: Uint8Array): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.encrypt(this.how(header, counter, clear), this.key, owned(plain)));
  }

  /** @throws when it was sealed with another key, or changed since. */
  async decrypt(header: Uint8Array, counter: number, clear: Uint8Array, sealed: Uint8Array): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.decrypt(this.how(header, counter, clear), this.key, owned(sealed)));
  }

  private how(header: Uint8Array, counter: number, clear: Uint8Array): AesGcmParams {
    const iv = owned(this.salt);
    const count = bigEndian(counter);
    for (let at = 0; at < count.length; at++) iv[NONCE - count.length + at]! ^= count[at]!;
    return { name: "AES-GCM", iv, additionalData: joined(header, clear), tagLength: TAG * 8 };
  }
}

export async function keyAndSalt(base: Uint8Array, kid: number): Promise<{ key: Bytes; salt: Bytes }> {
  const secret = await crypto.subtle.importKey("raw", owned(base), "HKDF", false, ["deriveBits"]);
  const suffix = new Uint8Array(10);
  new DataView(suffix.buffer).setBigUint64(0, BigInt(kid));
  new DataView(suffix.buffer).setUint16(8, SUITE);
  const expand = async (label: string, length: number): Promise<Bytes> => {
    const info = joined(utf8(label), suffix);
    const how = { name: "HKDF", hash: "SHA-512", salt: new Uint8Array(0), info };
    return new Uint8Array(await crypto.subtle.deriveBits(how, secret, length * 8));
  };
  return { key: await expand("SFrame 1.0 Secret key ", KEY), salt: await expand("SFrame 1.0 Secret salt ", NONCE) };
}

/** The key id of a member in an epoch (RFC 9605 §5.2). */
export function keyId(leaf: number, epoch: number): number {
  return leaf * 2 ** EPOCH_BITS + (epoch % 2 ** EPOCH_BITS);
}

/** Seals what one member sends. One for all of its tracks: a counter never comes back under a key. */
export class Sealer {
  private counter: number;

  constructor(
    private readonly key: FrameKey,
    counter = 0,
  ) {
    this.counter = counter;
  }

  /** @throws when the key has sealed as many frames as it may. */
  async seal(kind: Kind, frame: Uint8Array): Promise<Bytes> {
    if (this.counter >= FRAMES_MAX) throw new Error("This key has sealed as many frames as it may.");
    const counter = this.counter++;
    const header = writeHeader({ kid: this.key.kid, counter });
    const at = clearLength(kind, frame, frame.length);
    const clear = frame.subarray(0, at);
    const sealed = await this.key.encrypt(header, counter, clear, frame.subarray(at));
    return joined(clear, sealed, header, Uint8Array.of(header.length));
  }
}

/** A sealed frame, taken apart; null when it is none. */
export function takeApart(kind: Kind, frame: Uint8Array): (Header & { head: Bytes; clear: Bytes; sealed: Bytes }) | null {
  const length = frame[frame.length - 1];
  if (length === undefined || frame.length < 1 + length + TAG) return null;
  const end = frame.length - 1 - length;
  const head = frame.slice(end, -1);
  const header = readHeader(head);
  if (!header) return null;
  const at = clearLength(kind, frame, end - TAG);
  return { ...header, head, clear: frame.slice(0, at), sealed: frame.slice(at, end) };
}

/** Which counters of one key have been seen. */
export class Replays {
  private newest = -1;
  private readonly seen = new Uint8Array(WINDOW);

  /** Whether the frame with this counter was not there before, and can still be told from one that was. */
  isNew(counter: number): boolean {
    if (counter > this.newest) return true;
    return counter > this.newest - WINDOW && this.seen[counter % WINDOW] === 0;
  }

  /** Only for a frame that has been opened: else anybody could push the window forwards. */
  note(counter: number): void {
    if (counter > this.newest) {
      const gap = Math.min(counter - this.newest, WINDOW);
      for (let at = 1; at <= gap; at++) this.seen[(counter - gap + at) % WINDOW] = 0;
      this.newest = counter;
    }
    this.seen[counter % WINDOW] = 1;
  }
}

/** RFC 9605 §4.3: each number in the config byte if it is below 8, else behind it, as short as it gets. */
export function writeHeader({ kid, counter }: Header): Bytes {
  const [k, kidBytes] = part(kid);
  const [c, counterBytes] = part(counter);
  return joined(Uint8Array.of((k << 4) | c), kidBytes, counterBytes);
}

/** Null when it is not written as it must be. */
export function readHeader(bytes: Uint8Array): Header | null {
  const config = bytes[0];
  if (config === undefined) return null;
  const kid = readPart(config >> 4, bytes.subarray(1));
  if (!kid) return null;
  const counter = readPart(config & 15, bytes.subarray(1 + kid.length));
  if (!counter || bytes.length !== 1 + kid.length + counter.length) return null;
  return { kid: kid.value, counter: counter.value };
}

function part(value: number): [number, Bytes] {
  if (value < 8) return [value, new Uint8Array(0)];
  const bytes = bigEndian(value);
  return [8 | (bytes.length - 1), bytes];
}

function readPart(config: number, bytes: Uint8Array): { value: number; length: number } | null {
  if (config < 8) return { value: config, length: 0 };
  const length = (config & 7) + 1;
  if (bytes.length < length || bytes[0] === 0) return null;
  let value = 0;
  for (const byte of bytes.subarray(0, length)) value = value * 256 + byte;
  // Beyond, numbers are not exact, and what was written short would be taken for long.
  return value >= 8 && Number.isSafeInteger(value) ? { value, length } : null;
}

function bigEndian(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

/** What the server must read of a picture to choose among layers; of sound it needs nothing. */
function clearLength(kind: Kind, frame: Uint8Array, whole: number): number {
  if (kind === "sound" || whole < 1) return 0;
  const isKeyFrame = (frame[0]! & 1) === 0;
  return Math.min(isKeyFrame ? 10 : 1, whole);
}
