// A meeting as one seat lives it: what the server tells, what the doors say, what comes in and goes
// out. It knows nothing of the page; who shows it is told whenever something changes.
import { type Bytes, fromText, sha256, toHex, toText, utf8 } from "./bytes.ts";
import type { Devices } from "./devices.ts";
import { type Check, Doorkeeper, UPDATE_MS } from "./doorkeeper.ts";
import { type Invitation, token } from "./invitations.ts";
import { Media } from "./media.ts";
import {
  type Asking,
  type Layer,
  partyOf,
  type Passed,
  type Readout,
  Refused,
  type Room,
  type Said,
  type Seat,
  seatOf,
  type Verb,
} from "./protocol.ts";
import type { Tally, Told } from "./sealing_worker.ts";
import { Lost, Signalling } from "./signalling.ts";
import { Front, Meter } from "./speaking.ts";
import { identityOf, keepKnown, knownIn } from "./store.ts";

export type Stage = "opening" | "early" | "lobby" | "returning" | "in" | Gone;

/** Where one is not in any more, or never came in. */
export type Gone = "refused" | "left" | "removed" | "displaced" | "ended" | "cancelled";

export interface Line {
  from: string;
  name: string;
  text: string;
  at: number;
}

/** The still that may become the meeting's photo, as it came to this browser. */
export interface Still {
  proposal: string;
  jpeg: Bytes;
  /** Whether it is the one whose hash was proposed. */
  isTrue: boolean;
}

/** Who came and went since somebody last looked at the code. */
export interface Changed {
  came: string[];
  went: string[];
}

const LISTEN_MS = 100;
const SILENT_MS = 4_000;

export class Conference {
  stage: Stage = "opening";
  room: Room | null = null;
  holds = false;
  /** What the server or a member did that they should not have. */
  trouble = "";
  /** Why one is not in, in the server's words. */
  reason = "";
  chat: Line[] = [];
  still: Still | null = null;
  changed: Changed | null = null;
  media: Media | null = null;
  front: string | null = null;
  checks = new Map<string, Check>();
  readonly meter = new Meter();
  private readonly speaking = new Front();
  private signalling: Signalling | null = null;
  private keeper: Doorkeeper | null = null;
  private worker: Worker | null = null;
  private hasAsked = false;
  /** Whether one was let in before, be it with this page or another. */
  private isBack = false;
  private clockAhead = 0;
  private watched = "";
  private sendingTold = "";
  private lastMembers: Map<string, string> | null = null;
  private readonly shown = new Map<string, number>();
  private readonly dropped = new Map<string, number>();
  private readonly stillSentTo = new Set<string>();
  private updates: ReturnType<typeof setInterval> | undefined;
  private readonly timers: ReturnType<typeof setInterval>[] = [];

  constructor(
    readonly meeting: string,
    private readonly invitation: Invitation,
    private readonly devices: Devices,
    private readonly sealing: string,
    /** Called whenever anything has changed. */
    private readonly onChange: () => void,
    /** Called with what somebody who cannot see has to hear. */
    private readonly onNews: (room: Room, before: Room | null) => void,
  ) {}

  /** Takes the line to the server, on which the page is told where the meeting stands. */
  async open(): Promise<void> {
    const instance = toText(crypto.getRandomValues(new Uint8Array(16)));
    const line = {
      url: `${location.origin.replace(/^http/, "ws")}/meet/${this.meeting}/socket`,
      seat: this.invitation.seat,
      token: toText(await token(this.invitation.seatSecret)),
      instance,
      after: () => this.keeper?.after ?? 0,
    };
    this.signalling = new Signalling(line, {
      onLine: (holds) => {
        this.holds = holds;
        this.watched = this.sendingTold = "";
        this.changedNow();
      },
      onRoom: (room) => this.hearRoom(room),
      onMail: (mail) => this.keeper?.onMail(mail),
      onMessage: (passed) => void this.hear(passed),
      onDisplaced: () => this.stop("displaced"),
      onRemoved: () => this.stop("removed"),
      onRefused: (refused) => {
        this.reason = refused.message;
        this.stop("refused");
      },
    });
    const hurry = () => {
      this.signalling?.hurry();
      this.media?.hurry();
    };
    addEventListener("online", hurry);
    (navigator as { connection?: EventTarget }).connection?.addEventListener("change", hurry);
    this.timers.push(setInterval(() => this.listen(), LISTEN_MS));
  }

