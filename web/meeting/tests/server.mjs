// A meeting's server for tests, as docs/meeting-protocol.md has it, without media: everything is in
// memory, and it can be made to lie.
import { randomUUID } from "node:crypto";
import { createHash } from "node:crypto";
import { WebSocketServer } from "ws";

const PARTIES = [
  { id: "north", name: "Delegation of the North", colour: "#1f4e79" },
  { id: "south", name: "Delegation of the South", colour: "#7a2a3a" },
];

export class MeetingServer {
  sockets = new Set();
  mail = [];
  nextMail = 1;
  photo = null;
  readouts = new Map();
  group = null;
  floor = null;
  locked = false;
  state = "planned";
  began_at = null;
  ended_at = null;
  /** Tests put what a lying server does here; each may change what is sent, or return null to keep it back. */
  lie = { room: (room) => room, mail: (mail) => mail };

  constructor({ seats = 4, profile = "closed", meeting = randomUUID(), now = () => Date.now() } = {}) {
    Object.assign(this, { meeting, profile, now });
    this.parties = PARTIES.map((it) => ({ ...it, spoken: 0 }));
    this.seats = Array.from({ length: seats }, (_, number) => ({
      id: randomUUID(), number, party: PARTIES[number % 2].id, chair: number < 2,
      title: number < 2 ? "Head of delegation" : "Adviser", state: "free", present: false, keyed: false,
      name: "", hand: null, audio: false, video: false, screen: false, confirmed: null,
      verifier: null, asks: null, wasIn: false,
    }));
    this.agenda = [["Security guarantees", 40], ["Trade and sanctions", 30], ["Next steps", 20]].map(
      ([title, minutes]) => ({ id: randomUUID(), title, minutes, state: "open", began_at: null, spent: 0 }),
    );
    this.handNumber = 1;
    this.wss = new WebSocketServer({ noServer: true });
  }

  /** Answers the socket of this meeting. */
  upgrade(request, socket, head) {
    this.wss.handleUpgrade(request, socket, head, (ws) => this.accept(ws));
  }

  async listen(server, port = 0) {
    server.on("upgrade", (request, socket, head) => this.upgrade(request, socket, head));
    await new Promise((settle) => server.listen(port, "127.0.0.1", settle));
    return server.address().port;
  }

  /** Breaks every line, as a restart does. */
  breakLines() {
    for (const ws of this.sockets) ws.terminate();
  }

  accept(ws) {
    this.sockets.add(ws);
    ws.on("message", (text) => this.hear(ws, JSON.parse(text)));
    ws.on("close", () => {
      this.sockets.delete(ws);
      if (ws.seat && ![...this.sockets].some((it) => it.seat === ws.seat)) {
        ws.seat.present = false;
        this.tellRoom();
      }
    });
  }

  hear(ws, { id, ...verb }) {
    const [name, body] = Object.entries(verb)[0];
    try {
      if (name !== "hello" && !ws.seat) throw new Error("Say hello first.");
      if (typeof this[`do_${name}`] !== "function") throw new Error(`There is no verb “${name}”.`);
      const ok = this[`do_${name}`](body, ws.seat, ws) ?? {};
      ws.send(JSON.stringify({ re: id, ok }));
      ws.after?.();
      ws.after = null;
    } catch (error) {
      ws.send(JSON.stringify({ re: id, error: error.message, code: error.code ?? "refused" }));
    }
  }

  do_hello({ seat, token, instance, after }, _, ws) {
    const it = this.seats.find((known) => known.id === seat);
    const hash = createHash("sha256").update(Buffer.from(token, "base64url")).digest("base64url");
    if (!it || it.verifier !== hash) throw new Error("This link does not lead to a seat. Ask whoever invited you for a new one.");
    for (const other of this.sockets) {
      if (other.seat !== it || other === ws) continue;
      if (other.instance !== instance) other.send(JSON.stringify({ displaced: {} }));
      other.seat = null;
    }
    // A page that was loaded anew has no keys.
    if (it.instance !== instance) Object.assign(it, { keyed: false, asks: null });
    Object.assign(it, { instance, present: true });
    Object.assign(ws, { seat: it, instance });
    ws.after = () => {
      this.tellRoom();
      for (const mail of this.mail) if (mail.number > after) this.sendMail(ws, mail);
    };
  }

