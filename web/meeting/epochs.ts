// The keys of the epochs that frames may still be under, and who sends with which. Pure: it is told
// the time.
import { type Bytes } from "./bytes.ts";
import { FrameKey, type Kind, keyId, Replays, Sealer, takeApart } from "./sealing.ts";

/** So long the keys of an epoch that has passed are kept. */
export const KEPT_MS = 10_000;
/** So long others have to come to know a new epoch, before one sends in it. */
export const CHANGE_MS = 3_000;

/** What an epoch of the group gives to its frames. */
export interface Epoch {
  group: number;
  epoch: number;
  baseKey: Uint8Array;
  ownLeaf: number;
  /** The seat of each leaf. */
  seats: [leaf: number, seat: string][];
}

interface Kept {
  id: string;
  epoch: number;
  baseKey: Uint8Array;
  seats: Map<number, string>;
  keys: Map<number, Promise<FrameKey>>;
  replays: Map<number, Replays>;
  /** When it was followed by another. */
  passed: number | null;
}

/** Why a frame is not shown. */
export type Dropped = "torn" | "unknown" | "foreign" | "again" | "false";

export class Epochs {
  private kept: Kept[] = [];
  private sealer: Sealer | null = null;
  /** What comes to be in use, and when. */
  private next: { sealer: Sealer; from: number }[] = [];

  async enter(epoch: Epoch, now: number): Promise<void> {
    const id = `${epoch.group}/${epoch.epoch}`;
    if (this.kept.some((it) => it.id === id)) return;
    const sealer = new Sealer(await FrameKey.derive(epoch.baseKey, keyId(epoch.ownLeaf, epoch.epoch)));
    for (const it of this.kept) it.passed ??= now;
    const seats = new Map(epoch.seats);
    const { baseKey } = epoch;
    this.kept.push({ id, epoch: epoch.epoch, baseKey, seats, keys: new Map(), replays: new Map(), passed: null });
    this.forget(now);
    if (this.sealer) this.next.push({ sealer, from: now + CHANGE_MS });
    else this.sealer = sealer;
  }

  /** Leaves nothing with which a frame could be sealed or opened. */
  leave(): void {
    this.kept = [];
    this.sealer = null;
    this.next = [];
  }

  /** Null while there is no key: then nothing is sent. */
  async seal(kind: Kind, frame: Uint8Array, now: number): Promise<Bytes | null> {
    while (this.next[0] && now >= this.next[0].from) this.sealer = this.next.shift()!.sealer;
    if (!this.sealer || frame.length === 0) return null;
    return this.sealer.seal(kind, frame);
  }

  /** The frame as it was sent, or why it is dropped. `seat` is who may be heard and seen in this slot. */
  async open(kind: Kind, frame: Uint8Array, seat: string, now: number): Promise<Bytes | Dropped> {
    this.forget(now);
    const parts = takeApart(kind, frame);
    if (!parts) return "torn";
    const { kid, counter, head, clear, sealed } = parts;
    // The newest first: of two epochs with the same last byte the older one is all but over.
    const epoch = this.kept.slice().reverse().find((it) => kid % 256 === it.epoch % 256);
    const leaf = Math.floor(kid / 256);
    if (!epoch?.seats.has(leaf)) return "unknown";
    if (epoch.seats.get(leaf) !== seat) return "foreign";
    let key = epoch.keys.get(kid);
    if (!key) epoch.keys.set(kid, (key = FrameKey.derive(epoch.baseKey, kid)));
    let replays = epoch.replays.get(kid);
    if (!replays) epoch.replays.set(kid, (replays = new Replays()));
    if (!replays.isNew(counter)) return "again";
    let plain: Bytes;
    try {
      plain = await (await key).decrypt(head, counter, clear, sealed);
    } catch {
      return "false";
    }
    // Its double may have been opened in the meantime.
    if (!replays.isNew(counter)) return "again";
    replays.note(counter);
    const whole = new Uint8Array(clear.length + plain.length);
    whole.set(clear);
    whole.set(plain, clear.length);
    return whole;
  }

  private forget(now: number): void {
    this.kept = this.kept.filter((it) => it.passed === null || now - it.passed < KEPT_MS);
  }
}
