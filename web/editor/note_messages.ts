// What the page and the server say to each other of notes.
import { ask, Refused } from "../newsroom/ask.ts";
import type { Places } from "./note_places.ts";
import type { Words } from "./words.ts";

/** A note, as the server tells it. */
export interface Note extends Places {
  id: string;
  epoch: string;
  quote: string;
  resolved: { at: string; by: string } | null;
  may_resolve: boolean;
  /** Whether it asks for who is here, and that has yet to be seen. */
  asked: boolean;
  messages: Message[];
}

export interface Message {
  id: string;
  by: Named;
  /** RFC 3339. */
  at: string;
  /** Words, and people who are named in them. */
  said: (string | Named)[];
}

export interface Named {
  id: string;
  name: string;
}

/** Every note, as it is now. @throws when the server does not say. */
export async function read(url: string): Promise<Note[]> {
  const answer = await fetch(url, { headers: { accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(`the notes answered ${answer.status}`);
  return ((await answer.json()) as { notes: Note[] }).notes;
}

/** Does something, and gives every note as it is then. @throws with a sentence. */
export async function tell(url: string, what: unknown, words: Words): Promise<Note[]> {
  try {
    return (await ask<{ notes: Note[] }>(url, what)).notes;
  } catch (error) {
    // Without a network, or with a server that is just being started again.
    if (!(error instanceof Refused)) throw new Error(words("note-unsent"));
    throw error;
  }
}
