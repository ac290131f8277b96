// The one connection on which a seat's sound and pictures go out, and the others' come in.
import { Refused } from "./protocol.ts";
import type { Task } from "./sealing_worker.ts";
import { evenSound, fingerprintOf, objectionTo, withoutLevels } from "./sdp.ts";

/** In milliseconds; the last for ever. */
const AGAIN_AFTER = [500, 2_000, 5_000, 10_000];
/** A connection that says it is broken may mend by itself for so long. */
const MENDS_MS = 2_000;
/** A restart that has not helped for so long is followed by a new connection. */
const RESTART_MS = 7_000;

const CONFIGURATION: RTCConfiguration = { bundlePolicy: "max-bundle" };

const LAYERS: RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];

export interface Sent {
  sound: MediaStreamTrack | null;
  picture: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
}

/** Another seat, where it is heard and seen. */
export interface Slot {
  seat: string;
  sound: MediaStreamTrack;
  picture: MediaStreamTrack;
}

export interface MediaOutside {
  /** Where the server is reached from networks that let no UDP through. */
  relay(): Promise<RTCIceServer[]>;
  /** Gives the server's answer. */
  offer(session: number, sdp: string): Promise<string>;
  /** What comes in, or how the connection stands, has changed. */
  onChange(): void;
  /** The answer was not one that a closed meeting may have. */
  onTrouble(sentence: string): void;
}

export class Media {
  slots: Slot[] = [];
  screen: MediaStreamTrack | null = null;
  isConnected = false;
  /** Why the server does not connect, in its words. */
  refusal = "";
  /** A new connection knows nothing of what the one before it watched. */
  session = 0;
  private peer: RTCPeerConnection | null = null;
  private senders: { sound: RTCRtpSender; picture: RTCRtpSender; screen: RTCRtpSender } | null = null;
  private sent: Sent = { sound: null, picture: null, screen: null };
  private fingerprint = "";
  private failures = 0;
  /** One offer is answered before the next is made. */
  private turn: Promise<unknown> = Promise.resolve();
  private isRestarting = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  /** @param worker seals and opens the frames of a closed meeting; null: an open one. */
  constructor(
    private others: string[],
    private readonly worker: Worker | null,
    private readonly outside: MediaOutside,
  ) {
    void this.begin();
  }

  /** What is null is not sent at all: no silence, and no black. */
  async send(sent: Sent): Promise<void> {
    this.sent = sent;
    const { senders } = this;
    if (!senders) return;
    const ends = [[senders.sound, sent.sound], [senders.picture, sent.picture], [senders.screen, sent.screen]] as const;
    await Promise.all(ends.filter(([sender, track]) => sender.track !== track).map(([sender, track]) => sender.replaceTrack(track)));
  }

  /** These are the meeting's other seats now; of one that is gone the lines stay, and carry nothing. */
  seat(others: string[]): void {
    this.others = others;
    if (this.peer) this.grow(this.peer);
  }

  /** Seats that the meeting has got since come after all that was agreed upon. */
  private grow(peer: RTCPeerConnection): void {
    if (peer.connectionState !== "connected") return;
    const added = this.others.filter((seat) => !this.slots.some((slot) => slot.seat === seat));
    if (added.length === 0) return;
    this.receive(peer, added);
    void this.negotiate(peer, {}).then(() => this.outside.onChange(), (error: unknown) => this.failed(peer, error));
  }

  /** The network is another one. */
  hurry(): void {
    if (this.peer && this.peer.connectionState !== "new") void this.restart();
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.peer?.close();
    this.peer = null;
    this.slots = [];
    this.screen = null;
  }

  /** A new connection, in place of one that failed. */
  private async begin(): Promise<void> {
    clearTimeout(this.timer);
    this.peer?.close();
    if (this.isOver) return;
    this.session = Math.max(this.session + 1, Math.floor(Date.now() / 1000));
    const peer = new RTCPeerConnection(CONFIGURATION);
    this.peer = peer;
    this.turn = Promise.resolve();
    this.isRestarting = false;
    this.isConnected = false;
    const sound = peer.addTransceiver("audio", { direction: "sendonly" });
    const picture = peer.addTransceiver("video", { direction: "sendonly", sendEncodings: LAYERS });
    const screen = peer.addTransceiver("video", { direction: "sendonly", sendEncodings: [{ maxBitrate: 1_500_000 }] });
    this.slots = [];
    this.receive(peer, this.others);
    const shown = peer.addTransceiver("video", { direction: "recvonly" });
    for (const it of [sound, picture, screen, shown]) restrict(it, this.worker !== null);
    this.senders = { sound: sound.sender, picture: picture.sender, screen: screen.sender };
    if (this.worker) {
      this.seal(sound.sender, { seal: "sound" });
      this.seal(picture.sender, { seal: "picture" });
      this.seal(screen.sender, { seal: "picture" });
      this.seal(shown.receiver, { open: "picture", slot: null });
    }
    peer.addEventListener("connectionstatechange", () => this.look(peer));
    this.screen = this.follow(shown.receiver.track);
    try {
      await this.send(this.sent);
      await this.negotiate(peer, {});
      this.outside.onChange();
      this.expect(peer, RESTART_MS * 2);
    } catch (error) {
      this.failed(peer, error);
    }
  }