  /** Asks to be let in under this name. */
  async ask(name: string): Promise<void> {
    const { room } = this;
    if (!room) return;
    this.reason = "";
    this.trouble = "";
    this.hasAsked = true;
    this.isBack = this.own?.state === "in";
    try {
      if (room.profile === "closed") await this.askClosed(room, name);
      else {
        const { publicKey } = await identityOf(this.meeting, room.you);
        await this.insist({ ask: { name, identity: toText(publicKey), key_package: "", mac: "" } });
        // A chair opens the door for itself.
        if (this.own?.chair && this.own.state !== "in") await this.insist({ admit: { seat: room.you } });
      }
    } catch (error) {
      this.hasAsked = false;
      this.complain(error);
    }
    this.settle();
  }

  async withdraw(): Promise<void> {
    this.hasAsked = false;
    await this.insist({ withdraw: {} });
    this.settle();
  }

  /** Comes back in with new keys, after something went wrong with the old ones. */
  async comeBack(): Promise<void> {
    this.trouble = "";
    await this.keeper?.ask();
    this.changedNow();
  }

  async leave(): Promise<void> {
    this.stop("left");
    // Whoever closes the line is seen to have gone, too.
    await Promise.race([this.insist({ leave: {} }).catch(() => {}), new Promise((settle) => setTimeout(settle, 1_500))]);
    this.signalling?.close();
  }

  /** Lets somebody in; in a closed meeting with the group's keys. */
  async admit(seat: string): Promise<void> {
    if (this.keeper) await this.keeper.admit(seat);
    else await this.insist({ admit: { seat } });
  }

  async remove(seat: string): Promise<void> {
    if (this.keeper) await this.keeper.remove(seat);
    else await this.insist({ remove: { seat } });
  }

  /** What the server does for whoever asks twice as for who asks once. */
  insist<T>(verb: Verb): Promise<T> {
    return this.signalling!.insist<T>(verb);
  }

  async say(text: string): Promise<void> {
    await this.pass({ chat: text }, null);
    const own = this.own;
    if (own) this.chat.push({ from: own.id, name: own.name, text, at: this.now() });
    this.changedNow();
  }

  /** Says that this code was compared aloud with the others. */
  async confirm(): Promise<void> {
    this.changed = null;
    await this.insist({ confirm: { code: this.code } });
  }

  forgetChange(): void {
    this.changed = null;
    this.changedNow();
  }

  /** Shows a still to the others, of whom every party's chair has to approve it. */
  async propose(jpeg: Bytes): Promise<void> {
    const { proposal } = await this.signalling!.ask<{ proposal: string }>({
      propose: { sha256: toHex(await sha256(jpeg)) },
    });
    this.still = { proposal, jpeg, isTrue: true };
    this.stillSentTo.clear();
    this.sendStill();
    this.changedNow();
  }

  async release(caption: string, credit: string): Promise<void> {
    const { still } = this;
    if (!still) return;
    await this.signalling!.ask({ release: { proposal: still.proposal, jpeg: toText(still.jpeg), caption, credit } });
  }

  readReadout(): Promise<Readout> {
    return this.insist<Readout>({ read_readout: {} });
  }

  /** How large each seat is shown, so that nothing larger is sent here. */
  watch(seats: Record<string, Layer>): void {
    const { media } = this;
    if (!media || this.stage !== "in" || !this.holds) return;
    const told = `${media.session} ${media.isConnected} ${JSON.stringify(seats)}`;
    if (told === this.watched) return;
    this.watched = told;
    void this.insist({ watch: { seats } }).catch(() => (this.watched = ""));
  }

  get own(): Seat | undefined {
    return this.room ? seatOf(this.room, this.room.you) : undefined;
  }

  get code(): string {
    return this.keeper?.code ?? "";
  }

  /** The server's time. */
  now(): number {
    return Date.now() + this.clockAhead;
  }

  /** Those who wait at the door. */
  get waiting(): Asking[] {
    if (!this.room) return [];
    return this.keeper ? this.keeper.waiting(this.room) : this.room.asking;
  }

  /** What a member calls itself, under its own key where there is one. */
  nameOf(seat: Seat): string {
    return this.keeper?.doors?.memberAt(seat.id)?.name ?? seat.name;
  }

  isSpeaking(seat: string): boolean {
    return this.speaking.isSpeaking(seat);
  }

  /** Whether something comes from this seat that cannot be opened. */
  isSealedOff(slot: string): boolean {
    const now = performance.now();
    const dropped = this.dropped.get(slot) ?? -Infinity;
    return now - dropped < SILENT_MS && now - (this.shown.get(slot) ?? -Infinity) > SILENT_MS;
  }

