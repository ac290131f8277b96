// The page that tells whether browser, devices and network are fit for a meeting. What it says of each is
// chosen by self_test/verdicts.ts; the elements are the page's own.
import { Devices } from "./devices.ts";
import { canMeet, canSeal } from "./media.ts";
import { Path } from "./self_test/path.ts";
import { StandIn } from "./self_test/stand_in.ts";
import { ofAll, ofBrowser, ofCamera, ofMicrophone, ofNetwork, type Verdict } from "./self_test/verdicts.ts";
import { readConfig, say } from "./self_test/words.ts";
import { Meter } from "./speaking.ts";
import { el, put, set, show } from "./ui/dom.ts";

/** So loud is a voice, and not a room. */
const VOICE = 0.012;
/** Whoever was asked to say something has, by then. */
const SPEAKS_WITHIN_MS = 8_000;
/** A camera needs a moment before it shows anything. */
const DARK_FOR_MS = 3_000;
const LOOKS_EVERY_MS = 100;

const CHECKS = ["browser", "camera", "microphone", "speaker", "network"] as const;
type Check = (typeof CHECKS)[number];

const config = readConfig(document);
const find = <E extends HTMLElement>(selector: string): E => document.querySelector<E>(selector)!;
const begin = find<HTMLButtonElement>("#begin");
const preview = find<HTMLVideoElement>("#preview");
const cameras = find<HTMLSelectElement>("#cameras");
const microphones = find<HTMLSelectElement>("#microphones");
const level = find("#level");
const play = find<HTMLButtonElement>("#play");
const answers = find("#heard");
const echo = find<HTMLVideoElement>("#echo");
const hear = find<HTMLButtonElement>("#hear");

const verdicts: Record<Check, Verdict> = {
  browser: { state: "waiting", word: "browser-looking" },
  camera: { state: "idle", word: "not-begun" },
  microphone: { state: "idle", word: "not-begun" },
  speaker: { state: "idle", word: "speaker-hint" },
  network: config.media ? { state: "idle", word: "not-begun" } : { state: "bad", word: "network-off" },
};
const sample = sampler();
const meter = new Meter();
const standIn = new StandIn();
const devices = new Devices(() => void changed());
let path: Path | null = null;
let hasBegun = false;
let wasHeard = false;
let listensSince = 0;
let darkSince: number | null = null;

void start();

async function start(): Promise<void> {
  for (const check of CHECKS) tell(check, verdicts[check]);
  const isSecure = globalThis.isSecureContext;
  const meets = isSecure && (await canMeet());
  tell("browser", ofBrowser({ isSecure, meets, seals: canSeal() }));
  show(find("#start"), meets);
  show(find("#speaker-play"), true);
  begin.addEventListener("click", () => void test());
  cameras.addEventListener("change", () => void choose({ camera: cameras.value }));
  microphones.addEventListener("change", () => void choose({ microphone: microphones.value }));
  play.addEventListener("click", () => sound());
  find("#heard-yes").addEventListener("click", () => answer({ state: "good", word: "speaker-good" }));
  find("#heard-no").addEventListener("click", () => answer({ state: "bad", word: "speaker-bad" }));
  hear.addEventListener("click", () => {
    echo.muted = !echo.muted;
    drawEcho();
  });
  setInterval(look, LOOKS_EVERY_MS);
  // What was let go with the page does not come back with it.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
  addEventListener("pagehide", () => {
    path?.close();
    devices.closeAll();
  });
}

/** Everything that needs somebody's consent, or the server. */
async function test(): Promise<void> {
  begin.disabled = true;
  path?.close();
  hasBegun = true;
  wasHeard = false;
  darkSince = null;
  devices.troubles = { sound: null, picture: null };
  draw();
  if (config.media) tell("network", ofNetwork({ stage: "connecting" }));
  // One question after the other, as in the room.
  await devices.openSound();
  listensSince = performance.now();
  await devices.openPicture();
  meter.resume();
  put(begin, say("again"));
  begin.disabled = false;
  if (!config.media) return;
  const running = new Path(canSeal() ? config.sealing : null, () => {
    if (path !== running) return;
    tell("network", ofNetwork(running.course));
    drawEcho();
  });
  path = running;
  await send();
  await running.run();
}

async function choose(choice: { camera: string } | { microphone: string }): Promise<void> {
  if ("microphone" in choice) [wasHeard, listensSince] = [false, performance.now()];
  else darkSince = null;
  await devices.choose(choice);
}

async function changed(): Promise<void> {
  if (!hasBegun) return;
  draw();
  await Promise.all([list(cameras, "videoinput"), list(microphones, "audioinput"), send()]);
}

