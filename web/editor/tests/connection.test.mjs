import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { awareness, fromServer, read, step1, step2, update } from "../../node_modules/.tests/messages.mjs";
import { statusKey, wouldLose } from "../../node_modules/.tests/status.mjs";
import { Client, Clock, Server } from "./support.mjs";

function setUp(count = 1, options = {}) {
  const [server, clock] = [new Server(), new Clock()];
  const clients = Array.from({ length: count }, (_, n) => new Client(server, clock, `c${n}`, options));
  return { server, clock, clients };
}

const type = (client, text) => client.doc.getText("headline").insert(client.doc.getText("headline").length, text);
const headline = (client) => client.doc.getText("headline").toString();

test("every message is read as it was written", () => {
  const bytes = Uint8Array.of(1, 2, 250);
  for (const [frame, wanted] of [
    [step1(bytes), { kind: "step1", stateVector: bytes }],
    [step2(bytes), { kind: "step2", update: bytes }],
    [update(bytes), { kind: "update", update: bytes }],
    [awareness(bytes), { kind: "awareness", update: bytes }],
    [fromServer.saved(300), { kind: "saved", count: 300 }],
    [fromServer.refused("No “way”."), { kind: "refused", sentence: "No “way”." }],
    [fromServer.told({ kind: "state" }), { kind: "told", event: { kind: "state" } }],
    [Uint8Array.of(9, 1, 2), { kind: "unknown" }],
    [Uint8Array.of(0, 7), { kind: "unknown" }],
  ]) assert.deepEqual(read(frame), wanted);
  assert.throws(() => read(Uint8Array.of(0, 2, 9)));
  assert.throws(() => read(new Uint8Array()));
  // The bytes on the wire, for whoever writes the other side.
  assert.deepEqual([...update(bytes)], [0, 2, 3, 1, 2, 250]);
  assert.deepEqual([...fromServer.saved(300)], [2, 172, 2]);
});

test("a page is live once both sides have all of each other", () => {
  const { server, clients: [client] } = setUp();
  server.doc.getText("headline").insert(0, "There");
  assert.equal(client.connection.state, "connecting");
  server.settle();
  assert.equal(client.connection.state, "live");
  assert.equal(headline(client), "There");
  client.close();
});

test("a page is told of what others did before it is taken, and of nothing else", () => {
  const before = [];
  const options = { onArrival: () => before.push(headline(client)) };
  const { server, clients: [client] } = setUp(1, options);
  server.settle();
  before.length = 0;
  type(client, "a");
  server.settle();
  assert.deepEqual(before, [], "what was saved is no arrival");
  server.doc.getText("headline").insert(0, "b");
  server.settle();
  assert.deepEqual(before, ["a"]);
  assert.equal(headline(client), "ba");
  client.close();
});

test("an update counts as unsaved until it is on disk", () => {
  const { server, clients: [client] } = setUp();
  server.settle();
  assert.equal(client.connection.unsaved, 0);
  server.saves = false;
  type(client, "a");
  type(client, "b");
  type(client, "c");
  assert.equal(client.connection.unsaved, 3);
  client.line().step();
  server.save();
  server.settle();
  // What arrived after the save does not count yet.
  assert.equal(client.connection.unsaved, 2);
  server.save();
  server.settle();
  assert.equal(client.connection.unsaved, 0);
  // The same acknowledgement again, or an older one, changes nothing.
  server.save();
  client.line().down(fromServer.saved(1));
  server.settle();
  assert.equal(client.connection.unsaved, 0);
  client.close();
});

test("what is made before the server has asked goes with the answer, and is counted", () => {
  const { server, clients: [client] } = setUp();
  server.saves = false;
  type(client, "early ");
  type(client, "bird");
  assert.equal(client.connection.unsaved, 2);
  server.settle();
  assert.equal(client.connection.state, "live");
  assert.equal(server.doc.getText("headline").toString(), "early bird");
  assert.equal(client.connection.unsaved, 2);
  server.save();
  server.settle();
  assert.equal(client.connection.unsaved, 0);
  client.close();
});

