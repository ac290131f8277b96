// Keeps one member's doors in step with the others': asks, lets in, brings back, puts out, and makes
// anew what another commit came before. Who may do what is judged in membership.ts.
import { fromText, type Bytes, toText, utf8 } from "./bytes.ts";
import { type Commit, Doors, isFor, type Key, makeKey, readKey, type Self, wipe } from "./doors.ts";
import type { Epoch } from "./epochs.ts";
import { type Invitation, isInvitees, macOf } from "./invitations.ts";
import { bringsBack, type Member } from "./membership.ts";
import { type Asking, type Mail, type Passed, Refused, type Room, type Said, seatOf, type Verb } from "./protocol.ts";
import { Lost } from "./signalling.ts";

export const UPDATE_MS = 600_000;
/** So long each who could bring a seat back waits for the one before. */
const TAKE_OVER_MS = 4_000;
/** So long those who were in before may take to come back. */
const PATIENCE_MS = 8_000;

/** What a doorkeeper needs of the world. */
export interface Outside {
  ask<T>(verb: Verb): Promise<T>;
  now(): number;
  /** The identities this browser has met, by seat. */
  known: Map<string, string>;
  keepKnown(known: Map<string, string>): void;
  /** The keys of frames have changed; null: there are none any more. */
  onEpoch(epoch: Epoch | null): void;
  /** Who is in has changed, or how the doors stand. */
  onDoors(): void;
  /** Something was refused that no honest server or member does. */
  onTrouble(sentence: string): void;
}

/** What is known of who asks. */
export type Check = "invitee" | "stranger" | "unknown";

