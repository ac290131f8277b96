/* What a browser seals, before and after: known to nobody else, and so what is looked for at the server. */
import { expect, type Page } from "@playwright/test";
import type { Things } from "./traces.ts";

/** How many bytes of a frame are looked for: by chance so many are never the same. */
const LOOKED_FOR = 24;
/** The bytes that stand before what is sealed. */
const CLEAR = { "key frame": 10, picture: 1, sound: 0 };
type Kind = keyof typeof CLEAR;

interface Pair {
  kind: Kind;
  /** The beginnings of one frame, in base64. */
  plain: string;
  sealed: string;
}

/** Frames that one browser has sent. */
export class Frames {
  private constructor(private readonly page: Page) {}

  /** Has the page's sealing keep what it is given; before anything is sealed. */
  static async of(page: Page): Promise<Frames> {
    await page.route(/\/sealing[^/]*\.js/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `(${keeping.toString()})();\n${await response.text()}` });
    });
    return new Frames(page);
  }

  /** What was sent in the last seconds, once there is enough of everything. */
  async sent(): Promise<Pair[]> {
    let pairs: Pair[] = [];
    const counts = async () => {
      const [worker] = this.page.workers();
      pairs = worker ? await worker.evaluate(() => (globalThis as unknown as { pairs: Pair[] }).pairs) : [];
      const of = (kind: Kind) => pairs.filter((it) => it.kind === kind).length;
      return of("key frame") >= 2 && of("picture") >= 60 && of("sound") >= 100;
    };
    await expect.poll(counts, { timeout: 30_000 }).toBe(true);
    return pairs;
  }
}

/** What a server must not know of them: how they go on after the bytes that are in the clear. */
export function secretsOf(who: string, pairs: Pair[]): Things {
  return beginnings(who, pairs, "plain");
}

/** What passes through a server instead. */
export function sealedOf(who: string, pairs: Pair[]): Things {
  return beginnings(who, pairs, "sealed");
}

/** What key frames begin with: the start code of VP8 and the picture's size (RFC 6386, §9.1). */
export function startsOf(pairs: Pair[]): Things {
  const starts = pairs.filter((it) => it.kind === "key frame").map(({ plain }) => Buffer.from(plain, "base64").subarray(3, 10));
  return Object.fromEntries(starts.map((it) => [`the start of a key frame of ${it.readUInt16LE(3)}×${it.readUInt16LE(5)}`, it]));
}

function beginnings(who: string, pairs: Pair[], which: "plain" | "sealed"): Things {
  const things: Things = {};
  for (const [at, pair] of pairs.entries()) {
    const bytes = Buffer.from(pair[which], "base64").subarray(CLEAR[pair.kind], CLEAR[pair.kind] + LOOKED_FOR);
    // Silence is the same everywhere, and is no secret.
    if (bytes.length === LOOKED_FOR && new Set(bytes).size >= LOOKED_FOR / 2) things[`${pair.kind} ${at} of ${who}`] = bytes;
  }
  return things;
}

/** Runs in the worker that seals, before its own script: sits on both sides of what seals. */
function keeping(): void {
  const pairs: Pair[] = [];
  const before = new WeakMap<object, { kind: Kind; plain: string }>();
  Object.assign(globalThis, { pairs });
  const beginning = (data: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(data, 0, Math.min(data.byteLength, 40))));
  const through = (each: (frame: { data: ArrayBuffer }) => void) =>
    new TransformStream({
      transform(frame: { data: ArrayBuffer }, out) {
        each(frame);
        out.enqueue(frame);
      },
    });
  addEventListener("rtctransform", (event) => {
    const { transformer } = event as unknown as { transformer: { options: { seal?: string }; readable: ReadableStream; writable: WritableStream } };
    const { options, readable, writable } = transformer;
    if (!options.seal) return;
    const opened = through((frame) => {
      const kind = options.seal === "sound" ? "sound" : (new Uint8Array(frame.data)[0]! & 1) === 0 ? "key frame" : "picture";
      before.set(frame, { kind, plain: beginning(frame.data) });
    });
    const after = through((frame) => {
      pairs.push({ ...before.get(frame)!, sealed: beginning(frame.data) });
      // Key frames are few, and stay.
      if (pairs.length > 600) pairs.splice(pairs.findIndex(({ kind }) => kind !== "key frame"), 1);
    });
    void after.readable.pipeTo(writable).catch(() => {});
    Object.defineProperty(transformer, "readable", { value: readable.pipeThrough(opened) });
    Object.defineProperty(transformer, "writable", { value: after.writable });
  });
}
