// What is said of each thing that was tested, and what to do where it fails. Pure.
import type { Blanks } from "../config.ts";
import type { Denied } from "../devices.ts";
import type { Word } from "./words.ts";

export type State = "idle" | "waiting" | "good" | "poor" | "bad";

export interface Verdict {
  state: State;
  word: Word;
  blanks?: Blanks;
}

/** Who waits longer for an answer begins to speak again. */
const SLOW_MS = 300;
/** With more missing, pictures stand still and words are lost. */
const LOSSY = 0.03;

export function ofBrowser({ isSecure, meets, seals }: { isSecure: boolean; meets: boolean; seals: boolean }): Verdict {
  if (!isSecure) return { state: "bad", word: "browser-insecure" };
  if (!meets) return { state: "bad", word: "browser-none" };
  return seals ? { state: "good", word: "browser-good" } : { state: "poor", word: "browser-open" };
}

export interface Camera {
  trouble: Denied | null;
  /** Null while nobody has answered the browser's question. */
  size: { width: number; height: number } | null;
  isDark: boolean;
}

export function ofCamera({ trouble, size, isDark }: Camera): Verdict {
  if (trouble) return { state: "bad", word: `camera-${trouble}` };
  if (!size) return { state: "waiting", word: "asking" };
  return isDark ? { state: "poor", word: "camera-dark" } : { state: "good", word: "camera-good", blanks: size };
}

export interface Microphone {
  trouble: Denied | null;
  isOpen: boolean;
  wasHeard: boolean;
  /** Whether one has had the time to say something. */
  isLate: boolean;
}

export function ofMicrophone({ trouble, isOpen, wasHeard, isLate }: Microphone): Verdict {
  if (trouble) return { state: "bad", word: `microphone-${trouble}` };
  if (!isOpen) return { state: "waiting", word: "asking" };
  if (wasHeard) return { state: "good", word: "microphone-good" };
  return isLate ? { state: "poor", word: "microphone-silent" } : { state: "waiting", word: "microphone-listening" };
}

/** How far the connection to the server has come. */
export type Course =
  | { stage: "connecting" | "measuring" }
  | { stage: "measured"; measure: Measure; isSealed: boolean }
  | { stage: "blocked"; addresses: string[] }
  | { stage: "refused"; code: string; why: string }
  | { stage: "unreachable" };

export function ofNetwork(course: Course): Verdict {
  switch (course.stage) {
    case "connecting":
      return { state: "waiting", word: "network-connecting" };
    case "measuring":
      return { state: "waiting", word: "network-measuring" };
    case "unreachable":
      return { state: "bad", word: "network-unreachable" };
    case "blocked":
      return { state: "bad", word: "network-blocked", blanks: { addresses: course.addresses.join(", ") } };
    case "refused":
      return ofRefusal(course.code, course.why);
    case "measured":
      return ofMeasure(course.measure, course.isSealed);
  }
}

function ofRefusal(code: string, why: string): Verdict {
  if (code === "off") return { state: "bad", word: "network-off" };
  // It says nothing of the network that others test, too.
  if (code === "busy" || code === "often") return { state: "poor", word: `network-${code}` };
  return { state: "bad", word: "network-refused", blanks: { why } };
}

function ofMeasure(measure: Measure, isSealed: boolean): Verdict {
  if (!cameBack(measure)) return { state: "bad", word: "network-mute" };
  const { roundTrip, protocol } = measure;
  const loss = lossOf(measure);
  const blanks = { protocol: protocol.toUpperCase(), time: Math.max(1, Math.round(roundTrip ?? 0)), loss: Math.round(loss * 1000) / 10 };
  if (loss > LOSSY) return { state: "poor", word: "network-lossy", blanks };
  if ((roundTrip ?? 0) > SLOW_MS) return { state: "poor", word: "network-slow", blanks };
  return { state: "good", word: isSealed ? "network-good" : "network-open", blanks };
}

/** The worst of them; the speaker's owner may never have answered. */
export function ofAll(verdicts: Verdict[]): Verdict {
  const states = verdicts.map(({ state }) => state);
  if (states.includes("waiting")) return { state: "waiting", word: "all-waiting" };
  if (states.includes("bad")) return { state: "bad", word: "all-bad" };
  return states.includes("poor") ? { state: "poor", word: "all-poor" } : { state: "good", word: "all-good" };
}

/** What the browser counted of a connection with oneself. */
export interface Measure {
  /** In milliseconds. */
  roundTrip: number | null;
  protocol: string;
  received: number;
  lost: number;
  /** Pictures that came back and could be shown, and packets of sound. */
  pictures: number;
  sounds: number;
}

export function cameBack({ pictures, sounds }: Measure): boolean {
  return pictures > 0 && sounds > 0;
}

/** The part that did not come back, whether it was lost on the way there or on the way here. */
export function lossOf({ received, lost }: Measure): number {
  return lost <= 0 ? 0 : lost / (received + lost);
}

/** Reads what browsers count (W3C's webrtc-stats): of the connection that sends, and of the one that receives. */
export function measured(sends: Iterable<Counted>, receives: Iterable<Counted>): Measure {
  const measure: Measure = { roundTrip: null, protocol: "udp", received: 0, lost: 0, pictures: 0, sounds: 0 };
  const sent = [...sends];
  const pair = sent.find((it) => it.type === "candidate-pair" && it.nominated && it.state === "succeeded");
  const own = sent.find((it) => it.id === pair?.localCandidateId);
  const report = sent.find((it) => it.type === "remote-inbound-rtp" && it.roundTripTime !== undefined);
  const seconds = pair?.currentRoundTripTime ?? report?.roundTripTime;
  if (seconds !== undefined) measure.roundTrip = seconds * 1000;
  measure.protocol = own?.relayProtocol ?? own?.protocol ?? "udp";
  for (const it of receives) {
    if (it.type !== "inbound-rtp") continue;
    measure.received += it.packetsReceived ?? 0;
    measure.lost += it.packetsLost ?? 0;
    if (it.kind === "video") measure.pictures += it.framesDecoded ?? 0;
    else measure.sounds += it.packetsReceived ?? 0;
  }
  return measure;
}

interface Counted {
  id: string;
  type: string;
  kind?: string;
  nominated?: boolean;
  state?: string;
  localCandidateId?: string;
  currentRoundTripTime?: number;
  roundTripTime?: number;
  protocol?: string;
  relayProtocol?: string;
  packetsReceived?: number;
  packetsLost?: number;
  framesDecoded?: number;
}
