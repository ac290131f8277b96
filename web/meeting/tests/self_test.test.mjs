import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { lossOf, measured, ofAll, ofBrowser, ofCamera, ofMicrophone, ofNetwork } from "../../node_modules/.meeting-tests/meeting/self_test/verdicts.mjs";
import { readConfig, say, WORDS } from "../../node_modules/.meeting-tests/meeting/self_test/words.mjs";

const ROOT = new URL("../../../", import.meta.url);
const read = (path) => readFile(new URL(path, ROOT), "utf8");

test("the page hands over each word that the script says, with its blanks, in every language", async () => {
  const source = await read("templates/pages/self_test.html");
  const handed = new Map([...source.matchAll(/^"([a-z-]+)": \{\{ t\("self-test-([a-z-]+)"(.*?)\) \| tojson/gm)].map(([, key, name, blanks]) => (assert.equal(key, name), [key, blanks])));
  assert.deepEqual([...handed.keys()].sort(), [...WORDS].sort());
  for (const language of ["en", "es"]) {
    const known = new Map([...(await read(`translations/${language}/site.ftl`)).matchAll(/^self-test-([a-z-]+) = (.*)$/gm)].map(([, name, text]) => [name, text]));
    for (const word of WORDS) {
      const blanks = [...known.get(word).matchAll(/\{ \$(\w+) \}/g)].map(([, name]) => name);
      const filled = [...handed.get(word).matchAll(/(\w+)="\{\1\}"/g)].map(([, name]) => name);
      assert.deepEqual([...new Set(blanks)].sort(), filled.sort(), `${language}: ${word}`);
    }
  }
});

test("each word is said somewhere", async () => {
  const files = ["self_test.ts", "self_test/verdicts.ts"];
  const source = (await Promise.all(files.map((name) => read(`web/meeting/${name}`)))).join("\n");
  // Put together of two parts, or handed over as a state.
  const composed = /^(idle|waiting|good|poor|bad|camera-(denied|missing|busy)|microphone-(denied|missing|busy)|network-(busy|often))$/;
  assert.deepEqual(WORDS.filter((word) => !composed.test(word) && !source.includes(`"${word}"`)), []);
});

test("blanks are filled, and what fills them is no blank", () => {
  const script = { textContent: JSON.stringify({ words: { "network-refused": "No: {why} {other}" } }) };
  readConfig({ querySelector: () => script });
  assert.equal(say("network-refused", { why: "{other}" }), "No: {other} {other}");
});

const is = (verdict, state, word, blanks) => assert.deepEqual(verdict, blanks ? { state, word, blanks } : { state, word });

test("what is wrong with a browser is told in the order in which one can mend it", () => {
  is(ofBrowser({ isSecure: false, meets: false, seals: false }), "bad", "browser-insecure");
  is(ofBrowser({ isSecure: true, meets: false, seals: true }), "bad", "browser-none");
  is(ofBrowser({ isSecure: true, meets: true, seals: false }), "poor", "browser-open");
  is(ofBrowser({ isSecure: true, meets: true, seals: true }), "good", "browser-good");
});

test("a device that was refused, that is not there and that is in use are told apart", () => {
  const size = { width: 1280, height: 720 };
  for (const trouble of ["denied", "missing", "busy"]) {
    is(ofCamera({ trouble, size: null, isDark: false }), "bad", `camera-${trouble}`);
    is(ofMicrophone({ trouble, isOpen: false, wasHeard: false, isLate: true }), "bad", `microphone-${trouble}`);
  }
  is(ofCamera({ trouble: null, size: null, isDark: false }), "waiting", "asking");
  is(ofCamera({ trouble: null, size, isDark: true }), "poor", "camera-dark");
  is(ofCamera({ trouble: null, size, isDark: false }), "good", "camera-good", size);
  is(ofMicrophone({ trouble: null, isOpen: false, wasHeard: false, isLate: false }), "waiting", "asking");
  is(ofMicrophone({ trouble: null, isOpen: true, wasHeard: false, isLate: false }), "waiting", "microphone-listening");
  is(ofMicrophone({ trouble: null, isOpen: true, wasHeard: false, isLate: true }), "poor", "microphone-silent");
  is(ofMicrophone({ trouble: null, isOpen: true, wasHeard: true, isLate: true }), "good", "microphone-good");
});

const fine = { roundTrip: 34.4, protocol: "udp", received: 1000, lost: 1, pictures: 90, sounds: 300 };
const network = (measure, isSealed = true) => ofNetwork({ stage: "measured", measure: { ...fine, ...measure }, isSealed });

test("a network is good, slow, lossy or closed, and each says what was measured", () => {
  const blanks = { protocol: "UDP", time: 34, loss: 0.1 };
  is(network({}), "good", "network-good", blanks);
  is(network({}, false), "good", "network-open", blanks);
  is(network({ roundTrip: 480 }), "poor", "network-slow", { ...blanks, time: 480 });
  is(network({ lost: 111, roundTrip: 480 }), "poor", "network-lossy", { ...blanks, time: 480, loss: 10 });
  is(network({ roundTrip: 0.2, lost: -3 }), "good", "network-good", { ...blanks, time: 1, loss: 0 });
  is(network({ pictures: 0 }), "bad", "network-mute");
  is(network({ sounds: 0 }), "bad", "network-mute");
  is(ofNetwork({ stage: "blocked", addresses: ["192.0.2.7:8081", "[2001:db8::7]:8081"] }), "bad", "network-blocked", { addresses: "192.0.2.7:8081, [2001:db8::7]:8081" });
  is(ofNetwork({ stage: "unreachable" }), "bad", "network-unreachable");
  is(ofNetwork({ stage: "refused", code: "off", why: "x" }), "bad", "network-off");
  is(ofNetwork({ stage: "refused", code: "busy", why: "x" }), "poor", "network-busy");
  is(ofNetwork({ stage: "refused", code: "often", why: "x" }), "poor", "network-often");
  is(ofNetwork({ stage: "refused", code: "", why: "HTTP 502" }), "bad", "network-refused", { why: "HTTP 502" });
});

test("of what browsers count, that is read which tells the way there and back", () => {
  const sends = [
    { id: "1", type: "candidate-pair", nominated: false, state: "in-progress", localCandidateId: "a", currentRoundTripTime: 9 },
    { id: "2", type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "b", currentRoundTripTime: 0.025 },
    { id: "a", type: "local-candidate", protocol: "tcp" },
    { id: "b", type: "local-candidate", protocol: "udp" },
    { id: "3", type: "remote-inbound-rtp", roundTripTime: 0.5 },
  ];
  const receives = [
    { id: "4", type: "inbound-rtp", kind: "audio", packetsReceived: 300, packetsLost: 2 },
    { id: "5", type: "inbound-rtp", kind: "video", packetsReceived: 500, packetsLost: 6, framesDecoded: 80 },
    { id: "6", type: "outbound-rtp", kind: "audio", packetsReceived: 7_000 },
  ];
  const measure = measured(sends, receives);
  assert.deepEqual(measure, { roundTrip: 25, protocol: "udp", received: 800, lost: 8, pictures: 80, sounds: 300 });
  assert.equal(lossOf(measure).toFixed(4), "0.0099");
  assert.equal(measured(sends.slice(4), receives).roundTrip, 500, "where the browser tells none of the pair");
  assert.equal(measured([{ ...sends[1] }, { ...sends[3], relayProtocol: "tls" }], []).protocol, "tls");
  assert.equal(lossOf(measured([], [])), 0);
});

test("the page says the worst of all, and waits for what goes on", () => {
  const all = (...states) => ofAll(states.map((state) => ({ state, word: "idle" }))).word;
  assert.equal(all("good", "idle", "good"), "all-good");
  assert.equal(all("good", "poor", "idle"), "all-poor");
  assert.equal(all("bad", "poor", "good"), "all-bad");
  assert.equal(all("bad", "waiting"), "all-waiting");
});
