import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

const VIDEO = 9;
const AVC_FRAME = 1;
/** Frames from one time that the line is said to the next. */
const EVERY = 75;

/**
 * An encoder whose pictures carry captions of CEA-608, as a television studio's do: ffmpeg makes the
 * pictures, the line is put into each of them here, and another ffmpeg sends them.
 */
export class CaptionedEncoder {
  private constructor(private readonly children: ChildProcess[]) {}

  static sends(to: string, line: string): CaptionedEncoder {
    const picture = ["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25"];
    const sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
    const video = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", "50"];
    const audio = ["-c:a", "aac", "-b:a", "96k", "-ac", "2", "-f", "flv", "-flvflags", "no_duration_filesize", "pipe:1"];
    const quiet = ["-hide_banner", "-loglevel", "error", "-nostdin"];
    const makes = spawn("ffmpeg", [...quiet, ...picture, ...sound, ...video, ...audio], { stdio: ["ignore", "pipe", "ignore"] });
    const copies = ["-f", "flv", "-i", "pipe:0", "-c", "copy", "-f", "flv", to];
    const sends = spawn("ffmpeg", ["-hide_banner", "-loglevel", "error", ...copies], { stdio: ["pipe", "ignore", "ignore"] });
    sends.stdin!.on("error", () => {});
    void captioned(makes.stdout!, pairs(line), (bytes) => sends.stdin!.write(bytes));
    return new CaptionedEncoder([makes, sends]);
  }

  async isCutOff(): Promise<void> {
    for (const child of this.children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    }
  }
}

/** Puts the next pair of bytes into each picture of an FLV stream. */
async function captioned(flv: Readable, says: number[][], write: (bytes: Buffer) => void): Promise<void> {
  let waiting = Buffer.alloc(0);
  let head = true;
  let frame = 0;
  for await (const chunk of flv) {
    waiting = Buffer.concat([waiting, chunk as Buffer]);
    if (head && waiting.length >= 13) {
      write(waiting.subarray(0, 13));
      waiting = waiting.subarray(13);
      head = false;
    }
    while (!head && waiting.length >= 11) {
      const length = waiting.readUIntBE(1, 3);
      if (waiting.length < 11 + length + 4) break;
      const header = Buffer.from(waiting.subarray(0, 11));
      let body = waiting.subarray(11, 11 + length);
      waiting = waiting.subarray(11 + length + 4);
      if (header[0] === VIDEO && body[1] === AVC_FRAME) {
        const [first, second] = says[frame++ % EVERY] ?? [0x80, 0x80];
        body = Buffer.concat([body.subarray(0, 5), sei(first!, second!), body.subarray(5)]);
        header.writeUIntBE(body.length, 1, 3);
      }
      const behind = Buffer.alloc(4);
      behind.writeUInt32BE(11 + body.length);
      write(Buffer.concat([header, body, behind]));
    }
  }
}

/** A NAL unit of user data as ATSC A/53 has it, behind its length. */
function sei(first: number, second: number): Buffer {
  const payload = [0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 3, 0x41, 0xff, 0xfc, first, second, 0xff];
  const unit = Buffer.from([6, 4, payload.length, ...payload, 0x80]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(unit.length);
  return Buffer.concat([length, unit]);
}

/** A line that rolls up on channel 1: each command twice, as CEA-608 wants it. */
function pairs(line: string): number[][] {
  const twice = (pair: number[]) => [pair, pair];
  const text = [...line.padEnd(line.length + (line.length % 2), " ")].map((c) => c.charCodeAt(0));
  const letters = Array.from({ length: text.length / 2 }, (_, at) => text.slice(2 * at, 2 * at + 2));
  const all = [...twice([0x14, 0x25]), ...twice([0x14, 0x2d]), ...twice([0x14, 0x70]), ...letters];
  return all.map((pair) => pair.map(odd));
}

/** Each byte has its parity. */
function odd(byte: number): number {
  const ones = byte.toString(2).replaceAll("0", "").length;
  return ones % 2 === 0 ? byte | 0x80 : byte;
}