test("work of an earlier visit is told as unsaved until the server has it", () => {
  const { server, clock } = setUp(0);
  const earlier = new Y.Doc();
  earlier.getText("headline").insert(0, "yesterday");
  server.saves = false;
  const client = new Client(server, clock, "c");
  Y.applyUpdate(client.doc, Y.encodeStateAsUpdate(earlier), "disk");
  server.settle();
  assert.equal(client.connection.unsaved, 1);
  server.save();
  server.settle();
  assert.equal(client.connection.unsaved, 0);
  assert.equal(server.doc.getText("headline").toString(), "yesterday");
  client.close();
});

test("an update is sent as the bytes that Yjs made", () => {
  const { server, clients: [client] } = setUp();
  server.settle();
  const made = [];
  client.doc.on("update", (bytes) => made.push([...bytes]));
  type(client, "bytes");
  client.doc.getText("headline").delete(1, 2);
  const sent = client.line().sent.map(read).filter(({ kind }) => kind === "update").map(({ update }) => [...update]);
  assert.deepEqual(sent, made);
  client.close();
});

test("what a broken connection swallowed is sent again", () => {
  const { server, clock, clients: [client] } = setUp();
  server.settle();
  type(client, "lost");
  client.line().cut();
  assert.equal(client.connection.state, "offline");
  assert.equal(client.connection.unsaved, 1);
  type(client, " and found");
  assert.equal(client.connection.unsaved, 2);
  clock.pass(10_000);
  server.settle();
  assert.equal(client.connection.state, "live");
  assert.equal(client.connection.unsaved, 0);
  assert.equal(server.doc.getText("headline").toString(), "lost and found");
  client.close();
});

test("it tries again at once when told that the network is back", () => {
  const [server, clock] = [new Server(), new Clock()];
  let opened = 0;
  const open = () => {
    opened += 1;
    return server.open();
  };
  const client = new Client(server, clock, "c", { open });
  client.line().cut();
  assert.deepEqual([client.connection.state, opened], ["offline", 1]);
  client.connection.retry();
  client.connection.retry();
  assert.equal(opened, 2);
  server.settle();
  assert.equal(client.connection.state, "live");
  client.connection.retry();
  clock.pass(600_000);
  assert.equal(opened, 2);
  client.connection.interrupt();
  assert.equal(client.connection.state, "offline");
  client.close();
});

test("the waits grow to half a minute and no further", () => {
  for (const [spread, first, longest] of [[0, 250, 15_000], [1, 500, 30_000]]) {
    const server = new Server();
    const waits = [];
    const wait = (run, milliseconds) => {
      waits.push(milliseconds);
      pending = run;
      return () => {};
    };
    let pending = () => {};
    const client = new Client(server, { wait }, "c", { random: () => spread });
    for (let attempt = 0; attempt < 10; attempt++) {
      client.line().cut();
      pending();
    }
    assert.equal(waits[0], first);
    assert.equal(waits.at(-1), longest);
    assert.deepEqual(waits, [...waits].sort((a, b) => a - b));
    client.close();
  }
});

test("a server that takes changes and never saves them is not believed", () => {
  const { server, clock, clients: [client] } = setUp();
  server.settle();
  server.saves = false;
  type(client, "x");
  server.settle();
  clock.pass(31_000);
  assert.equal(client.connection.state, "offline");
  assert.equal(client.connection.unsaved, 1);
  server.saves = true;
  clock.pass(60_000);
  server.settle();
  assert.equal(client.connection.state, "live");
  assert.equal(client.connection.unsaved, 0);
  client.close();
});

