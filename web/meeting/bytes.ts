/** Bytes that WebCrypto takes: never those of memory shared between threads. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Base64url without padding, as every text of a meeting has its bytes. */
export function toText(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @throws when it is not base64url. */
export function fromText(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("This is not base64url.");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text) as Bytes;
}

export function joined(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Whether they are the same, in a time that does not tell where they differ. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let differs = 0;
  for (let at = 0; at < one.length; at++) differs |= one[at]! ^ other[at]!;
  return differs === 0;
}

/** A copy that WebCrypto takes, whatever memory the bytes were in. */
export function owned(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes);
}

export async function sha256(bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", owned(bytes)));
}
