import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { toText } from "../../node_modules/.meeting-tests/meeting/bytes.mjs";
import { Doors, makeKey, readKey, wipe } from "../../node_modules/.meeting-tests/meeting/doors.mjs";
import { drawRoot, invite, isInvitees, macOf } from "../../node_modules/.meeting-tests/meeting/invitations.mjs";
import { bringsBack } from "../../node_modules/.meeting-tests/meeting/membership.mjs";
import { makeIdentity } from "../../node_modules/.meeting-tests/meeting/suite.mjs";

const MEETING = "0196a1b0-0000-7000-8000-000000000000";
const NOW = Date.now();
const seatNumber = (number) => `0196a1b0-0000-7000-8000-00000000000${number}`;
const [HOST, GUEST, AIDE, OTHER] = [1, 2, 3, 4].map(seatNumber);
const isChair = (seat) => seat === HOST || seat === GUEST;

/** Somebody with a link, in their own browser. */
async function somebody(root, seat, name = "Anna") {
  const invitation = await invite(root, seat, isChair(seat));
  const identity = await makeIdentity();
  const self = { meeting: MEETING, named: { seat, party: "North", name }, identity, meetingSecret: invitation.meetingSecret };
  return { self, invitation, key: await makeKey(self, NOW) };
}

/** A meeting that these seats are in, each with its own doors. */
async function meetingOf(...seats) {
  const root = drawRoot(webcrypto);
  const people = [];
  for (const seat of seats) people.push({ ...(await somebody(root, seat)), doors: null });
  people[0].doors = await Doors.found(people[0].self, 1, people[0].key);
  for (const person of people.slice(1)) await letIn(people, person);
  return { root, people };
}

/** The first commits, the others take it, the newcomer joins. */
async function letIn(people, newcomer) {
  const { commit, welcome, next } = await people[0].doors.admit(newcomer.key.bytes);
  people[0].doors = next;
  for (const person of people.slice(1)) {
    if (person !== newcomer && person.doors) person.doors = await person.doors.take(commit, isChair);
  }
  newcomer.doors = await Doors.join(newcomer.self, 1, newcomer.key, welcome);
}

async function base(doors) {
  return Buffer.from(await doors.frameBase()).toString("hex");
}

async function hears(speaker, listener, text) {
  const said = await speaker.doors.say(Buffer.from(text));
  speaker.doors = said.next;
  const heard = await listener.doors.hear(said.payload);
  listener.doors = heard.next;
  return [heard.from.seat, Buffer.from(heard.content).toString()];
}

test("three have one key, one code, and hear each other", async () => {
  const { people } = await meetingOf(HOST, GUEST, AIDE);
  const keys = await Promise.all(people.map(({ doors }) => base(doors)));
  const codes = await Promise.all(people.map(({ doors }) => doors.code()));
  assert.equal(new Set(keys).size, 1);
  assert.equal(new Set(codes).size, 1);
  assert.match(codes[0], /^\d{5}( \d{5}){5}$/);
  assert.deepEqual(people.map(({ doors }) => doors.members.map(({ seat }) => seat)), Array(3).fill([HOST, GUEST, AIDE]));
  assert.deepEqual(await hears(people[2], people[0], "Good evening."), [AIDE, "Good evening."]);
});

test("a key package that the server has swapped is known by its MAC, and would change the code", async () => {
  const root = drawRoot(webcrypto);
  const real = await somebody(root, AIDE);
  const swapped = await somebody(drawRoot(webcrypto), AIDE);
  const asks = async ({ invitation, key }, seat = AIDE) => ({ seat, salt: "", mac: toText(await macOf(invitation.seatSecret, key.bytes)) });
  assert.equal(await isInvitees(root, await asks(real), real.key.bytes), true);
  assert.equal(await isInvitees(root, await asks(real), swapped.key.bytes), false);
  assert.equal(await isInvitees(root, await asks(swapped), swapped.key.bytes), false);
  assert.equal(await isInvitees(root, await asks(real, OTHER), real.key.bytes), false);

  // A chair that looked away: who compares the codes sees it.
  const host = await somebody(root, HOST);
  const doors = await Doors.found(host.self, 1, host.key);
  const [told, meant] = await Promise.all([doors.admit(swapped.key.bytes), doors.admit(real.key.bytes)]);
  assert.notEqual(await told.next.code(), await meant.next.code());
});

test("who does not know the meeting's secret can neither be let in nor found a group", async () => {
  const root = drawRoot(webcrypto);
  const host = await somebody(root, HOST);
  const doors = await Doors.found(host.self, 1, host.key);
  const stranger = await somebody(drawRoot(webcrypto), AIDE);
  const { welcome } = await doors.admit(stranger.key.bytes);
  await assert.rejects(Doors.join(stranger.self, 1, stranger.key, welcome));

  const forger = await somebody(drawRoot(webcrypto), HOST);
  const aide = await somebody(root, AIDE);
  const forged = await (await Doors.found(forger.self, 1, forger.key)).admit(aide.key.bytes);
  await assert.rejects(Doors.join(aide.self, 1, aide.key, forged.welcome));
});