test("a refusal stops it with the server's sentence, and nothing more is sent or taken", () => {
  const { server, clients: [client, other] } = setUp(2);
  server.settle();
  server.refuses = "You may not change the headline.";
  const line = [...server.lines][0];
  type(client, "no");
  server.settle();
  assert.equal(client.connection.state, "stopped");
  assert.deepEqual(client.stops, [{ kind: "refused", sentence: "You may not change the headline." }]);
  const { length } = line.sent;
  type(client, "more");
  other.doc.getText("deck").insert(0, "x");
  server.settle();
  assert.equal(line.sent.length, length);
  assert.equal(server.doc.getText("headline").toString(), "");
  client.close();
  other.close();
  assert.equal(client.stops.length, 1);
});

test("each code that a server closes with has its meaning", () => {
  for (const [code, wanted] of [
    [4401, { kind: "signed-out" }],
    [4403, { kind: "refused", sentence: "" }],
    [4404, { kind: "gone" }],
  ]) {
    const { server, clock, clients: [client] } = setUp();
    server.settle();
    client.line().cut(code);
    assert.deepEqual(client.stops, [wanted]);
    assert.deepEqual(client.connection.stop, wanted);
    clock.pass(600_000);
    assert.equal(client.connection.state, "stopped");
    assert.equal(server.lines.size, 0);
  }
  const { server, clients: [client] } = setUp();
  server.settle();
  client.line().cut(1001);
  assert.equal(client.connection.state, "offline");
  client.close();
});

test("half a frame ends the connection, and the next one mends what it spoilt", () => {
  const { server, clock, clients: [client] } = setUp();
  server.settle();
  server.doc.getText("deck").insert(0, "deck");
  client.line().socket.onmessage({ data: Uint8Array.of(0, 2, 9).buffer });
  assert.equal(client.connection.state, "offline");
  clock.pass(60_000);
  server.settle();
  assert.equal(client.doc.getText("deck").toString(), "deck");
  client.close();
});

test("who may only read sends nothing of the article", () => {
  const { server, clients: [client] } = setUp(1, { readOnly: true });
  type(client, "mine");
  server.doc.getText("deck").insert(0, "seen");
  server.settle();
  type(client, "more");
  server.settle();
  assert.equal(client.connection.state, "live");
  assert.equal(client.connection.unsaved, 0);
  assert.equal(server.doc.getText("headline").toString(), "");
  assert.equal(client.doc.getText("deck").toString(), "seen");
  client.close();
});

test("others are seen, and are gone when the connection is", () => {
  const { server, clients: [one, other] } = setUp(2);
  server.settle();
  one.awareness.setLocalState({ user: { id: "a", name: "Ana" } });
  server.settle();
  assert.equal(other.awareness.getStates().get(one.doc.clientID).user.name, "Ana");
  [...server.lines][1].cut();
  assert.equal(other.awareness.getStates().has(one.doc.clientID), false);
  one.awareness.setLocalState(null);
  one.close();
  other.close();
});

test("what the server tells is passed on", () => {
  const { server, clients: [client] } = setUp();
  server.settle();
  client.line().down(fromServer.told({ kind: "state", state: "published" }));
  client.line().down(Uint8Array.of(77));
  server.settle();
  assert.deepEqual(client.told, [{ kind: "state", state: "published" }]);
  client.close();
});

test("the status says what is so", () => {
  const kept = { works: true, all: true };
  for (const [state, unsaved, works, wanted] of [
    ["connecting", 0, true, "connecting"],
    ["live", 0, true, "saved"],
    ["live", 2, true, "saving"],
    ["offline", 2, true, "offline"],
    ["offline", 0, false, "offline-bare"],
    ["stopped", 1, true, null],
  ]) assert.equal(statusKey({ state, unsaved }, { works }), wanted);
  // Leaving only loses what is neither there nor here.
  assert.equal(wouldLose({ unsaved: 0 }, { works: false, all: false }), false);
  assert.equal(wouldLose({ unsaved: 1 }, kept), false);
  assert.equal(wouldLose({ unsaved: 1 }, { works: true, all: false }), true);
  assert.equal(wouldLose({ unsaved: 1 }, { works: false, all: true }), true);
});
