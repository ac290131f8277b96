import assert from "node:assert/strict";
import { test } from "node:test";
import { toText } from "../../node_modules/.meeting-tests/meeting/bytes.mjs";
import { meeting } from "./people.mjs";

/** A meeting in which these seats are, the first of them having let in the others. */
async function under_way(...seats) {
  const it = await meeting();
  const people = [];
  for (const number of seats) {
    const person = await it.comes(number);
    await person.asks();
    if (people.length === 0) await person.isIn();
    else await people[0].lets(person);
    people.push(person);
  }
  return { ...it, people };
}

/** Waits until all have the same members and the same key. */
async function together(...people) {
  const newest = () => Math.max(...people.map(({ epoch }) => epoch ?? -1));
  for (const person of people) await person.sees(() => person.epoch === newest());
  const keys = people.map(({ epochs }) => toText(epochs.at(-1).baseKey));
  assert.equal(new Set(keys).size, 1);
  assert.equal(new Set(people.map(({ doorkeeper }) => doorkeeper.code)).size, 1);
}

test("the first chair founds the group, and who asks is let in by it", async () => {
  const { people, server, ends } = await under_way(0, 1, 2);
  await together(...people);
  assert.deepEqual(server.seats.map(({ keyed }) => keyed), [true, true, true, false]);
  const payload = await people[2].doorkeeper.say({ chat: "Good evening." });
  await people[2].signalling.ask({ message: { payload, for: null } });
  await people[0].sees(() => people[0].message);
  const heard = await people[0].doorkeeper.hear(people[0].message);
  assert.deepEqual([heard.from.seat, heard.said], [people[2].seat, { chat: "Good evening." }]);
  assert.ok(!JSON.stringify(server.mail).includes(Buffer.from("Good evening").toString("base64url").slice(2, 14)));
  await ends();
});

test("a message that the server says is another's is not heard", async () => {
  const { people, ends } = await under_way(0, 1);
  const payload = await people[1].doorkeeper.say({ chat: "Mine" });
  assert.equal(await people[0].doorkeeper.hear({ from: people[0].seat, payload }), null);
  await ends();
});

test("a key package that the server swaps is not let in", async () => {
  const { people, server, comes, ends } = await under_way(0);
  const aide = await comes(2);
  const liar = await comes(3);
  await liar.asks();
  server.lie.room = (room) => {
    const theirs = room.asking.find(({ seat }) => seat === liar.seat);
    return { ...room, asking: room.asking.map((it) => (it.seat === aide.seat && theirs ? { ...it, key_package: theirs.key_package } : it)) };
  };
  await aide.asks();
  await people[0].sees(() => people[0].room.asking.length === 2);
  const asks = people[0].room.asking.find(({ seat }) => seat === aide.seat);
  assert.equal(await people[0].doorkeeper.check(asks), "stranger");
  await assert.rejects(people[0].doorkeeper.admit(aide.seat), /did not come from/);
  assert.equal(people[0].epoch, 0);
  await ends();
});

test("two chairs who let somebody in at once both have their way", async () => {
  const { people, comes, ends } = await under_way(0, 1);
  const [one, two] = [await comes(2), await comes(3)];
  await Promise.all([one.asks(), two.asks()]);
  for (const chair of people) await chair.sees(() => chair.room.asking.length === 2);
  await Promise.all([people[0].doorkeeper.admit(one.seat), people[1].doorkeeper.admit(two.seat)]);
  await Promise.all([one.isIn(), two.isIn()]);
  await together(...people, one, two);
  assert.equal(people[0].doorkeeper.doors.members.length, 4);
  await ends();
});

test("updates of everybody at once all come through", async () => {
  const { people, ends } = await under_way(0, 1, 2, 3);
  const before = people[0].epoch;
  await Promise.all(people.map(({ doorkeeper }) => doorkeeper.update()));
  await together(...people);
  assert.equal(people[0].epoch, before + 4);
  await ends();
});

test("a page that is loaded again comes back by itself, with the code as it was", async () => {
  const { people, comes, ends } = await under_way(0, 1, 2);
  const { code } = people[0].doorkeeper;
  people[2].signalling.close();
  const again = await comes(2, { identity: people[2].identity, name: "Person 2" });
  await again.asks();
  await again.isIn();
  await together(people[0], people[1], again);
  assert.equal(again.doorkeeper.code, code);
  await ends();
});

test("when the chair's page is loaded again, another brings it back", async () => {
  const { people, comes, ends } = await under_way(0, 2);
  people[0].signalling.close();
  const again = await comes(0, { identity: people[0].identity });
  await again.asks();
  await again.isIn();
  await together(again, people[1]);
  await ends();
});

test("whoever comes back to a meeting that nobody has the keys of founds it anew, and the others follow", async () => {
  const { people, comes, ends } = await under_way(0, 2);
  for (const person of people) person.signalling.close();
  const [host, aide] = people;
  const aideAgain = await comes(2, { identity: aide.identity });
  await aideAgain.asks();
  const hostAgain = await comes(0, { identity: host.identity, known: host.known });
  await hostAgain.asks();
  await hostAgain.isIn();
  await aideAgain.isIn();
  await together(hostAgain, aideAgain);
  assert.equal(hostAgain.doorkeeper.doors.group, 2);
  await ends();
});

