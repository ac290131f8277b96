import assert from "node:assert/strict";
import { test } from "node:test";
import { Epochs, Opener, WAITS_MS } from "../../node_modules/.meeting-tests/meeting/epochs.mjs";
import { FrameKey, FRAMES_MAX, keyAndSalt, keyId, readHeader, Replays, Sealer, takeApart, writeHeader } from "../../node_modules/.meeting-tests/meeting/sealing.mjs";

const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

// RFC 9605, appendix C.3, cipher suite 0x0005.
const VECTOR = {
  kid: 0x123,
  counter: 0x4567,
  base: hex("000102030405060708090a0b0c0d0e0f"),
  key: hex("d3e27b0d4a5ae9e55df01a70e6d4d28d 969b246e2936f4b7a5d9b494da6b9633"),
  salt: hex("84991c167b8cd23c93708ec7"),
  metadata: hex("4945544620534672616d65205747"),
  plain: hex("64726166742d696574662d736672616d652d656e63"),
  sealed: hex("9901234567 94f509d36e9beacb0e261d99c7d1e972f1fed787d4049f17ca21353c1cc24d56ceabced279"),
};

test("keys and ciphertext are those of RFC 9605", async () => {
  const { kid, counter, base, metadata, plain, sealed } = VECTOR;
  assert.deepEqual(await keyAndSalt(base, kid), { key: VECTOR.key, salt: VECTOR.salt });
  const key = await FrameKey.derive(base, kid);
  const header = writeHeader({ kid, counter });
  const made = await key.encrypt(header, counter, metadata, plain);
  assert.deepEqual(Buffer.concat([header, made]), Buffer.from(sealed));
  assert.deepEqual(await key.decrypt(header, counter, metadata, made), plain);
});

test("headers are written as RFC 9605 has them, and read no other way", () => {
  // Appendix C.1.
  const vectors = [
    [0, 0, "00"], [0, 1, "01"], [0, 0xff, "08ff"], [0, 0x100, "090100"], [1, 0, "10"], [0xff, 0xff, "88ffff"],
    [0x100, 0, "900100"], [0x123, 0x4567, "9901234567"], [0xffff, 0xffffff, "9affffffffff"],
  ];
  for (const [kid, counter, bytes] of vectors) {
    assert.deepEqual(writeHeader({ kid, counter }), hex(bytes), bytes);
    assert.deepEqual(readHeader(hex(bytes)), { kid, counter }, bytes);
  }
  // Longer than it need be, cut off, with something behind, and too large to be counted.
  for (const bytes of ["", "8005", "900001", "9901234500"].slice(0, 3).concat(["99012345", "990123456700", "0fffffffffffffffff"])) {
    assert.equal(readHeader(hex(bytes)), null, bytes);
  }
});

