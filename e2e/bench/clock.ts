import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Page } from "@playwright/test";

const [width, height, rate] = [640, 360, 25];
/** The clock is a row of squares, each white for a one, the lowest bit of the milliseconds first. */
const square = 40;
const bits = 32;
const perRow = width / square;
/** In each second the sound has another pitch, in Hertz, so many in turns. */
const pitches = 32;
const pitch = (second: number) => 600 + 150 * (second % pitches);
const soundRate = 48_000;

/** Sends a picture of the present time, and a sound that tells the second. */
export class Clock {
  private at = 0;
  private phase = 0;
  private readonly began = Date.now();
  private timer?: NodeJS.Timeout;

  private constructor(private readonly child: ChildProcess) {}

  static sends(to: string): Clock {
    const picture = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", `${width}x${height}`, "-r", `${rate}`, "-i", "pipe:0"];
    const sound = ["-f", "s16le", "-ar", `${soundRate}`, "-ac", "1", "-i", "pipe:3"];
    const video = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "50", "-b:v", "800k"];
    const audio = ["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-flush_packets", "1"];
    const quick = ["-probesize", "32", "-analyzeduration", "0", "-fflags", "nobuffer"];
    const flags = ["-hide_banner", "-loglevel", "error", ...quick, ...picture, ...quick, ...sound, ...video, ...audio];
    const child = spawn("ffmpeg", [...flags, "-f", "flv", to], { stdio: ["pipe", "ignore", "inherit", "pipe"] });
    for (const pipe of [child.stdin!, child.stdio[3]!]) pipe.on("error", () => {});
    const clock = new Clock(child);
    clock.ticks();
    return clock;
  }

  /** Draws every frame that is due, and again when the next one is. */
  private ticks(): void {
    for (;;) {
      const due = this.began + (this.at * 1000) / rate;
      const wait = due - Date.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.ticks(), wait);
        return;
      }
      this.child.stdin!.write(frame(Date.now()));
      (this.child.stdio[3] as Writable).write(this.tone(due));
      this.at += 1;
    }
  }

  /** The sound of one frame. */
  private tone(from: number): Buffer {
    const samples = soundRate / rate;
    const wave = Buffer.alloc(samples * 2);
    for (let at = 0; at < samples; at += 1) {
      const now = from + (at * 1000) / soundRate;
      this.phase += (2 * Math.PI * pitch(Math.floor(now / 1000))) / soundRate;
      wave.writeInt16LE(Math.round(12_000 * Math.sin(this.phase)), at * 2);
    }
    return wave;
  }

  async stops(): Promise<void> {
    clearTimeout(this.timer);
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

function frame(now: number): Buffer {
  const picture = Buffer.alloc((width * height * 3) / 2, 128);
  for (let bit = 0; bit < bits; bit += 1) {
    const [left, top] = [(bit % perRow) * square, Math.floor(bit / perRow) * square];
    const light = Math.floor(now / 2 ** bit) % 2 === 1 ? 235 : 16;
    for (let row = top; row < top + square; row += 1) {
      picture.fill(light, row * width + left, row * width + left + square);
    }
  }
  return picture;
}

/** How late so many frames are on the screen, in milliseconds. */
export async function seen(page: Page, glances: number): Promise<number[]> {
  return page.locator("video").evaluate(
    (video: HTMLVideoElement, { glances, square, bits, perRow }) =>
      new Promise<number[]>((done) => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [perRow * square, (bits / perRow) * square];
        const pen = canvas.getContext("2d", { willReadFrequently: true })!;
        const late: number[] = [];
        const look = () => {
          const now = Date.now();
          // A smaller rendition shows the same clock, smaller.
          const scale = video.videoWidth / (perRow * square);
          pen.drawImage(video, 0, 0, video.videoWidth, (canvas.height * scale), 0, 0, canvas.width, canvas.height);
          const pixels = pen.getImageData(0, 0, canvas.width, canvas.height).data;
          let told = 0;
          for (let bit = 0; bit < bits; bit += 1) {
            const x = (bit % perRow) * square + square / 2;
            const y = Math.floor(bit / perRow) * square + square / 2;
            if (pixels[(y * canvas.width + x) * 4]! > 128) told += 2 ** bit;
          }
          late.push((now % 2 ** bits) - told);
          if (late.length >= glances) done(late);
          else video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
      }),
    { glances, square, bits, perRow },
  );
}

/** How late the sound of so many seconds is heard, in milliseconds. */
export async function heard(page: Page, seconds: number): Promise<number[]> {
  return page.locator("video").evaluate(
    async (video: HTMLVideoElement, { seconds, pitches }) => {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaElementSource(video).connect(analyser).connect(context.destination);
      analyser.fftSize = 2048;
      analyser.smoothingTimeConstant = 0;
      await context.resume();
      const loud = new Float32Array(analyser.frequencyBinCount);
      const late: number[] = [];
      let before: number | undefined;
      while (late.length < seconds) {
        await new Promise((done) => setTimeout(done, 10));
        analyser.getFloatFrequencyData(loud);
        const peak = loud.indexOf(Math.max(...loud));
        if (loud[peak]! < -60) continue;
        const hertz = (peak * context.sampleRate) / analyser.fftSize;
        const second = Math.round((hertz - 600) / 150);
        if (second === before) continue;
        const follows = before !== undefined && second === (before + 1) % pitches;
        before = second;
        // The second began when its pitch did.
        const now = Date.now() / 1000;
        if (follows) late.push((((now - second) % pitches) + pitches) % pitches * 1000);
      }
      return late;
    },
    { seconds, pitches },
  );
}