export class Doorkeeper {
  doors: Doors | null = null;
  /** The number of the last mail that was read. */
  after = 0;
  code = "";
  private room: Room | null = null;
  private key: Key | null = null;
  /** The last mail from before the server had this key; null until it has. */
  private askedAt: number | null = null;
  private isFounding = false;
  /** Whether the line broke before the server said that the group is founded. */
  private lostFounding = false;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private pending: { epoch: number; group: number; made: Commit } | null = null;
  /** Commits behind whose doors one has been. */
  private readonly taken = new WeakSet<Commit>();
  private turn: Promise<unknown> = Promise.resolve();
  private committing: Promise<unknown> = Promise.resolve();
  private movedOn: (() => void)[] = [];
  private readonly bringing = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly self: Self,
    private readonly invitation: Invitation,
    private readonly outside: Outside,
  ) {}

  /** Asks to be let in, with new keys. */
  async ask(): Promise<void> {
    const key = await makeKey(this.self, this.outside.now());
    const mac = await macOf(this.invitation.seatSecret, key.bytes);
    const { name } = this.self.named;
    const { publicKey } = this.self.identity;
    this.key = key;
    this.askedAt = null;
    await this.outside.ask({
      ask: { name, identity: toText(publicKey), key_package: toText(key.bytes), mac: toText(mac) },
    });
    await this.inTurn(async () => (this.askedAt = this.after));
    await this.foundIfNobodyIsIn();
  }

  onRoom(room: Room): void {
    this.room = room;
    const { doors } = this;
    const isElsewhere = doors && room.group && room.group.number !== doors.group;
    if (doors && (isElsewhere || this.ownSeat?.state === "free")) this.leave();
    if (isElsewhere) void this.ask().catch((error: unknown) => this.complain(error));
    void this.foundIfNobodyIsIn().catch((error: unknown) => this.complain(error));
    if (this.doors) for (const back of room.returning) this.considerBack(back);
  }

  onMail(mail: Mail): void {
    void this.inTurn(async () => {
      // A line that came back may bring what was read already.
      if (mail.number <= this.after) return;
      this.after = mail.number;
      try {
        if (mail.kind === "commit") await this.readCommit(mail);
        else if (mail.for === this.self.named.seat) await this.readWelcome(mail);
      } catch (error) {
        // What nobody can follow closes the doors: nothing is shown or sent until one is let in anew.
        this.leave();
        this.complain(error);
      }
    });
  }

  /** Chairs let somebody in; the promise holds once the server has taken it. */
  admit(seat: string): Promise<void> {
    return this.commitUntilTaken(async (doors) => {
      const asks = this.asking(seat);
      if (!asks) return null;
      if ((await this.check(asks)) !== "invitee") throw new Error("This key did not come from the invitation's owner.");
      return { made: await doors.admit(fromText(asks.key_package)), admit: [seat], remove: [] };
    });
  }

  remove(seat: string): Promise<void> {
    this.outside.known.delete(seat);
    return this.commitUntilTaken(async (doors) =>
      doors.memberAt(seat) ? { made: await doors.remove(seat), admit: [], remove: [seat] } : null,
    );
  }

  /** New keys for one's own leaf. */
  update(): Promise<void> {
    return this.commitUntilTaken(async (doors) => ({ made: await doors.update(), admit: [], remove: [] }));
  }

  /** Seals what is said to the others; null while one is not in. */
  say(said: Said): Promise<string | null> {
    return this.inTurn(async () => {
      if (!this.doors) return null;
      const { payload, next } = await this.doors.say(utf8(JSON.stringify(said)));
      this.doors = next;
      return toText(payload);
    });
  }

  /** What a member said, or null when it was not sealed by who the server says it is from. */
  hear({ from, payload }: Passed): Promise<{ from: Member; said: unknown } | null> {
    return this.inTurn(async () => {
      if (!this.doors) return null;
      try {
        const heard = await this.doors.hear(fromText(payload));
        this.doors = heard.next;
        if (heard.from.seat !== from) return null;
        return { from: heard.from, said: JSON.parse(new TextDecoder().decode(heard.content)) as unknown };
      } catch {
        return null;
      }
    });
  }

  /** Whether who asks has the seat's invitation. Only who has the root can tell. */
  async check(asks: Asking): Promise<Check> {
    const { root } = this.invitation;
    if (!root) return "unknown";
    try {
      const bytes = fromText(asks.key_package);
      const owner = readKey(bytes);
      // Who comes back is called as before, whatever they call themselves now.
      const isBack = this.room?.returning.some(({ key_package }) => key_package === asks.key_package) ?? false;
      const isNamed = isBack || owner.name === asks.name;
      const isTheirs = owner.seat === asks.seat && toText(owner.identity) === asks.identity && isNamed;
      return isTheirs && (await isInvitees(root, asks, bytes)) ? "invitee" : "stranger";
    } catch {
      return "stranger";
    }
  }

  /** Those who ask: in a closed meeting also who comes back with a key that nobody here knows. */
  waiting(room: Room): Asking[] {
    return [...room.asking, ...room.returning.filter((back) => !this.isKnown(back))];
  }

  leave(): void {
    for (const timer of this.bringing.values()) clearTimeout(timer);
    this.bringing.clear();
    clearTimeout(this.patience);
    this.patience = undefined;
    this.doors = null;
    this.pending = null;
    this.code = "";
    this.outside.onEpoch(null);
    this.outside.onDoors();
    this.moveOn();
  }

  /** Holds once everything that was asked of these doors so far is done. */
  settled(): Promise<unknown> {
    return this.inTurn(async () => {});
  }

  private get ownSeat() {
    return this.room ? seatOf(this.room, this.room.you) : undefined;
  }

  private isChair = (seat: string): boolean => this.room?.seats.some((it) => it.id === seat && it.chair) ?? false;

  private isPresent = (seat: string): boolean =>
    this.room?.seats.some((it) => it.id === seat && it.present && it.keyed) ?? false;

  private asking(seat: string): Asking | undefined {
    return [...(this.room?.asking ?? []), ...(this.room?.returning ?? [])].find((it) => it.seat === seat);
  }

  private isKnown(back: Asking): boolean {
    const member = this.doors?.memberAt(back.seat);
    const identity = member ? toText(member.identity) : this.outside.known.get(back.seat);
    return identity === back.identity;
  }

  /** The first chair who comes makes the group; so does the first who comes back to an empty one. */
  private async foundIfNobodyIsIn(hasWaited = false): Promise<void> {
    const { room, key } = this;
    const own = this.ownSeat;
    if (!room || !key || !own?.chair || this.doors || this.isFounding || room.state === "ended" || room.state === "cancelled") return;
    if (own.state === "free") return;
    if (own.keyed && this.lostFounding && room.group?.epoch === 0) return this.found(room.group.number, key);
    if (room.seats.some((seat) => seat.present && seat.keyed)) return;
    // After a restart of the server others are on their way back, and whoever is first shuts nobody out.
    const others = room.seats.some((seat) => seat.id !== own.id && seat.state === "in" && !seat.present);
    const mayBeOthers = room.group !== null && (own.state !== "in" || others);
    if (mayBeOthers && !hasWaited) {
      this.patience ??= setTimeout(() => {
        this.patience = undefined;
        void this.foundIfNobodyIsIn(true).catch((error: unknown) => this.complain(error));
      }, PATIENCE_MS);
      return;
    }
    this.isFounding = true;
    try {
      const { group } = await this.outside.ask<{ group: number }>({ found: {} });
      await this.found(group, key);
    } catch (error) {
      // Another chair was a moment faster, or the line broke: the next room says how it stands.
      if (error instanceof Lost) this.lostFounding = true;
      else if (!(error instanceof Refused)) throw error;
    } finally {
      this.isFounding = false;
    }
  }

  private found(group: number, key: Key): Promise<void> {
    this.lostFounding = false;
    return this.inTurn(async () => {
      if (this.key !== key) return;
      this.key = null;
      await this.enter(await Doors.found(this.self, group, key));
    });
  }

  private async readWelcome(mail: Mail): Promise<void> {
    const { key, self } = this;
    if (!key || (this.doors && this.doors.group >= mail.group)) return;
    const welcome = fromText(mail.payload);
    if (!(await isFor(key, welcome))) {
      // Somebody took a page's keys that is gone. Whoever looks now finds the ones of this page.
      if (this.askedAt !== null && mail.number > this.askedAt) void this.ask().catch((error: unknown) => this.complain(error));
      return;
    }
    const doors = await Doors.join(self, mail.group, key, welcome);
    this.key = null;
    await this.enter(doors);
  }

  private async readCommit(mail: Mail): Promise<void> {
    const { doors, pending } = this;
    if (!doors || mail.group !== doors.group || mail.epoch < doors.epoch) return;
    if (mail.epoch > doors.epoch) throw new Error("A commit is missing: the server has kept something back.");
    const bytes = fromText(mail.payload);
    if (mail.from === this.self.named.seat && pending && toText(pending.made.commit) === mail.payload) {
      return this.adopt(pending.made);
    }
    const next = await doors.take(bytes, this.isChair);
    if (next.isOut) return this.leave();
    this.pending = null;
    await this.enter(next);
  }

  private async adopt(made: Commit): Promise<void> {
    this.pending = null;
    this.taken.add(made);
    wipe(made.used);
    await this.enter(made.next);
  }

  private async enter(doors: Doors): Promise<void> {
    const [code, baseKey]: [string, Bytes] = await Promise.all([doors.code(), doors.frameBase()]);
    this.doors = doors;
    this.code = code;
    const seats = doors.members.map(({ leaf, seat }): [number, string] => [leaf, seat]);
    this.outside.onEpoch({ group: doors.group, epoch: doors.epoch, baseKey, ownLeaf: doors.ownLeaf, seats });
    for (const { seat, identity } of doors.members) this.outside.known.set(seat, toText(identity));
    this.outside.keepKnown(this.outside.known);
    this.outside.onDoors();
    this.moveOn();
    for (const back of this.room?.returning ?? []) this.considerBack(back);
  }

  /** Brings a seat back whose page was loaded again, if it falls to this one to do so. */
  private considerBack(back: Asking): void {
    const id = `${back.seat} ${back.key_package}`;
    if (!this.doors || this.bringing.has(id) || !this.isKnown(back) || back.seat === this.self.named.seat) return;
    const others = this.doors.members.filter(({ seat }) => seat !== back.seat);
    const first = bringsBack(others, this.isPresent, this.isChair);
    const isFirst = first?.seat === this.self.named.seat;
    const isIn = this.doors.memberAt(back.seat) !== undefined;
    // Whom the group has no leaf of, only a chair may add.
    if (!isIn && !this.isChair(this.self.named.seat)) return;
    const place = others.findIndex(({ seat }) => seat === this.self.named.seat);
    const timer = setTimeout(() => {
      void this.bringBack(back)
        .catch((error: unknown) => this.complain(error))
        .finally(() => this.bringing.delete(id));
    }, isFirst ? 0 : TAKE_OVER_MS * (place + 1));
    this.bringing.set(id, timer);
  }

  private bringBack(back: Asking): Promise<void> {
    return this.commitUntilTaken(async (doors) => {
      const still = this.room?.returning.find(({ seat }) => seat === back.seat);
      if (still?.key_package !== back.key_package || !this.isKnown(back)) return null;
      const bytes = fromText(back.key_package);
      const owner = readKey(bytes);
      if (owner.seat !== back.seat || toText(owner.identity) !== back.identity) return null;
      if (!doors.memberAt(back.seat) && (await this.check(back)) !== "invitee") return null;
      return { made: await doors.admit(bytes), admit: [back.seat], remove: [] };
    });
  }

  /** One commit after the other; each is made anew until it is the first for its epoch. */
  private commitUntilTaken(
    intent: (doors: Doors) => Promise<{ made: Commit; admit: string[]; remove: string[] } | null>,
  ): Promise<void> {
    const work = this.committing.then(async () => {
      for (;;) {
        const made = await this.inTurn(async () => {
          const { doors } = this;
          const meant = doors && (await intent(doors));
          if (!doors || !meant) return null;
          this.pending = { epoch: doors.epoch, group: doors.group, made: meant.made };
          return { ...meant, epoch: doors.epoch, group: doors.group };
        });
        if (!made || (await this.isTaken(made))) return;
      }
    });
    this.committing = work.catch(() => {});
    return work;
  }

  private async isTaken(meant: { made: Commit; admit: string[]; remove: string[]; epoch: number; group: number }): Promise<boolean> {
    const { made, admit, remove, epoch, group } = meant;
    const welcome = made.welcome ? toText(made.welcome) : "";
    for (;;) {
      try {
        await this.outside.ask({ commit: { group, epoch, commit: toText(made.commit), welcome, admit, remove } });
        await this.inTurn(async () => {
          if (this.pending?.made === made) await this.adopt(made);
        });
        return true;
      } catch (error) {
        const isPassed = error instanceof Refused && error.code === "epoch_passed";
        if (!isPassed && !(error instanceof Lost)) {
          if (this.pending?.made === made) this.pending = null;
          throw error;
        }
        // What was taken comes by mail, be it this commit or another's.
        if (isPassed) await this.pastEpoch(group, epoch);
        else await this.settled();
        if (this.pending?.made !== made) return this.taken.has(made);
      }
    }
  }

  private async pastEpoch(group: number, epoch: number): Promise<void> {
    while (this.doors && this.doors.group === group && this.doors.epoch <= epoch) {
      await new Promise<void>((settle) => this.movedOn.push(settle));
    }
  }

  private moveOn(): void {
    for (const settle of this.movedOn.splice(0)) settle();
  }

  private complain(error: unknown): void {
    if (error instanceof Lost) return;
    this.outside.onTrouble(error instanceof Error ? error.message : String(error));
  }

  /** What changes the doors is done one after the other: each key is used once. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }
}
