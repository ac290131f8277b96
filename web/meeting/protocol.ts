// What the page and the server say to each other, as docs/meeting-protocol.md has it.

export type Layer = "f" | "h" | "q" | "off";
export type ItemState = "open" | "on" | "dealt" | "left";

export interface Party {
  id: string;
  name: string;
  colour: string;
  /** Milliseconds, up to when the floor was last taken. */
  spoken: number;
}

export interface Seat {
  id: string;
  number: number;
  party: string;
  title: string;
  chair: boolean;
  state: "free" | "asking" | "in";
  invited: boolean;
  present: boolean;
  keyed: boolean;
  name: string;
  hand: number | null;
  audio: boolean;
  video: boolean;
  screen: boolean;
  confirmed: string | null;
}

export interface Item {
  id: string;
  title: string;
  minutes: number;
  state: ItemState;
  began_at: number | null;
  /** Milliseconds before `began_at`. */
  spent: number;
}

/** Somebody who asks to be let in, or comes back with new keys. */
export interface Asking {
  seat: string;
  name: string;
  identity: string;
  key_package: string;
  mac: string;
  /** Of a link that was made anew; else empty. */
  salt: string;
  asked_at: number;
}

export interface Photo {
  id: string;
  by: string;
  sha256: string;
  approved: string[];
  declined: string[];
  state: "proposed" | "approved" | "released";
}

export interface Room {
  now: number;
  title: string;
  profile: "closed" | "open";
  zone: string;
  state: "planned" | "under_way" | "ended" | "cancelled";
  locked: boolean;
  you: string;
  starts_at: number;
  ends_at: number;
  began_at: number | null;
  ended_at: number | null;
  on_air_since: number | null;
  has_channel: boolean;
  parties: Party[];
  seats: Seat[];
  floor: { seat: string; since: number } | null;
  agenda: Item[];
  group: { number: number; epoch: number } | null;
  asking: Asking[];
  returning: Asking[];
  photo: Photo | null;
  readout: "none" | "draft" | "released";
}

export interface Mail {
  number: number;
  group: number;
  epoch: number;
  kind: "commit" | "welcome";
  from: string;
  for: string | null;
  payload: string;
}

export interface Passed {
  from: string;
  payload: string;
}

export type Verb =
  | { hello: { seat: string; token: string; instance: string; after: number } }
  | { ask: { name: string; identity: string; key_package: string; mac: string } }
  | { withdraw: Empty }
  | { found: Empty }
  | { commit: { group: number; epoch: number; commit: string; welcome: string; admit: string[]; remove: string[] } }
  | { admit: { seat: string } }
  | { refuse: { seat: string } }
  | { remove: { seat: string } }
  | { free: { seat: string } }
  | { lock: { locked: boolean } }
  | { begin: Empty }
  | { end: Empty }
  | { air: { on: boolean } }
  | { item: { item: string; state: ItemState } }
  | { hand: { up: boolean } }
  | { floor: { seat: string | null } }
  | { sending: { audio: boolean; video: boolean; screen: boolean } }
  | { message: { payload: string; for: string | null } }
  | { confirm: { code: string } }
  | { propose: { sha256: string } }
  | { approve: { proposal: string } }
  | { decline: { proposal: string } }
  | { release: { proposal: string; jpeg: string; caption: string; credit: string } }
  | { readout: { headline: string; body: string; release: boolean } }
  | { read_readout: Empty }
  | { relay: Empty }
  | { media: { session: number; offer: string } }
  | { watch: { seats: Record<string, Layer> } }
  | { leave: Empty };

export type Empty = Record<string, never>;

export interface Readout {
  headline: string;
  body: string;
  released_at: number | null;
}

/** What members say to each other: sealed in a closed meeting. */
export type Said = { chat: string } | { photo: { proposal: string; jpeg: string } };

/** The server did not do it; its sentence says why. */
export class Refused extends Error {
  constructor(
    sentence: string,
    readonly code: string,
  ) {
    super(sentence);
  }
}

/** The seat with this id; the server never leaves one out that it names. */
export function seatOf(room: Room, id: string): Seat | undefined {
  return room.seats.find((seat) => seat.id === id);
}

export function partyOf(room: Room, seat: Seat): Party | undefined {
  return room.parties.find((party) => party.id === seat.party);
}
