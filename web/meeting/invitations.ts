// What makes the links of a meeting, and what a browser has of its own. See docs/meeting-protocol.md.
import { type Bytes, fromText, joined, owned, same, sha256, toText, utf8 } from "./bytes.ts";

const SECRET = 32;
const SALT = 16;
const NONE: Bytes = new Uint8Array(0);
const SEAT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a link brings behind its `#`. */
export interface Invitation {
  seat: string;
  meetingSecret: Bytes;
  seatSecret: Bytes;
  /** A chair's alone: every seat's secret comes from it. */
  root: Bytes | null;
  /** What tells a link that was made anew from the one before it; of the first it is empty. */
  salt: Bytes;
}

/** What a meeting's secrets come from. It stays in this browser, and in the links of chairs. */
export function drawRoot(random: Crypto): Bytes {
  return random.getRandomValues(new Uint8Array(SECRET));
}

/** With another salt, the same seat has another link. */
export function drawSalt(random: Crypto): Bytes {
  return random.getRandomValues(new Uint8Array(SALT));
}

/** The invitation of one seat. */
export async function invite(root: Bytes, seat: string, chair: boolean, salt: Bytes = NONE): Promise<Invitation> {
  return {
    seat,
    meetingSecret: await derive(root, "tribune meeting"),
    seatSecret: await seatSecret(root, seat, salt),
    root: chair ? root : null,
    // Who has the seat's secret alone does without.
    salt: chair ? salt : NONE,
  };
}

/** Its link; nothing behind the `#` is ever sent to a server. */
export function link(origin: string, meeting: string, invitation: Invitation): string {
  return `${origin}/meet/${meeting}#${fragment(invitation)}`;
}

export function fragment({ seat, meetingSecret, seatSecret, root, salt }: Invitation): string {
  const [kind, bytes] = root ? ["r", joined(root, salt)] : ["s", joined(seatSecret, meetingSecret)];
  return `${seat}.${kind}.${toText(bytes)}`;
}

/** What a link says, or null when it is not whole. */
export async function readFragment(text: string): Promise<Invitation | null> {
  const [seat, kind, secret, ...more] = text.replace(/^#/, "").split(".");
  if (!seat || !SEAT.test(seat) || !secret || more.length > 0) return null;
  let bytes: Bytes;
  try {
    bytes = fromText(secret);
  } catch {
    return null;
  }
  if (kind === "r" && [SECRET, SECRET + SALT].includes(bytes.length)) {
    return invite(bytes.slice(0, SECRET), seat, true, bytes.slice(SECRET));
  }
  if (kind !== "s" || bytes.length !== 2 * SECRET) return null;
  return { seat, seatSecret: bytes.slice(0, SECRET), meetingSecret: bytes.slice(SECRET), root: null, salt: NONE };
}

/** What the server is shown, to be let in. */
export function token(seatSecret: Bytes): Promise<Bytes> {
  return derive(seatSecret, "tribune token");
}

/** What the server keeps to know the token by. */
export async function verifier(seatSecret: Bytes): Promise<Bytes> {
  return sha256(await token(seatSecret));
}

/** Shows a chair that a key package is the invitee's. */
export async function macOf(seatSecret: Bytes, keyPackage: Uint8Array): Promise<Bytes> {
  const key = await crypto.subtle.importKey(
    "raw",
    await derive(seatSecret, "tribune mac"),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, owned(keyPackage)));
}

/** Whether a key package came from who has the seat's link. Only a chair, who has the root, can tell. */
export async function isInvitees(root: Bytes, asks: { seat: string; salt: string; mac: string }, keyPackage: Uint8Array): Promise<boolean> {
  const secret = await seatSecret(root, asks.seat, fromText(asks.salt));
  return same(await macOf(secret, keyPackage), fromText(asks.mac));
}

function seatSecret(root: Bytes, seat: string, salt: Bytes): Promise<Bytes> {
  return derive(root, `tribune seat ${seat}`, salt);
}

async function derive(from: Bytes, info: string, salt: Bytes = NONE): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", from, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8(info) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, SECRET * 8));
}