/** A run of numbers that is the same each time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SEATS = [[0, "host"], [1, "guest"]];
const epoch = (number, ownLeaf, fill = number) => ({ group: 1, epoch: number, baseKey: new Uint8Array(32).fill(fill), ownLeaf, seats: SEATS });

async function pair() {
  const [host, guest] = [new Epochs(), new Epochs()];
  await host.enter(epoch(3, 0), 0);
  await guest.enter(epoch(3, 1), 0);
  return { host, guest };
}

test("whatever is sealed opens again, for who it is from, with as much in the clear as is said", async () => {
  const { host, guest } = await pair();
  const next = numbers(7);
  for (let run = 0; run < 300; run++) {
    const kind = run % 3 === 0 ? "sound" : "picture";
    const frame = Uint8Array.from({ length: 1 + next(run % 20 === 0 ? 3000 : 40) }, () => next(256));
    const sealed = await host.seal(kind, frame);
    assert.deepEqual(await guest.open(kind, sealed, "host", 0), frame);
    const clear = kind === "sound" ? 0 : Math.min(frame[0] & 1 ? 1 : 10, frame.length);
    assert.equal(takeApart(kind, sealed).clear.length, clear);
    assert.deepEqual(sealed.slice(0, clear), frame.slice(0, clear));
  }
});

test("a frame with any bit turned is dropped", async () => {
  const { host, guest } = await pair();
  const frame = Uint8Array.from({ length: 30 }, (_, at) => at);
  const sealed = await host.seal("picture", frame);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const turned = sealed.slice();
    turned[bit >> 3] ^= 1 << (bit & 7);
    assert.equal(typeof (await guest.open("picture", turned, "host", 0)), "string", `bit ${bit}`);
  }
  assert.deepEqual(await guest.open("picture", sealed, "host", 0), frame);
});

test("what was not sealed is never shown", async () => {
  const { guest } = await pair();
  const next = numbers(11);
  for (let run = 0; run < 500; run++) {
    const frame = Uint8Array.from({ length: next(200) }, () => next(256));
    assert.equal(typeof (await guest.open(run % 2 ? "sound" : "picture", frame, "host", 0)), "string");
  }
});

test("a frame that comes again is dropped, and one that comes late is not", async () => {
  const { host, guest } = await pair();
  const frames = [];
  for (let at = 0; at < 1100; at++) frames.push(await host.seal("sound", Uint8Array.of(at % 256)));
  const open = (at) => guest.open("sound", frames[at], "host", 0);
  assert.deepEqual(await open(500), Uint8Array.of(500 % 256));
  assert.equal(await open(500), "again");
  assert.deepEqual(await open(10), Uint8Array.of(10));
  assert.deepEqual(await open(1099), Uint8Array.of(1099 % 256));
  // Behind the window nobody can tell.
  assert.equal(await open(11), "again");
  assert.deepEqual(await open(1099 - 1023), Uint8Array.of(1099 - 1023));
  // Both at once: one alone is shown.
  const twice = await Promise.all([open(800), open(800)]);
  assert.equal(twice.filter((it) => it === "again").length, 1);
});

test("the window forgets what it has passed", () => {
  const replays = new Replays();
  const seen = new Set();
  const next = numbers(3);
  let newest = 0;
  for (let run = 0; run < 20_000; run++) {
    const counter = Math.max(0, newest + next(60) - 40 + (run % 500 === 0 ? 1500 : 0));
    const isNew = !seen.has(counter) && counter > Math.max(...[newest]) - 1024;
    assert.equal(replays.isNew(counter), isNew, `${counter} with ${newest}`);
    if (!isNew) continue;
    replays.note(counter);
    seen.add(counter);
    newest = Math.max(newest, counter);
  }
});

test("a frame in another's place is dropped", async () => {
  const { host, guest } = await pair();
  const sealed = await host.seal("sound", Uint8Array.of(1));
  assert.equal(await guest.open("sound", sealed, "guest", 0), "foreign");
  assert.deepEqual(await guest.open("sound", sealed, "host", 0), Uint8Array.of(1));
});

test("a new epoch is sent in at once, and the old one opens for ten seconds", async () => {
  const { host, guest } = await pair();
  const before = await host.seal("sound", Uint8Array.of(1));
  const late = await host.seal("sound", Uint8Array.of(9));
  await host.enter(epoch(4, 0), 1_000);
  const after = await host.seal("sound", Uint8Array.of(2));
  assert.equal(takeApart("sound", after).kid, keyId(0, 4));
  await guest.enter(epoch(4, 1), 4_100);
  assert.deepEqual(await guest.open("sound", after, "host", 4_100), Uint8Array.of(2));
  assert.deepEqual(await guest.open("sound", before, "host", 14_099), Uint8Array.of(1));
  assert.equal(await guest.open("sound", late, "host", 14_100), "unknown");
});

test("of two epochs that are entered at once the later one is sent in, and after one has left none", async () => {
  const host = new Epochs();
  const entered = [3, 4].map((number) => host.enter(epoch(number, 0), 0));
  await Promise.all(entered);
  assert.equal(takeApart("sound", await host.seal("sound", Uint8Array.of(1))).kid, keyId(0, 4));
  const last = host.enter(epoch(5, 0), 0);
  host.leave();
  await last;
  assert.equal(await host.seal("sound", Uint8Array.of(1)), null);
});

test("who has the commit later waits for it, and shows all that came before it", async () => {
  const { host, guest } = await pair();
  const opener = new Opener(guest, "sound", () => 0);
  await host.enter(epoch(4, 0), 0);
  await host.enter(epoch(5, 0), 0);
  const opened = opener.open(await host.seal("sound", Uint8Array.of(7)), "host");
  await guest.enter(epoch(4, 1), 0);
  await guest.enter(epoch(5, 1), 0);
  assert.deepEqual(await opened, Uint8Array.of(7));
});

test("a commit that never comes is waited for once, and what is under a key from before one came not at all", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { host, guest } = await pair();
  const old = await host.seal("sound", Uint8Array.of(1));
  let now = 0;
  const newcomer = new Epochs();
  await newcomer.enter(epoch(4, 1), 0);
  assert.equal(await new Opener(newcomer, "sound", () => now).open(old, "host"), "unknown");

  const opener = new Opener(guest, "sound", () => now);
  await host.enter(epoch(4, 0), 0);
  const first = opener.open(await host.seal("sound", Uint8Array.of(2)), "host");
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  now = WAITS_MS;
  t.mock.timers.tick(WAITS_MS);
  assert.equal(await first, "early");
  assert.equal(await opener.open(await host.seal("sound", Uint8Array.of(3)), "host"), "early");
  // It came at last, and is counted upon the next time.
  await guest.enter(epoch(4, 1), now);
  assert.deepEqual(await opener.open(await host.seal("sound", Uint8Array.of(4)), "host"), Uint8Array.of(4));
  await host.enter(epoch(5, 0), now);
  const next = opener.open(await host.seal("sound", Uint8Array.of(5)), "host");
  await guest.enter(epoch(5, 1), now);
  assert.deepEqual(await next, Uint8Array.of(5));
});

test("without a key nothing is sent, nor after one has left", async () => {
  const host = new Epochs();
  assert.equal(await host.seal("sound", Uint8Array.of(1)), null);
  await host.enter(epoch(3, 0), 0);
  assert.notEqual(await host.seal("sound", Uint8Array.of(1)), null);
  host.leave();
  assert.equal(await host.seal("sound", Uint8Array.of(1)), null);
});

test("a key that has sealed as many frames as it may seals no more", async () => {
  const sealer = new Sealer(await FrameKey.derive(new Uint8Array(32), 7), FRAMES_MAX - 1);
  assert.ok(await sealer.seal("sound", Uint8Array.of(1)));
  await assert.rejects(sealer.seal("sound", Uint8Array.of(1)));
});

test("a hundred epochs in a row, and their last byte coming round, keep everybody in touch", async () => {
  const [host, guest] = [new Epochs(), new Epochs()];
  for (let number = 200; number < 300; number++) {
    const now = number * 4_000;
    await host.enter(epoch(number, 0, number % 250), now);
    await guest.enter(epoch(number, 1, number % 250), now + 200);
    const sealed = await host.seal("picture", Uint8Array.of(number % 256, 1, 2));
    assert.deepEqual(await guest.open("picture", sealed, "host", now + 3_600), Uint8Array.of(number % 256, 1, 2));
  }
});
