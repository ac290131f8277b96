// What this browser keeps of meetings: identities that cannot be taken out of it, whom it has met, and
// the roots of those whose invitations were made here.
import type { Bytes } from "./bytes.ts";
import { type Identity, makeIdentity } from "./suite.ts";

const NAME = "tribune-meetings";
const STORES = ["identities", "known", "roots"] as const;

type StoreName = (typeof STORES)[number];

/** The identity of a seat in this browser, made when it is first asked for. */
export async function identityOf(meeting: string, seat: string): Promise<Identity> {
  const key = `${meeting}/${seat}`;
  const kept = await get<Identity>("identities", key);
  if (kept) return kept;
  const made = await makeIdentity();
  await put("identities", key, made);
  // Another page of this browser may have been a moment faster.
  return (await get<Identity>("identities", key)) ?? made;
}

/** The identities that were in the meeting's group while this browser was, by seat. */
export async function knownIn(meeting: string): Promise<Map<string, string>> {
  return (await get<Map<string, string>>("known", meeting)) ?? new Map();
}

export function keepKnown(meeting: string, known: Map<string, string>): Promise<void> {
  return put("known", meeting, known);
}

export async function rootOf(meeting: string): Promise<Bytes | null> {
  return (await get<Bytes>("roots", meeting)) ?? null;
}

export function keepRoot(meeting: string, root: Bytes): Promise<void> {
  return put("roots", meeting, root);
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  return (opened ??= new Promise((settle, refuse) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const name of STORES) request.result.createObjectStore(name);
    };
    request.onsuccess = () => settle(request.result);
    request.onerror = () => refuse(request.error);
  }));
}

async function get<T>(store: StoreName, key: string): Promise<T | undefined> {
  const request = (await open()).transaction(store).objectStore(store).get(key);
  return new Promise((settle, refuse) => {
    request.onsuccess = () => settle(request.result as T | undefined);
    request.onerror = () => refuse(request.error);
  });
}

async function put(store: StoreName, key: string, value: unknown): Promise<void> {
  const change = (await open()).transaction(store, "readwrite");
  change.objectStore(store).put(value, key);
  return new Promise((settle, refuse) => {
    change.oncomplete = () => settle();
    change.onerror = () => refuse(change.error);
    change.onabort = () => refuse(change.error);
  });
}
