// People in browsers of their own, without a browser: their doorkeepers on real sockets.
import { createServer } from "node:http";
import { webcrypto } from "node:crypto";
import { WebSocket } from "ws";
import { Doorkeeper } from "../../node_modules/.meeting-tests/meeting/doorkeeper.mjs";
import { fromText, toText } from "../../node_modules/.meeting-tests/meeting/bytes.mjs";
import { drawRoot, drawSalt, invite, token, verifier } from "../../node_modules/.meeting-tests/meeting/invitations.mjs";
import { Signalling } from "../../node_modules/.meeting-tests/meeting/signalling.mjs";
import { makeIdentity } from "../../node_modules/.meeting-tests/meeting/suite.mjs";
import { MeetingServer } from "./server.mjs";

globalThis.WebSocket ??= WebSocket;

/** A server, and the invitations to its meeting. */
export async function meeting(options) {
  const server = new MeetingServer(options);
  const http = createServer();
  const port = await server.listen(http);
  const root = drawRoot(webcrypto);
  for (const seat of server.seats) {
    const { seatSecret } = await invite(root, seat.id, seat.chair);
    seat.verifier = toText(await verifier(seatSecret));
  }
  const people = [];
  return {
    server,
    root,
    /** Somebody opens the link of this seat. */
    async comes(number, { identity, known, name = `Person ${number}` } = {}) {
      const person = await Person.opens(server, port, root, server.seats[number], name, identity, known);
      people.push(person);
      return person;
    },
    /** Makes another link for this seat, in place of the one before. */
    async invitesAnew(number) {
      const seat = server.seats[number];
      const salt = drawSalt(webcrypto);
      const { seatSecret } = await invite(root, seat.id, seat.chair, salt);
      Object.assign(seat, { salt: toText(salt), verifier: toText(await verifier(seatSecret)) });
    },
    async ends() {
      for (const person of people) {
        person.signalling.close();
        person.doorkeeper.leave();
      }
      server.breakLines();
      await new Promise((settle) => http.close(settle));
    },
  };
}

export class Person {
  room = null;
  epochs = [];
  troubles = [];
  watchers = new Set();

  static async opens(server, port, root, seat, name, identity, known = new Map()) {
    const person = new Person();
    const invitation = await invite(root, seat.id, seat.chair, fromText(seat.salt ?? ""));
    person.identity = identity ?? (await makeIdentity());
    person.known = known;
    person.seat = seat.id;
    const named = { seat: seat.id, party: seat.party, name };
    const self = { meeting: server.meeting, named, identity: person.identity, meetingSecret: invitation.meetingSecret };
    person.doorkeeper = new Doorkeeper(self, invitation, {
      ask: (verb) => person.signalling.ask(verb),
      now: () => Date.now(),
      known,
      keepKnown: () => {},
      onEpoch: (epoch) => person.notes(() => person.epochs.push(epoch)),
      onDoors: () => person.notes(() => {}),
      onTrouble: (sentence) => person.notes(() => person.troubles.push(sentence)),
    });
    const line = {
      url: `ws://127.0.0.1:${port}/`, seat: seat.id, token: toText(await token(invitation.seatSecret)),
      instance: toText(webcrypto.getRandomValues(new Uint8Array(16))), after: () => person.doorkeeper.after,
    };
    person.signalling = new Signalling(line, {
      onLine: (holds) => person.notes(() => (person.holds = holds)),
      onRoom: (room) => person.notes(() => {
        person.room = room;
        person.doorkeeper.onRoom(room);
      }),
      onMail: (mail) => person.doorkeeper.onMail(mail),
      onMessage: (passed) => person.notes(() => (person.message = passed)),
      onDisplaced: () => person.notes(() => (person.displaced = true)),
      onRemoved: () => person.notes(() => (person.removed = true)),
      onRefused: (refused) => person.notes(() => (person.refused = refused)),
    }, (url) => new WebSocket(url));
    await person.sees(() => person.room || person.refused);
    return person;
  }

  async asks() {
    await this.doorkeeper.ask();
  }

  async lets(other) {
    await this.sees(() => this.room.asking.some(({ seat }) => seat === other.seat));
    await this.doorkeeper.admit(other.seat);
    await other.isIn();
  }

  isIn() {
    return this.sees(() => this.doorkeeper.doors);
  }

  get epoch() {
    return this.doorkeeper.doors?.epoch;
  }

  /** Waits for it. */
  async sees(what) {
    while (!what()) await new Promise((settle) => this.watchers.add(settle));
  }

  notes(what) {
    what();
    for (const settle of this.watchers) settle();
    this.watchers.clear();
  }
}
