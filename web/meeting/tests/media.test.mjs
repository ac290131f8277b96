// The connection for sound and pictures, with a browser's that keeps the rules and nobody at the other end.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Media } from "../../node_modules/.meeting-tests/meeting/media.mjs";

class Peer extends EventTarget {
  static all = [];
  connectionState = "connecting";
  signalingState = "stable";
  lines = 0;

  constructor() {
    super();
    Peer.all.push(this);
  }

  addTransceiver(kind) {
    this.lines += 1;
    const track = Object.assign(new EventTarget(), { kind });
    return { sender: { track: null, replaceTrack: async () => {} }, receiver: { track }, setCodecPreferences() {} };
  }

  setConfiguration() {}

  async createOffer() {
    return { type: "offer", sdp: `offer of ${this.lines} lines` };
  }

  async setLocalDescription() {
    this.signalingState = "have-local-offer";
  }

  async setRemoteDescription() {
    if (this.signalingState !== "have-local-offer") throw new DOMException("wrong state", "InvalidStateError");
    this.signalingState = "stable";
  }

  connects() {
    this.connectionState = "connected";
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  close() {
    this.connectionState = "closed";
  }
}

/** A server that answers when it is told to. */
class Server {
  offers = [];

  offer = (session, sdp) => new Promise((settle) => this.offers.push({ session, sdp, settle }));

  async answers() {
    await settled();
    this.offers.shift().settle("a=fingerprint:sha-256 AA");
    await settled();
  }
}

const settled = () => new Promise((settle) => setImmediate(settle));
let media;

beforeEach(() => {
  Peer.all = [];
  Object.assign(globalThis, { RTCPeerConnection: Peer, RTCRtpReceiver: { getCapabilities: () => ({ codecs: [] }) } });
});

afterEach(() => media.close());

async function connected() {
  const server = new Server();
  const outside = { relay: async () => [], offer: server.offer, onChange() {}, onTrouble: assert.fail };
  media = new Media(["a"], null, outside);
  await server.answers();
  Peer.all[0].connects();
  return server;
}

test("a change of the network that is told twice is one restart, of the same connection", async () => {
  const server = await connected();
  media.hurry();
  media.hurry();
  await settled();
  assert.equal(server.offers.length, 1);
  await server.answers();
  assert.equal(server.offers.length, 0);
  assert.equal(Peer.all.length, 1);
  media.hurry();
  await settled();
  assert.equal(server.offers.length, 1, "and the next change is another");
});

test("seats that are added while the connection restarts are offered after it", async () => {
  const server = await connected();
  media.hurry();
  media.seat(["a", "b"]);
  await settled();
  assert.equal(server.offers.length, 1);
  await server.answers();
  assert.deepEqual(server.offers.map(({ sdp }) => sdp), ["offer of 8 lines"]);
  await server.answers();
  assert.equal(Peer.all.length, 1);
  assert.equal(Peer.all[0].signalingState, "stable");
});

test("a seat that is added before the connection stands is offered once it does", async () => {
  const server = new Server();
  media = new Media(["a"], null, { relay: async () => [], offer: server.offer, onChange() {}, onTrouble: assert.fail });
  await settled();
  media.seat(["a", "b"]);
  await server.answers();
  assert.equal(server.offers.length, 0);
  Peer.all[0].connects();
  await settled();
  assert.deepEqual(server.offers.map(({ sdp }) => sdp), ["offer of 8 lines"]);
  assert.deepEqual(media.slots.map(({ seat }) => seat), ["a", "b"]);
  await server.answers();
  Peer.all[0].connects();
  await settled();
  assert.equal(server.offers.length, 0, "and once alone");
});

test("a seat that was taken away has no lines in the next connection", async () => {
  const server = await connected();
  media.seat(["a", "b"]);
  await server.answers();
  media.seat(["a", "c"]);
  await settled();
  assert.deepEqual(server.offers.map(({ sdp }) => sdp), ["offer of 10 lines"], "what was agreed upon stays");
  server.offers.shift().settle("a=fingerprint:sha-256 BB");
  media.hurry();
  await settled();
  server.offers.shift().settle("a=fingerprint:sha-256 CC");
  await settled();
  assert.equal(Peer.all.length, 2);
  assert.equal(Peer.all[1].lines, 8);
  assert.deepEqual(media.slots.map(({ seat }) => seat), ["a", "c"]);
});