test("a commit whose answer is lost is not made twice", async () => {
  const { people, server, comes, ends } = await under_way(0, 1);
  const aide = await comes(2);
  await aide.asks();
  await people[0].sees(() => people[0].room.asking.length === 1);
  const before = server.group.epoch;
  const commit = server.do_commit;
  server.do_commit = function (...args) {
    server.do_commit = commit;
    const answer = commit.apply(server, args);
    server.breakLines();
    return answer;
  };
  await people[0].doorkeeper.admit(aide.seat);
  await aide.isIn();
  await together(...people, aide);
  assert.equal(server.group.epoch, before + 1);
  await ends();
});

test("a group whose founding nobody answered is founded all the same", async () => {
  const { server, comes, ends } = await meeting();
  const host = await comes(0);
  const found = server.do_found;
  server.do_found = function (...args) {
    server.do_found = found;
    found.apply(server, args);
    server.breakLines();
  };
  await host.asks();
  await host.isIn();
  assert.deepEqual([host.doorkeeper.doors.group, server.group.number], [1, 1]);
  const aide = await comes(2);
  await aide.asks();
  await host.lets(aide);
  await together(host, aide);
  await ends();
});

test("a chair who waits at the door founds nothing while those inside come back after a restart", async () => {
  const { people, server, comes, ends } = await under_way(0, 2);
  const chair = await comes(1);
  await chair.asks();
  // The chair's line is back first.
  for (const { signalling } of people) signalling.dial = () => ({ readyState: 0, addEventListener() {}, close() {} });
  const { dial } = chair.signalling;
  server.breakLines();
  await chair.sees(() => chair.holds === false);
  await chair.sees(() => chair.holds);
  assert.equal(server.seats.filter(({ present }) => present).length, 1);
  for (const { signalling } of people) {
    signalling.dial = dial;
    if (signalling.socket) signalling.lose(signalling.socket);
  }
  await people[0].lets(chair);
  await together(...people, chair);
  assert.equal(server.group.number, 1);
  await ends();
});

test("a line that breaks comes back with everything that was missed", async () => {
  const { people, server, ends } = await under_way(0, 1, 2);
  server.breakLines();
  await Promise.all(people.map((person) => person.sees(() => person.holds === false)));
  await people[0].doorkeeper.update();
  await together(...people);
  await ends();
});

test("who is removed has no keys any more, and the others have new ones", async () => {
  const { people, ends } = await under_way(0, 1, 2);
  const old = toText(people[2].epochs.at(-1).baseKey);
  await people[0].doorkeeper.remove(people[2].seat);
  await people[2].sees(() => people[2].epochs.at(-1) === null);
  await together(people[0], people[1]);
  assert.notEqual(toText(people[0].epochs.at(-1).baseKey), old);
  await ends();
});

test("whoever comes with a new link to the seat of one who was removed is let in, and the former link is none", async () => {
  const { people, server, comes, invitesAnew, ends } = await under_way(0, 1, 2);
  const seat = server.seats[2];
  const verified = seat.verifier;
  await people[0].doorkeeper.remove(people[2].seat);
  await people[2].sees(() => people[2].epochs.at(-1) === null);
  await invitesAnew(2);
  // A server that still takes the former link shows the chair what does not come from the new one.
  const { salt, verifier } = seat;
  Object.assign(seat, { salt: "", verifier: verified });
  const former = await comes(2);
  seat.salt = salt;
  await former.asks();
  await people[0].sees(() => people[0].room.asking.length === 1);
  assert.equal(await people[0].doorkeeper.check(people[0].room.asking[0]), "stranger");
  await former.signalling.ask({ withdraw: {} });
  former.signalling.close();
  seat.verifier = verifier;
  const successor = await comes(2, { name: "Successor" });
  await successor.asks();
  await people[0].lets(successor);
  await together(people[0], people[1], successor);
  await ends();
});

test("a commit that the server keeps back closes the doors of who misses it", async () => {
  const { people, server, ends } = await under_way(0, 1, 2);
  const hidden = server.nextMail;
  server.lie.mail = (mail, seat) => (seat.id === people[2].seat && mail.number === hidden ? null : mail);
  await people[0].doorkeeper.update();
  await people[1].sees(() => people[1].epoch === people[0].epoch);
  await people[0].doorkeeper.update();
  await people[2].sees(() => people[2].troubles.length > 0);
  assert.match(people[2].troubles[0], /kept something back/);
  assert.equal(people[2].epochs.at(-1), null);
  await ends();
});

test("a server that calls an adviser a chair to some gets their commit refused by the others", async () => {
  const { people, server, comes, ends } = await under_way(0, 1, 2);
  const other = await comes(3);
  await other.asks();
  // The adviser's own page is told that it is a chair, and who asks.
  const asks = server.seats[3].asks;
  server.lie.room = (room, seat) =>
    seat.id === people[2].seat ? { ...room, asking: [asks], seats: room.seats.map((it) => ({ ...it, chair: true })) } : room;
  server.tellRoom();
  await people[2].sees(() => people[2].room.asking.length === 1);
  people[2].doorkeeper.check = async () => "invitee";
  await people[2].doorkeeper.admit(other.seat);
  await people[0].sees(() => people[0].troubles.length > 0);
  assert.match(people[0].troubles[0], /Only a chair/);
  assert.equal(people[0].epochs.at(-1), null);
  await ends();
});

test("a link with another's token is refused, and a second page takes the seat", async () => {
  const { people, server, comes, ends } = await under_way(0);
  server.seats[3].verifier = server.seats[2].verifier;
  const stranger = await comes(3);
  assert.match(stranger.refused.message, /does not lead to a seat/);
  const second = await comes(0, { identity: people[0].identity });
  await people[0].sees(() => people[0].displaced);
  assert.ok(second.room);
  await ends();
});