test("only a chair lets somebody in or removes somebody", async () => {
  const { root, people } = await meetingOf(HOST, GUEST, AIDE);
  const other = await somebody(root, OTHER);
  const add = await people[2].doors.admit(other.key.bytes);
  await assert.rejects(people[0].doors.take(add.commit, isChair), /Only a chair/);
  const remove = await people[2].doors.remove(GUEST);
  await assert.rejects(people[0].doors.take(remove.commit, isChair), /Only a chair/);
  const byChair = await people[1].doors.admit(other.key.bytes);
  assert.equal((await people[0].doors.take(byChair.commit, isChair)).members.length, 4);
});

test("anybody brings back a seat with its own key, and nobody with another's", async () => {
  const { root, people } = await meetingOf(HOST, GUEST, AIDE);
  const before = await people[0].doors.code();
  const again = { ...people[1], key: await makeKey(people[1].self, NOW) };
  const back = await people[2].doors.admit(again.key.bytes);
  const host = await people[0].doors.take(back.commit, isChair);
  const guest = await Doors.join(again.self, 1, again.key, back.welcome);
  assert.equal(await base(guest), await base(host));
  assert.equal(await guest.code(), before);

  people[0].doors = host;
  people[2].doors = back.next;
  const thief = await somebody(root, GUEST);
  const theft = await people[2].doors.admit(thief.key.bytes);
  await assert.rejects(people[0].doors.take(theft.commit, isChair), /Only a chair/);
});

test("who is removed cannot follow, and who joins cannot read what came before", async () => {
  const { root, people } = await meetingOf(HOST, GUEST, AIDE);
  const earlier = await people[0].doors.say(Buffer.from("Between us"));
  people[0].doors = earlier.next;
  const aideBefore = people[2].doors;
  const gone = await people[0].doors.remove(AIDE);
  people[1].doors = await people[1].doors.take(gone.commit, isChair);
  const removed = await people[2].doors.take(gone.commit, isChair).catch(() => null);
  assert.ok(removed === null || removed.isOut);
  people[0].doors = gone.next;
  assert.notEqual(await base(aideBefore), await base(people[0].doors));
  assert.equal(await base(people[1].doors), await base(people[0].doors));
  const later = await people[0].doors.say(Buffer.from("After"));
  people[0].doors = later.next;
  await assert.rejects(aideBefore.hear(later.payload));

  const other = await somebody(root, OTHER);
  await letIn(people.slice(0, 2), other);
  await assert.rejects(other.doors.hear(earlier.payload));
  await assert.rejects(other.doors.hear(later.payload));
});

test("of two commits at once one is made anew on top of the other", async () => {
  const { root, people } = await meetingOf(HOST, GUEST, AIDE);
  const other = await somebody(root, OTHER);
  const first = await people[1].doors.admit(other.key.bytes);
  const second = await people[0].doors.update();
  assert.notDeepEqual(first.commit, second.commit);
  // The server took the guest's; the host's own is passed over.
  people[0].doors = await people[0].doors.take(first.commit, isChair);
  people[2].doors = await people[2].doors.take(first.commit, isChair);
  people[1].doors = first.next;
  await assert.rejects(people[1].doors.take(second.commit, isChair), /another epoch/);
  const anew = await people[0].doors.update();
  wipe(anew.used);
  people[0].doors = anew.next;
  people[1].doors = await people[1].doors.take(anew.commit, isChair);
  people[2].doors = await people[2].doors.take(anew.commit, isChair);
  const joined = await Doors.join(other.self, 1, other.key, first.welcome);
  other.doors = await joined.take(anew.commit, isChair);
  assert.equal(new Set(await Promise.all([...people, other].map(({ doors }) => base(doors)))).size, 1);
});

test("what comes again, or was changed on the way, is refused", async () => {
  const { people } = await meetingOf(HOST, GUEST);
  const said = await people[0].doors.say(Buffer.from("Once"));
  people[1].doors = (await people[1].doors.hear(said.payload)).next;
  await assert.rejects(people[1].doors.hear(said.payload));
  const update = await people[0].doors.update();
  for (const at of [40, Math.floor(update.commit.length / 2), update.commit.length - 1]) {
    const flipped = update.commit.slice();
    flipped[at] ^= 1;
    await assert.rejects(people[1].doors.take(flipped, isChair), `byte ${at}`);
  }
  people[1].doors = await people[1].doors.take(update.commit, isChair);
  await assert.rejects(people[1].doors.take(update.commit, isChair), /another epoch/);
});

test("a key that cannot leave the browser signs, and a key package says whose it is", async () => {
  const { self, key } = await somebody(drawRoot(webcrypto), AIDE, "Jürgen\nB.");
  await assert.rejects(webcrypto.subtle.exportKey("pkcs8", self.identity.privateKey));
  const { seat, party, name, identity } = readKey(key.bytes);
  assert.deepEqual([seat, party, name], [AIDE, "North", "Jürgen B."]);
  assert.deepEqual(identity, self.identity.publicKey);
  assert.throws(() => readKey(key.bytes.slice(0, -1)));
});

test("the first chair that is present brings seats back, else the first who is", async () => {
  const members = [{ leaf: 0, seat: AIDE }, { leaf: 1, seat: GUEST }, { leaf: 2, seat: HOST }];
  const who = (...present) => bringsBack(members, (seat) => present.includes(seat), isChair)?.seat;
  assert.equal(who(AIDE, GUEST, HOST), GUEST);
  assert.equal(who(AIDE, HOST), HOST);
  assert.equal(who(AIDE), AIDE);
  assert.equal(who(), undefined);
});
