import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives the flag with which all cameras of a browser show a moving picture of this size, so small that two
    cores carry many of them. */
export async function withCameras<T>(size: string, rate: number, use: (flag: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "tribune-camera-"));
  const file = join(folder, "camera.y4m");
  try {
    const picture = ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=5`, "-pix_fmt", "yuv420p"];
    execFileSync("ffmpeg", ["-hide_banner", "-loglevel", "error", "-nostdin", ...picture, file], { stdio: "pipe" });
    return await use(`--use-file-for-fake-video-capture=${file}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