  /** Tells the others what one sends, and sends it. */
  async sends(): Promise<void> {
    const { sound, picture, screen } = this.devices;
    this.meter.listen(this.invitation.seat, sound);
    // What is sent before there are keys is dropped, and with it the picture that others begin with.
    await this.media?.send(this.stage === "in" ? { sound, picture, screen } : { sound: null, picture: null, screen: null });
    if (this.stage !== "in" || !this.holds) return;
    const sending = { audio: sound !== null, video: picture !== null, screen: screen !== null };
    if (JSON.stringify(sending) === this.sendingTold) return;
    this.sendingTold = JSON.stringify(sending);
    void this.insist({ sending }).catch(() => (this.sendingTold = ""));
  }

  private async askClosed(room: Room, name: string): Promise<void> {
    const own = seatOf(room, room.you)!;
    const { meeting, invitation } = this;
    const named = { seat: own.id, party: partyOf(room, own)?.name ?? "", name };
    const identity = await identityOf(meeting, own.id);
    const self = { meeting, named, identity, meetingSecret: invitation.meetingSecret };
    const after = this.keeper?.after ?? 0;
    this.keeper?.leave();
    clearInterval(this.updates);
    this.keeper = new Doorkeeper(self, invitation, {
      ask: (verb) => this.signalling!.ask(verb),
      now: () => this.now(),
      known: await knownIn(meeting),
      keepKnown: (known) => void keepKnown(meeting, known),
      onEpoch: (epoch) => this.tell(epoch ? { enter: epoch } : { leave: true }),
      onDoors: () => this.hearDoors(),
      onTrouble: (sentence) => {
        this.trouble = sentence;
        this.changedNow();
      },
    });
    this.keeper.after = after;
    this.keeper.onRoom(room);
    await this.keeper.ask();
    // Not all in the same moment.
    this.updates = setInterval(() => void this.keeper?.update().catch(() => {}), UPDATE_MS * (0.95 + Math.random() * 0.1));
  }

  private hearRoom(room: Room): void {
    const before = this.room;
    this.room = room;
    this.clockAhead = room.now - Date.now();
    const own = seatOf(room, room.you);
    if (this.hasAsked && own?.state === "free" && before && seatOf(before, before.you)?.state !== "free") {
      const wasIn = this.stage === "in" || this.stage === "returning";
      this.hasAsked = false;
      if (wasIn) return this.stop("removed");
      this.reason = "refused";
    }
    this.keeper?.onRoom(room);
    this.tell({ screen: room.seats.find(({ id, screen }) => screen && id !== room.you)?.id ?? null });
    for (const asks of this.waiting) void this.check(asks);
    this.settle();
    if (this.stage === "in") this.sendStill();
    if (this.still && room.photo?.id !== this.still.proposal) this.still = null;
    this.onNews(room, before);
  }

  private async check(asks: Asking): Promise<void> {
    if (!this.keeper || this.checks.has(asks.key_package)) return;
    this.checks.set(asks.key_package, "unknown");
    this.checks.set(asks.key_package, await this.keeper.check(asks));
    this.changedNow();
  }

  /** Finds the stage again, and what belongs to it. */
  private settle(): void {
    const { room } = this;
    if (!room || ["left", "removed", "displaced", "refused"].includes(this.stage)) return;
    const own = seatOf(room, room.you);
    const isIn = this.hasAsked && own?.state === "in";
    if (room.state === "ended" || room.state === "cancelled") this.end(room.state);
    else if (isIn && (room.profile === "open" || this.keeper?.doors)) this.enter(room);
    else if (isIn) {
      this.stage = this.isBack ? "returning" : "lobby";
      // The way to the server is found while the keys are being agreed upon. Without them nothing is sent on it: see `sends`.
      this.connect(room);
    } else this.stage = this.hasAsked ? "lobby" : "early";
    void this.sends();
    this.changedNow();
  }

  private enter(room: Room): void {
    this.stage = "in";
    this.isBack = true;
    this.meter.listen("preview", null);
    this.connect(room);
  }

  private connect(room: Room): void {
    const others = room.seats.filter(({ id }) => id !== room.you).sort((one, other) => one.number - other.number);
    if (this.media) return this.media.seat(others.map(({ id }) => id));
    if (room.profile === "closed") this.seal();
    this.media = new Media(others.map(({ id }) => id), this.worker, {
      relay: async () => (await this.insist<{ servers: RTCIceServer[] }>({ relay: {} })).servers,
      offer: async (session, offer) => (await this.insist<{ answer: string }>({ media: { session, offer } })).answer,
      onChange: () => {
        for (const { seat, sound } of this.media?.slots ?? []) this.meter.listen(seat, sound);
        this.changedNow();
      },
      onTrouble: (sentence) => {
        this.trouble = sentence;
        this.changedNow();
      },
    });
  }