  /** Makes the places where these seats are heard and seen. */
  private receive(peer: RTCPeerConnection, seats: string[]): void {
    for (const seat of seats) {
      const sound = peer.addTransceiver("audio", { direction: "recvonly" });
      const picture = peer.addTransceiver("video", { direction: "recvonly" });
      for (const it of [sound, picture]) restrict(it, this.worker !== null);
      if (this.worker) {
        this.seal(sound.receiver, { open: "sound", slot: seat });
        this.seal(picture.receiver, { open: "picture", slot: seat });
      }
      this.slots.push({ seat, sound: this.follow(sound.receiver.track), picture: this.follow(picture.receiver.track) });
    }
  }

  /** A track says when what it carries begins and ends to come. */
  private follow(track: MediaStreamTrack): MediaStreamTrack {
    track.addEventListener("unmute", () => this.outside.onChange());
    track.addEventListener("mute", () => this.outside.onChange());
    return track;
  }

  private async restart(): Promise<void> {
    const { peer } = this;
    // Browsers tell of one change of the network twice.
    if (!peer || this.isOver || this.isRestarting) return;
    clearTimeout(this.timer);
    this.isRestarting = true;
    const before = this.fingerprint;
    try {
      await this.negotiate(peer, { iceRestart: true });
      // The server was started anew, and knows nothing of this connection's keys.
      if (this.fingerprint !== before) return void this.begin();
      this.expect(peer, RESTART_MS);
    } catch (error) {
      this.failed(peer, error);
    } finally {
      if (peer === this.peer) this.isRestarting = false;
    }
  }

  private negotiate(peer: RTCPeerConnection, options: RTCOfferOptions): Promise<void> {
    const agreed = this.turn.then(() => this.agree(peer, options));
    this.turn = agreed.catch(() => {});
    return agreed;
  }

  private async agree(peer: RTCPeerConnection, options: RTCOfferOptions): Promise<void> {
    if (peer !== this.peer) return;
    // Asked for each time: what it takes to be let in there holds for an hour.
    const iceServers = await this.relay();
    if (peer !== this.peer) return;
    peer.setConfiguration({ ...CONFIGURATION, iceServers });
    const offer = await peer.createOffer(options);
    const isClosed = this.worker !== null;
    const sdp = isClosed ? withoutLevels(offer.sdp ?? "") : (offer.sdp ?? "");
    await peer.setLocalDescription({ type: "offer", sdp });
    const told = await this.outside.offer(this.session, sdp);
    if (peer !== this.peer) return;
    const objection = isClosed ? objectionTo(told) : null;
    if (objection) {
      this.outside.onTrouble(objection);
      throw new Error(objection);
    }
    await peer.setRemoteDescription({ type: "answer", sdp: isClosed ? withoutLevels(evenSound(told)) : told });
    this.fingerprint = fingerprintOf(told);
  }

  /** A server that knows of no relay says so, and most networks need none. */
  private async relay(): Promise<RTCIceServer[]> {
    try {
      return await this.outside.relay();
    } catch (error) {
      console.warn("meeting: no relay", error);
      return [];
    }
  }

  private look(peer: RTCPeerConnection): void {
    if (peer !== this.peer) return;
    const state = peer.connectionState;
    this.isConnected = state === "connected";
    if (state === "connected") {
      this.failures = 0;
      this.refusal = "";
      clearTimeout(this.timer);
      this.grow(peer);
    } else if (state === "disconnected") {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.restart(), MENDS_MS);
    } else if (state === "failed") this.failed(peer, null);
    this.outside.onChange();
  }

  /** Begins anew if the connection does not stand by then. */
  private expect(peer: RTCPeerConnection, within: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (peer === this.peer && peer.connectionState !== "connected") void this.begin();
    }, within);
  }

  private failed(peer: RTCPeerConnection, error: unknown): void {
    if (peer !== this.peer || this.isOver) return;
    // Only the server's own word is worth a look; browsers say the rest in their way.
    if (error instanceof Refused) this.refusal = error.message;
    else if (error !== null) console.warn("meeting: the connection for media", error);
    const after = AGAIN_AFTER[Math.min(this.failures++, AGAIN_AFTER.length - 1)]!;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.begin(), after);
  }

  private seal(end: RTCRtpSender | RTCRtpReceiver, task: Task): void {
    end.transform = new RTCRtpScriptTransform(this.worker!, task);
  }
}

/** Whether this browser can take part in a closed meeting at all. */
export function canSeal(): boolean {
  return "RTCRtpScriptTransform" in globalThis && "Worker" in globalThis;
}

/** Whether it can take part in any. */
export async function canMeet(): Promise<boolean> {
  if (!("RTCPeerConnection" in globalThis) || !("indexedDB" in globalThis)) return false;
  return Boolean(await globalThis.crypto?.subtle?.generateKey("Ed25519", false, ["sign", "verify"]).catch(() => null));
}

/** Only codecs whose frames can be sealed, and none that tells sizes apart. */
export function restrict(transceiver: RTCRtpTransceiver, isClosed: boolean): void {
  const kind = transceiver.receiver.track.kind;
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [];
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
  const others = isClosed || kind === "audio" ? [] : codecs.filter(({ mimeType }) => /\/(red|ulpfec)$/i.test(mimeType));
  transceiver.setCodecPreferences([...codecs.filter(({ mimeType }) => wanted.includes(mimeType.toLowerCase())), ...others]);
}
