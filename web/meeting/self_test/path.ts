// A connection with oneself through the server's rooms, sealed as behind closed doors: one end sends as a
// seat would, and the other receives as another seat would.
import { restrict } from "../media.ts";
import { evenSound, objectionTo, withoutLevels } from "../sdp.ts";
import type { Task } from "../sealing_worker.ts";
import { cameBack, type Course, measured, type Measure } from "./verdicts.ts";

const ADDRESS = "/meet/test/path";
/** The server gives up a little later. */
const CONNECTS_WITHIN_MS = 12_000;
const COMES_BACK_WITHIN_MS = 8_000;
const MEASURES_FOR_MS = 6_000;
const COUNTS_EVERY_MS = 500;
/** The server closes the room a little later. */
const LASTS_MS = 33_000;
/** Who sits at either end. */
const SELF = "self";

export class Path {
  /** What came back, while it comes. */
  echo: MediaStream | null = null;
  course: Course = { stage: "connecting" };
  private readonly sends = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  private readonly receives = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  private readonly senders: { sound: RTCRtpSender; picture: RTCRtpSender };
  private readonly worker: Worker | null;
  private isOver = false;

  /** @param sealing the address of the worker that seals frames; null where the browser cannot. */
  constructor(
    sealing: string | null,
    private readonly onChange: () => void,
  ) {
    this.worker = sealing === null ? null : sealer(sealing);
    const [sound, picture] = this.own(this.sends);
    this.own(this.receives);
    const heard = this.receives.addTransceiver("audio", { direction: "recvonly" });
    const seen = this.receives.addTransceiver("video", { direction: "recvonly" });
    for (const it of [heard, seen]) restrict(it, true);
    this.seal(sound!.sender, { seal: "sound" });
    this.seal(picture!.sender, { seal: "picture" });
    this.seal(heard.receiver, { open: "sound", slot: SELF });
    this.seal(seen.receiver, { open: "picture", slot: SELF });
    this.senders = { sound: sound!.sender, picture: picture!.sender };
    this.echo = new MediaStream([heard.receiver.track, seen.receiver.track]);
  }

  async send(sound: MediaStreamTrack, picture: MediaStreamTrack): Promise<void> {
    if (!this.isOver) await Promise.all([this.senders.sound.replaceTrack(sound), this.senders.picture.replaceTrack(picture)]);
  }

  /** Connects, measures, and closes by itself once one has looked at oneself for a while. */
  async run(): Promise<void> {
    setTimeout(() => this.close(), LASTS_MS);
    try {
      const addresses = await this.negotiate();
      if (!addresses) return this.close();
      if (!(await this.isConnected())) {
        this.tell({ stage: "blocked", addresses });
        return this.close();
      }
      this.tell({ stage: "measuring" });
      this.tell({ stage: "measured", measure: await this.measure(), isSealed: this.worker !== null });
    } catch (error) {
      if (this.isOver) return;
      console.warn("self-test: the connection for media", error);
      this.tell({ stage: "unreachable" });
      this.close();
    }
  }

  /** The server hears of it, and has the place for somebody else. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.echo = null;
    for (const peer of [this.sends, this.receives]) peer.close();
    this.worker?.terminate();
    this.onChange();
  }

  /** Where the server wants to be sent to; null if it wants nothing. */
  private async negotiate(): Promise<string[] | null> {
    const [sends, receives] = await Promise.all([offer(this.sends), offer(this.receives)]);
    const headers = { "content-type": "application/json" };
    const answered = await fetch(ADDRESS, { method: "POST", headers, body: JSON.stringify({ sends, receives }) });
    // A proxy in between may say something of its own.
    const told = (await answered.json().catch(() => ({}))) as Partial<Record<"sends" | "receives" | "code" | "error", string>> & { addresses?: string[] };
    if (!answered.ok || !told.sends || !told.receives) {
      this.tell({ stage: "refused", code: told.code ?? "", why: told.error ?? `HTTP ${answered.status}.` });
      return null;
    }
    await Promise.all([accept(this.sends, told.sends), accept(this.receives, told.receives)]);
    return told.addresses ?? [];
  }

  private async isConnected(): Promise<boolean> {
    const peers = [this.sends, this.receives];
    const states = () => peers.map(({ connectionState }) => connectionState);
    return within(CONNECTS_WITHIN_MS, (settle) => {
      const look = () => {
        if (states().every((state) => state === "connected")) settle(true);
        else if (states().some((state) => state === "failed" || state === "closed")) settle(false);
      };
      for (const peer of peers) peer.addEventListener("connectionstatechange", look);
      look();
    });
  }

  /** What has come back in a few seconds. */
  private async measure(): Promise<Measure> {
    const began = performance.now();
    for (let since = began; ; await pause(COUNTS_EVERY_MS)) {
      const [sends, receives] = await Promise.all([this.sends.getStats(), this.receives.getStats()]);
      const measure = measured(sends.values(), receives.values());
      const now = performance.now();
      if (!cameBack(measure)) since = now;
      if (this.isOver || now - since >= MEASURES_FOR_MS || (since === now && now - began >= COMES_BACK_WITHIN_MS)) return measure;
    }
  }

  private tell(course: Course): void {
    this.course = course;
    if (!this.isOver) this.onChange();
  }

  /** The three lines of a seat's own: microphone, camera, screen. */
  private own(peer: RTCPeerConnection): RTCRtpTransceiver[] {
    const sound = peer.addTransceiver("audio", { direction: "sendonly" });
    const picture = peer.addTransceiver("video", { direction: "sendonly", sendEncodings: [{ maxBitrate: 800_000, scaleResolutionDownBy: 2 }] });
    const screen = peer.addTransceiver("video", { direction: "sendonly" });
    for (const it of [sound, picture, screen]) restrict(it, true);
    return [sound, picture, screen];
  }

  private seal(end: RTCRtpSender | RTCRtpReceiver, task: Task): void {
    if (this.worker) end.transform = new RTCRtpScriptTransform(this.worker, task);
  }
}

/** Seals and opens with a key that nobody else has, and that is gone with it. */
function sealer(address: string): Worker {
  const worker = new Worker(address, { type: "module" });
  const baseKey = crypto.getRandomValues(new Uint8Array(32));
  worker.postMessage({ enter: { group: 0, epoch: 0, baseKey, ownLeaf: 0, seats: [[0, SELF]] } });
  return worker;
}

async function offer(peer: RTCPeerConnection): Promise<string> {
  const sdp = withoutLevels((await peer.createOffer()).sdp ?? "");
  await peer.setLocalDescription({ type: "offer", sdp });
  return sdp;
}

async function accept(peer: RTCPeerConnection, answer: string): Promise<void> {
  const objection = objectionTo(answer);
  if (objection) throw new Error(objection);
  await peer.setRemoteDescription({ type: "answer", sdp: withoutLevels(evenSound(answer)) });
}

function within(milliseconds: number, look: (settle: (is: boolean) => void) => void): Promise<boolean> {
  return new Promise((settle) => {
    setTimeout(() => settle(false), milliseconds);
    look(settle);
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((settle) => setTimeout(settle, milliseconds));
}
