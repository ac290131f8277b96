import assert from "node:assert/strict";
import { test } from "node:test";
import { layerFor, tileWidth } from "../../node_modules/.meeting-tests/meeting/ui/layout.mjs";
import { news } from "../../node_modules/.meeting-tests/meeting/news.mjs";
import { evenSound, fingerprintOf, objectionTo, withoutLevels } from "../../node_modules/.meeting-tests/meeting/sdp.mjs";
import { Front } from "../../node_modules/.meeting-tests/meeting/speaking.mjs";
import { clock, queue, spentOn, spokenBy, timeIn } from "../../node_modules/.meeting-tests/meeting/times.mjs";

const sdp = (...lines) => lines.join("\r\n") + "\r\n";
const HEAD = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "a=fingerprint:sha-256 AB:CD"];
const SOUND = ["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1;usedtx=1"];
const PICTURE = ["m=video 9 UDP/TLS/RTP/SAVPF 96 97", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000"];

test("sound is asked for at one size and without pauses, in every audio section and no other", () => {
  const plain = ["m=audio 9 UDP/TLS/RTP/SAVPF 109", "a=rtpmap:109 opus/48000/2", "a=mid:1"];
  const answer = evenSound(sdp(...HEAD, ...SOUND, ...PICTURE, ...plain));
  assert.equal(answer, sdp(
    ...HEAD, SOUND[0], SOUND[1], "a=fmtp:111 minptime=10;useinbandfec=1;cbr=1;usedtx=0", ...PICTURE,
    plain[0], plain[1], "a=fmtp:109 cbr=1;usedtx=0", plain[2],
  ));
  assert.equal(evenSound(answer), answer);
});

test("levels of sound are not agreed upon", () => {
  const level = "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level";
  const other = "a=extmap:2 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
  assert.equal(withoutLevels(sdp(...HEAD, ...SOUND, level, other)), sdp(...HEAD, ...SOUND, other));
});

test("an answer with another codec is objected to", () => {
  assert.equal(objectionTo(sdp(...HEAD, ...SOUND, ...PICTURE)), null);
  assert.match(objectionTo(sdp(...HEAD, ...SOUND, ...PICTURE, "a=rtpmap:98 VP9/90000")), /vp9/);
  assert.match(objectionTo(sdp(...HEAD, ...SOUND, "a=rtpmap:63 red/48000/2")), /red/);
  assert.equal(objectionTo(sdp(...HEAD, "m=video 0 UDP/TLS/RTP/SAVPF 98", "a=rtpmap:98 H264/90000")), null);
  assert.equal(fingerprintOf(sdp(...HEAD)), "sha-256 ab:cd");
});

test("who speaks long enough comes to the front, and a cough does not", () => {
  const front = new Front();
  let now = 0;
  const hears = (levels, milliseconds) => {
    for (let passed = 0; passed < milliseconds; passed += 100) front.note(new Map(Object.entries(levels)), (now += 100));
    return front.current;
  };
  assert.equal(hears({ a: 0.001, b: 0.001 }, 3000), null);
  assert.equal(hears({ a: 0.1, b: 0.001 }, 700), "a");
  assert.equal(hears({ a: 0.1, b: 0.3 }, 300), "a");
  assert.equal(hears({ a: 0.001, b: 0.001 }, 500), "a");
  assert.equal(hears({ a: 0.001, b: 0.2 }, 700), "a", "a pause for breath");
  assert.equal(hears({ a: 0.001, b: 0.2 }, 2500), "b");
  assert.equal(hears({ a: 0.2 }, 700), "a", "the other has left");
});

test("clocks, turns and queues say what the server's numbers mean", () => {
  assert.deepEqual([0, 7_900, 750_000, 3_723_000].map(clock), ["0:00", "0:07", "12:30", "1:02:03"]);
  assert.equal(timeIn("Europe/Moscow", 1638889680000, "en"), "18:08");
  assert.equal(timeIn("Nowhere/At_All", 1638889680000, "en"), "15:08");
  assert.equal(spentOn({ spent: 1000, began_at: 5000 }, 7500), 3500);
  assert.equal(spentOn({ spent: 1000, began_at: null }, 7500), 1000);
  const room = {
    floor: { seat: "x", since: 1000 },
    seats: [{ id: "x", party: "n", hand: 3, state: "in" }, { id: "y", party: "s", hand: 1, state: "in" },
      { id: "z", party: "s", hand: 2, state: "free" }, { id: "w", party: "s", hand: null, state: "in" }],
  };
  assert.equal(spokenBy({ id: "n", spoken: 500 }, room, 3000), 2500);
  assert.equal(spokenBy({ id: "s", spoken: 500 }, room, 3000), 500);
  assert.deepEqual(queue(room).map(({ id }) => id), ["y", "x"]);
});

test("what has happened is told once, and nothing of oneself", () => {
  const seat = (id, more) => ({ id, party: "n", name: id, title: "", state: "in", present: true, hand: null, screen: false, ...more });
  const room = (more) => ({
    you: "x", state: "planned", locked: false, on_air_since: null, floor: null, photo: null, asking: [], agenda: [{ id: "1", title: "One", state: "open" }],
    parties: [{ id: "n", name: "North" }], seats: [seat("x"), seat("y")], ...more,
  });
  const check = (told, more, before = {}) => assert.deepEqual(news(room(more), room(before)), told);
  check([], {});
  assert.deepEqual(news(room({}), null), []);
  check(["told-begun"], { state: "under_way" });
  check(["told-ended"], { state: "ended" }, { state: "under_way" });
  check(["told-lost"], { seats: [seat("x"), seat("y", { present: false })] });
  check([], { seats: [seat("x", { present: false, hand: 1 }), seat("y")] });
  check(["told-out"], { seats: [seat("x"), seat("y", { state: "free" })] });
  check(["told-in"], {}, { seats: [seat("x"), seat("y", { state: "asking" })] });
  check(["told-hand"], { seats: [seat("x"), seat("y", { hand: 1 })] });
  check(["asks"], { asking: [{ seat: "z", name: "Zoe" }] });
  check(["told-floor-own"], { floor: { seat: "x" } });
  check(["told-floor"], { floor: { seat: "y" } }, { floor: { seat: "x" } });
  check([], { floor: null }, { floor: { seat: "y" } });
  check(["told-item"], { agenda: [{ id: "1", title: "One", state: "on" }] });
  check(["is-on-air"], { on_air_since: 7 });
  check(["is-off-air"], {}, { on_air_since: 7 });
  check(["is-locked", "told-photo"], { locked: true, photo: { id: "p" } });
});

test("tiles are as large as they can be, and never overflow", () => {
  for (let count = 1; count <= 25; count++) {
    for (const [width, height] of [[1280, 600], [374, 500], [900, 300], [200, 900]]) {
      const tile = tileWidth(count, width, height, 8);
      const columns = Math.max(1, Math.floor((width + 8) / (tile + 8)));
      const rows = Math.ceil(count / columns);
      assert.ok(tile > 0 && tile <= width, `${count} in ${width}×${height}`);
      assert.ok(rows * (tile * 9 / 16) + (rows - 1) * 8 <= height + 1, `${count} in ${width}×${height}: ${tile}`);
    }
  }
  assert.deepEqual([0, 100, 300, 700].map(layerFor), ["off", "q", "h", "f"]);
});