  do_ask(asks, seat) {
    if (Buffer.from(asks.identity, "base64url").length !== 32) throw new Error("An identity is a public key of 32 bytes.");
    if (this.locked && seat.state === "free" && !seat.wasIn) throw new Error("The meeting is locked.");
    seat.name = asks.name;
    seat.keyed = false;
    seat.asks = { seat: seat.id, ...asks, salt: seat.salt ?? "", asked_at: this.now() };
    if (seat.state !== "in") seat.state = "asking";
    this.tellRoom();
  }

  do_withdraw(_, seat) {
    if (seat.state === "asking") seat.state = "free";
    seat.asks = null;
    this.tellRoom();
  }

  do_found(_, seat) {
    if (!seat.chair) throw new Error("Only a chair can do this.");
    if (this.seats.some((it) => it.present && it.keyed)) throw new Error("Somebody has the keys.");
    this.group = { number: (this.group?.number ?? 0) + 1, epoch: 0 };
    for (const it of this.seats) it.keyed = false;
    this.letIn(seat);
    seat.keyed = true;
    this.tellRoom();
    return { group: this.group.number };
  }

  do_commit({ group, epoch, commit, welcome, admit, remove }, seat) {
    if (!seat.keyed) throw new Error("Only who has the keys can do this.");
    if (group !== this.group.number || epoch !== this.group.epoch) {
      throw Object.assign(new Error("Another commit was first."), { code: "epoch_passed" });
    }
    this.group.epoch += 1;
    const made = { number: this.nextMail++, group, epoch, kind: "commit", from: seat.id, for: null, payload: commit };
    this.post(made);
    for (const id of admit) {
      const it = this.seats.find((known) => known.id === id);
      this.letIn(it);
      it.keyed = true;
      this.post({ number: this.nextMail++, group, epoch: epoch + 1, kind: "welcome", from: seat.id, for: id, payload: welcome });
    }
    for (const id of remove.filter((gone) => !admit.includes(gone))) this.putOut(this.seats.find((it) => it.id === id));
    this.tellRoom();
    return { number: made.number };
  }

  do_admit({ seat }, by) {
    this.chair(by);
    if (by.state !== "in" && by.id !== seat) throw new Error("Only who was let into the meeting may do this.");
    this.letIn(this.seats.find((it) => it.id === seat));
    this.tellRoom();
  }

  do_refuse({ seat }, by) {
    this.chair(by);
    Object.assign(this.seats.find((it) => it.id === seat), { state: "free", asks: null });
    this.tellRoom();
  }

  do_remove({ seat }, by) {
    this.chair(by);
    this.putOut(this.seats.find((it) => it.id === seat));
    this.tellRoom();
  }

  do_free({ seat }, by) {
    this.chair(by);
    this.putOut(this.seats.find((it) => it.id === seat));
    this.tellRoom();
  }

  do_lock({ locked }, by) {
    this.chair(by);
    this.locked = locked;
    this.tellRoom();
  }

  do_begin(_, by) {
    this.chair(by);
    Object.assign(this, { state: "under_way", began_at: this.now() });
    this.tellRoom();
  }

  do_end(_, by) {
    this.chair(by);
    Object.assign(this, { state: "ended", ended_at: this.now(), floor: null });
    this.mail = [];
    this.tellRoom();
  }

  do_item({ item, state }, by) {
    this.chair(by);
    for (const it of this.agenda) {
      const isIt = it.id === item;
      if (it.state === "on" && (isIt || state === "on")) {
        it.spent += this.now() - it.began_at;
        it.began_at = null;
        if (!isIt) it.state = "dealt";
      }
      if (isIt) Object.assign(it, { state, began_at: state === "on" ? this.now() : null });
    }
    this.tellRoom();
  }

  do_hand({ up }, seat) {
    seat.hand = up ? (seat.hand ?? this.handNumber++) : null;
    this.tellRoom();
  }

  do_floor({ seat }, by) {
    this.chair(by);
    if (this.floor) {
      const had = this.seats.find((it) => it.id === this.floor.seat);
      this.parties.find((it) => it.id === had.party).spoken += this.now() - this.floor.since;
    }
    this.floor = seat && { seat, since: this.now() };
    const has = this.seats.find((it) => it.id === seat);
    if (has) has.hand = null;
    this.tellRoom();
  }

