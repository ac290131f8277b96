/* Looks for what should have left no trace. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is looked for, by what it is. */
export type Things = Record<string, Buffer>;

/** What of it stands anywhere in these pieces. */
export function tracesIn(pieces: Iterable<Buffer>, things: Things): string[] {
  // Most of what is looked through is like nothing that is looked for, from the first two bytes.
  const mayStart = new Uint8Array(1 << 16);
  const byStart = new Map<number, [name: string, bytes: Buffer][]>();
  for (const [name, bytes] of Object.entries(things)) {
    if (bytes.length < 7) throw new Error(`${name} is so short that it stands everywhere`);
    mayStart[bytes.readUInt16LE()] = 1;
    const start = bytes.readUInt32LE();
    byStart.set(start, [...(byStart.get(start) ?? []), [name, bytes]]);
  }
  const found = new Set<string>();
  for (const piece of pieces) {
    const last = piece.length - 7;
    for (let at = 0; at <= last; at += 1) {
      if (mayStart[piece[at]! | (piece[at + 1]! << 8)] === 0) continue;
      for (const [name, bytes] of byStart.get(piece.readUInt32LE(at)) ?? []) {
        if (bytes.equals(piece.subarray(at, at + bytes.length))) found.add(name);
      }
    }
  }
  return [...found].sort();
}

/** Every file of a folder, and of those in it. */
export function filesIn(folder: string): Buffer[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((it) => it.isFile()).map((it) => readFileSync(join(it.parentPath, it.name)));
}

/** A text in each way in which programs keep one. */
export function written(name: string, text: string): Things {
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, "utf16le");
  return {
    [`${name} in UTF-8`]: utf8,
    [`${name} in UTF-16`]: utf16,
    [`${name} in UTF-16, the other way round`]: Buffer.from(utf16).swap16(),
    [`${name} in hexadecimal`]: Buffer.from(utf8.toString("hex")),
    ...inBase64(name, utf8),
  };
}

/** Bytes as they are, and as messages carry them. */
export function kept(name: string, bytes: Buffer): Things {
  return { [name]: bytes, ...inBase64(name, bytes) };
}

/** Wherever they begin in what is encoded; without the letters at both ends that tell of others, too. */
function inBase64(name: string, bytes: Buffer): Things {
  const at = (skipped: number) => Buffer.from(bytes.subarray(skipped, bytes.length - ((bytes.length - skipped) % 3)).toString("base64url"));
  return Object.fromEntries([0, 1, 2].map((skipped) => [`${name} in base64, after ${skipped} bytes`, at(skipped)]));
}
