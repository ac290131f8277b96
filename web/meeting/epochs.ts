// The keys of the epochs that frames may be under, and which of them one sends with. Pure: it is told the
// time.
import { type Bytes } from "./bytes.ts";
import { FrameKey, type Kind, keyId, Replays, Sealer, takeApart } from "./sealing.ts";

/** So long the keys of an epoch that has passed are kept. */
export const KEPT_MS = 10_000;
/** So long frames of an epoch to come wait for it: who sent them had the commit a moment before. */
export const WAITS_MS = 3_000;

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
export type Dropped = "torn" | "unknown" | "early" | "foreign" | "again" | "false";

export class Epochs {
  private kept: Kept[] = [];
  private sealer: Sealer | null = null;
  /** Holds once another epoch is entered. */
  moved: Promise<void>;
  private move!: () => void;

  constructor() {
    this.moved = new Promise((settle) => (this.move = settle));
  }

  /** From now on one sends in this epoch: whoever has just come in has the keys of no other. */
  async enter(epoch: Epoch, now: number): Promise<void> {
    const id = `${epoch.group}/${epoch.epoch}`;
    if (this.kept.some((it) => it.id === id)) return;
    for (const it of this.kept) it.passed ??= now;
    const seats = new Map(epoch.seats);
    const { baseKey } = epoch;
    this.kept.push({ id, epoch: epoch.epoch, baseKey, seats, keys: new Map(), replays: new Map(), passed: null });
    this.forget(now);
    this.move();
    this.moved = new Promise((settle) => (this.move = settle));
    const sealer = new Sealer(await FrameKey.derive(epoch.baseKey, keyId(epoch.ownLeaf, epoch.epoch)));
    // By now there may be another, or none.
    if (this.kept.at(-1)?.id === id) this.sealer = sealer;
  }

  /** Leaves nothing with which a frame could be sealed or opened. */
  leave(): void {
    this.kept = [];
    this.sealer = null;
  }

  /** Null while there is no key: then nothing is sent. */
  async seal(kind: Kind, frame: Uint8Array): Promise<Bytes | null> {
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
    if (!epoch && this.isToCome(kid)) return "early";
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

  /** Whether it is under an epoch behind the newest here, of which only the last byte is told. */
  private isToCome(kid: number): boolean {
    const newest = this.kept.at(-1);
    return newest !== undefined && (((kid - newest.epoch) % 256) + 256) % 256 < 128;
  }

  private forget(now: number): void {
    this.kept = this.kept.filter((it) => it.passed === null || now - it.passed < KEPT_MS);
  }
}

/** Opens what comes in a slot, one frame after the other. */
export class Opener {
  private patientUntil: number | null = null;

  constructor(
    private readonly epochs: Epochs,
    private readonly kind: Kind,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  async open(frame: Uint8Array, seat: string): Promise<Bytes | Dropped> {
    for (;;) {
      const now = this.clock();
      // Taken before it is looked: what comes in the meantime is not missed.
      const { moved } = this.epochs;
      const opened = await this.epochs.open(this.kind, frame, seat, now);
      if (typeof opened !== "string") this.patientUntil = null;
      if (opened !== "early") return opened;
      // Patience is for all that come until one opens, and not for each.
      this.patientUntil ??= now + WAITS_MS;
      if (now >= this.patientUntil) return opened;
      await either(moved, this.patientUntil - now);
    }
  }
}

/** Holds once the promise does, or after so long. */
async function either(promise: Promise<void>, within: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([promise, new Promise<void>((settle) => (timer = setTimeout(settle, within)))]);
  clearTimeout(timer);
}