  do_sending(sending, seat) {
    Object.assign(seat, sending);
    this.tellRoom();
  }

  do_message({ payload, for: to }, seat) {
    for (const ws of this.sockets) {
      if (!ws.seat || ws.seat === seat || ws.seat.state !== "in" || (to && ws.seat.id !== to)) continue;
      ws.send(JSON.stringify({ message: { from: seat.id, payload } }));
    }
  }

  do_confirm({ code }, seat) {
    seat.confirmed = code;
    this.tellRoom();
  }

  do_propose({ sha256 }, seat) {
    this.chair(seat);
    this.photo = { id: randomUUID(), by: seat.id, sha256, approved: [seat.party], declined: [], state: "proposed" };
    this.tellRoom();
    return { proposal: this.photo.id };
  }

  do_approve(_, seat) {
    this.photo.approved.push(seat.party);
    if (this.parties.every(({ id }) => this.photo.approved.includes(id))) this.photo.state = "approved";
    this.tellRoom();
  }

  do_decline(_, seat) {
    this.photo.declined.push(seat.party);
    this.tellRoom();
  }

  do_release({ jpeg, caption, credit }) {
    if (createHash("sha256").update(Buffer.from(jpeg, "base64url")).digest("hex") !== this.photo.sha256) throw new Error("This is another picture.");
    Object.assign(this.photo, { state: "released" });
    this.released = { jpeg, caption, credit };
    this.tellRoom();
  }

  do_readout({ headline, body, release }, seat) {
    this.readouts.set(seat.party, { headline, body, released_at: release ? this.now() : null });
    this.tellRoom();
  }

  do_read_readout(_, seat) {
    return this.readouts.get(seat.party) ?? { headline: "", body: "", released_at: null };
  }

  do_relay() {
    return { servers: [] };
  }

  do_media() {
    throw Object.assign(new Error("This server passes on no media."), { code: "no_media" });
  }

  do_watch() {}

  do_leave(_, seat) {
    Object.assign(seat, { present: false, keyed: false });
    if (seat.state === "asking") seat.state = "free";
    this.tellRoom();
  }

  chair(seat) {
    if (!seat.chair) throw new Error("Only a chair can do this.");
  }

  letIn(seat) {
    Object.assign(seat, { state: "in", wasIn: true });
  }

  putOut(seat) {
    Object.assign(seat, { state: "free", keyed: false, wasIn: false, asks: null, hand: null, audio: false, video: false, screen: false });
  }

  post(mail) {
    this.mail.push(mail);
    for (const ws of this.sockets) this.sendMail(ws, mail);
  }

  sendMail(ws, mail) {
    if (!ws.seat || ws.seat.state !== "in" || (mail.for && mail.for !== ws.seat.id)) return;
    const told = this.lie.mail(mail, ws.seat);
    if (told) ws.send(JSON.stringify({ mail: told }));
  }

  tellRoom() {
    for (const ws of this.sockets) if (ws.seat) ws.send(JSON.stringify({ room: this.lie.room(this.roomFor(ws.seat), ws.seat) }));
  }

  roomFor(you) {
    const isIn = you.state === "in";
    const asking = this.seats.filter((it) => it.state === "asking" && it.asks).map((it) => it.asks);
    const returning = this.seats.filter((it) => it.state === "in" && it.present && !it.keyed && it.asks).map((it) => it.asks);
    const seats = this.seats.map(({ verifier, asks: _a, wasIn: _w, instance: _i, ...seat }) => ({ ...seat, invited: verifier !== null }));
    return {
      now: this.now(), title: "Talks on security guarantees", profile: this.profile, zone: "Europe/Moscow",
      state: this.state, locked: this.locked, on_air_since: null, has_channel: true, you: you.id, starts_at: 1638889680000, ends_at: 1638897000000,
      began_at: this.began_at, ended_at: this.ended_at, parties: this.parties,
      seats: isIn ? seats : seats.filter((it) => it.id === you.id), floor: isIn ? this.floor : null,
      agenda: this.agenda, group: this.group, asking: isIn && you.chair ? asking : [],
      returning: you.keyed ? returning : [], photo: isIn ? this.photo : null,
      readout: { true: "draft", false: "released", undefined: "none" }[this.readouts.has(you.party) ? String(this.readouts.get(you.party).released_at === null) : "undefined"],
    };
  }
}