async function send(): Promise<void> {
  await path?.send(devices.sound ?? standIn.sound, devices.picture ?? standIn.picture);
}

/** What can be heard and seen at this moment. */
function look(): void {
  const loud = meter.levels().get("microphone") ?? 0;
  const bars = Math.min(level.children.length, Math.round(Math.sqrt(loud * 4) * level.children.length));
  set(level, "aria-valuenow", String(bars));
  for (const [at, bar] of [...level.children].entries()) bar.toggleAttribute("data-on", at < bars);
  if (!hasBegun) return;
  wasHeard ||= loud >= VOICE;
  if (devices.picture && isBlack(preview)) darkSince ??= performance.now();
  else darkSince = null;
  draw();
}

function draw(): void {
  const { sound, picture, troubles } = devices;
  const shown = (preview.srcObject as MediaStream | null)?.getTracks()[0] ?? null;
  if (shown !== picture) plays(preview, picture && new MediaStream([picture]));
  meter.listen("microphone", sound);
  show(find("#camera-tried"), picture !== null);
  show(find("#microphone-tried"), sound !== null);
  const { videoWidth: width, videoHeight: height } = preview;
  const now = performance.now();
  const isDark = darkSince !== null && now - darkSince > DARK_FOR_MS;
  tell("camera", ofCamera({ trouble: troubles.picture, size: picture && width > 0 ? { width, height } : null, isDark }));
  tell("microphone", ofMicrophone({ trouble: troubles.sound, isOpen: sound !== null, wasHeard, isLate: now - listensSince > SPEAKS_WITHIN_MS }));
}

function drawEcho(): void {
  const comes = path?.course.stage === "measuring" || path?.course.stage === "measured" ? path.echo : null;
  if (echo.srcObject !== comes) plays(echo, comes);
  if (!comes) echo.muted = true;
  show(find("#echoes"), comes !== null);
  put(hear, say(echo.muted ? "hear" : "hear-no-longer"));
  set(hear, "aria-pressed", String(!echo.muted));
}

/** Left to begin by itself, a video waits until somebody scrolls to it, and cannot be judged meanwhile. */
function plays(video: HTMLVideoElement, stream: MediaStream | null): void {
  video.srcObject = stream;
  // Another stream may take its place before it has begun.
  if (stream) video.play().catch(() => {});
}

function tell(check: Check, verdict: Verdict): void {
  verdicts[check] = verdict;
  const section = find(`#${check}`);
  set(section, "data-state", verdict.state);
  put(section.querySelector(".check-state")!, say(verdict.state));
  put(section.querySelector(".check-told")!, say(verdict.word, verdict.blanks));
  const all = ofAll(Object.values(verdicts));
  const summary = find("#all");
  show(summary, hasBegun);
  set(summary, "data-state", all.state);
  put(summary, hasBegun ? say(all.word) : "");
}

async function list(select: HTMLSelectElement, kind: "audioinput" | "videoinput"): Promise<void> {
  const known = await devices.list(kind);
  const used = (kind === "audioinput" ? devices.sound : devices.picture)?.getSettings().deviceId;
  const options = known.map(({ deviceId, label }, at) => el("option", { value: deviceId, selected: deviceId === used }, label || say("device", { number: at + 1 })));
  select.replaceChildren(...(options.length > 0 ? options : [el("option", { value: "" }, say("device-none"))]));
}

/** Three notes, of which one rarely misses all. */
function sound(): void {
  const context = new AudioContext();
  const begins = context.currentTime + 0.05;
  for (const [at, pitch] of [392, 523, 659].entries()) {
    const note = context.createOscillator();
    const volume = context.createGain();
    const from = begins + at * 0.35;
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.3, from + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.6);
    note.connect(volume).connect(context.destination);
    note.start(from);
    note.stop(from + 0.6);
    if (at === 2) note.addEventListener("ended", () => void context.close());
  }
  show(answers, true);
  tell("speaker", { state: "idle", word: "speaker-ask" });
}

function answer(verdict: Verdict): void {
  play.focus();
  show(answers, false);
  tell("speaker", verdict);
}

/** Whether nothing can be seen in a picture that plays: a cover is before the lens. */
function isBlack(video: HTMLVideoElement): boolean {
  if (video.videoWidth === 0 || !sample) return false;
  sample.drawImage(video, 0, 0, 16, 9);
  const { data } = sample.getImageData(0, 0, 16, 9);
  return data.every((value, at) => at % 4 === 3 || value < 20);
}

function sampler(): CanvasRenderingContext2D | null {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [16, 9];
  return canvas.getContext("2d", { willReadFrequently: true });
}
