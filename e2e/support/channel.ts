import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Page } from "@playwright/test";

/** Somebody who sends a moving picture and a tone, as a studio's encoder does. */
export class Encoder {
  private constructor(private readonly child: ChildProcess) {}

  /** Frames a second may be a fraction; there is a key frame every so many of them. */
  static sends(to: string, rate = "25", apart = 50): Encoder {
    const picture = ["-f", "lavfi", "-i", `testsrc2=size=640x360:rate=${rate}`];
    const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
    const video = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", String(apart)];
    const audio = ["-c:a", "aac", "-b:a", "96k", "-ac", "2"];
    const flags = ["-hide_banner", "-loglevel", "error", "-nostdin", "-re", ...picture, ...sound, ...video, ...audio];
    return new Encoder(spawn("ffmpeg", [...flags, "-f", "flv", to], { stdio: ["ignore", "ignore", "pipe"] }));
  }

  /** What it says when it is sent away. */
  async isRefused(): Promise<string> {
    let said = "";
    this.child.stderr!.on("data", (text) => (said += String(text)));
    await once(this.child, "exit");
    return said;
  }

  /** Its line is cut: it says no goodbye. */
  async isCutOff(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }
}

/** What the page's video has done so far. */
export async function played(page: Page): Promise<{ seconds: number; frames: number; width: number }> {
  return page.locator("video").evaluate((video: HTMLVideoElement) => ({
    seconds: video.currentTime,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    width: video.videoWidth,
  }));
}

/** How loud what is played is, from 0 to 1: measured, not assumed. */
export async function loudness(page: Page): Promise<number> {
  return page.locator("video").evaluate(async (video: HTMLVideoElement) => {
    const heard = window as unknown as { analyser?: AnalyserNode };
    if (!heard.analyser) {
      const context = new AudioContext();
      const source = context.createMediaElementSource(video);
      heard.analyser = context.createAnalyser();
      source.connect(heard.analyser).connect(context.destination);
      await context.resume();
    }
    const wave = new Float32Array(heard.analyser.fftSize);
    heard.analyser.getFloatTimeDomainData(wave);
    return Math.max(...wave.map(Math.abs));
  });
}