  private seal(): void {
    if (this.worker) return;
    this.worker = new Worker(this.sealing, { type: "module" });
    this.worker.addEventListener("message", ({ data }: MessageEvent<Tally[]>) => {
      const now = performance.now();
      for (const { slot, shown, dropped } of data) {
        if (shown > 0) this.shown.set(slot, now);
        if (Object.values(dropped).some((count) => (count ?? 0) > 0)) this.dropped.set(slot, now);
      }
      this.changedNow();
    });
  }

  private tell(told: Told): void {
    if (this.room?.profile !== "closed" || !this.keeper) return;
    this.seal();
    this.worker!.postMessage(told);
  }

  /** Says who came and went: what one has compared before no longer holds. */
  private hearDoors(): void {
    const doors = this.keeper?.doors;
    if (doors) {
      const members = new Map(doors.members.map((it) => [`${it.seat} ${toText(it.identity)}`, `${it.name} (${it.party})`]));
      const last = this.lastMembers;
      this.lastMembers = members;
      const came = [...members].filter(([id]) => last && !last.has(id)).map(([, name]) => name);
      const went = [...(last ?? [])].filter(([id]) => !members.has(id)).map(([, name]) => name);
      if (came.length + went.length > 0) {
        const { changed } = this;
        this.changed = { came: [...(changed?.came ?? []), ...came], went: [...(changed?.went ?? []), ...went] };
      }
    }
    this.settle();
  }

  private async pass(said: Said, to: string | null): Promise<void> {
    const payload = this.keeper ? await this.keeper.say(said) : toText(utf8(JSON.stringify(said)));
    if (payload) await this.signalling!.ask({ message: { payload, for: to } });
  }

  private async hear(passed: Passed): Promise<void> {
    const { room } = this;
    if (!room) return;
    const heard = this.keeper ? (await this.keeper.hear(passed))?.said : read(passed.payload);
    const seat = seatOf(room, passed.from);
    if (!seat || typeof heard !== "object" || heard === null) return;
    if ("chat" in heard && typeof heard.chat === "string") {
      this.chat.push({ from: seat.id, name: this.nameOf(seat), text: heard.chat.slice(0, 4000), at: this.now() });
    } else if ("photo" in heard) {
      const photo = heard.photo as { proposal?: unknown; jpeg?: unknown };
      if (typeof photo.proposal !== "string" || typeof photo.jpeg !== "string") return;
      const jpeg = fromText(photo.jpeg);
      const proposed = this.room?.photo;
      const isTrue = proposed?.id === photo.proposal && proposed.sha256 === toHex(await sha256(jpeg));
      this.still = { proposal: photo.proposal, jpeg, isTrue };
    }
    this.changedNow();
  }

  /** To each who is in and has not had it: messages are kept nowhere, and a page may be loaded again. */
  private sendStill(): void {
    const { room, still } = this;
    if (!room || !still || room.photo?.id !== still.proposal || room.photo.by !== room.you) return;
    for (const seat of room.seats) {
      const isHere = seat.state === "in" && seat.present && (seat.keyed || room.profile === "open");
      if (!isHere) this.stillSentTo.delete(seat.id);
      if (!isHere || seat.id === room.you || this.stillSentTo.has(seat.id)) continue;
      this.stillSentTo.add(seat.id);
      void this.pass({ photo: { proposal: still.proposal, jpeg: toText(still.jpeg) } }, seat.id).catch(() => {
        this.stillSentTo.delete(seat.id);
      });
    }
  }

  private listen(): void {
    if (this.stage !== "in") return;
    const levels = this.meter.levels();
    levels.delete(this.invitation.seat);
    const before = this.front;
    this.front = this.speaking.note(levels, performance.now());
    if (this.front !== before) this.changedNow();
  }

  private end(stage: "ended" | "cancelled"): void {
    if (this.stage === stage) return;
    this.stage = stage;
    this.stopMedia();
  }

  private stop(stage: Stage): void {
    this.stage = stage;
    this.stopMedia();
    if (stage !== "left") this.signalling?.close();
    this.changedNow();
  }

  private stopMedia(): void {
    for (const timer of [...this.timers.splice(0), this.updates]) clearInterval(timer);
    this.media?.close();
    this.media = null;
    this.keeper?.leave();
    this.worker?.terminate();
    this.worker = null;
    this.meter.close();
    this.devices.closeAll();
  }

  private complain(error: unknown): void {
    if (error instanceof Lost) return;
    this.reason = error instanceof Refused || error instanceof Error ? error.message : String(error);
  }

  private changedNow(): void {
    this.onChange();
  }
}

/** What was said in an open meeting; null when it is nothing that can be read. */
function read(payload: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(fromText(payload)));
  } catch {
    return null;
  }
}
