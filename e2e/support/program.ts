import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const binary =
  process.env["TRIBUNE_BIN"] ?? resolve(import.meta.dirname, "../../target/release/tribune");
const startMsMax = 120_000;

/** A Tribune that runs for the tests: the demo, in a data folder of its own. */
export class Program {
  private constructor(
    readonly origin: string,
    readonly data: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts it on a free port, and waits for its own word that it serves. */
  static async start(): Promise<Program> {
    const data = mkdtempSync(join(tmpdir(), "tribune-e2e-"));
    const child = spawn(binary, ["demo", "--data", data, "--listen", "127.0.0.1:0"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on("line", (line) => log.push(line));
    const ready = new Promise<string>((settle, refuse) => {
      const late = setTimeout(() => refuse(new Error("tribune took too long")), startMsMax);
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const origin = /Tribune is at (http:\/\/\S+?)\/?$/.exec(line)?.[1];
        if (origin) {
          clearTimeout(late);
          settle(origin);
        }
      });
      child.once("error", refuse);
      child.once("exit", (code) => {
        clearTimeout(late);
        refuse(new Error(`tribune ended with ${code}:\n${log.join("\n")}`));
      });
    });
    try {
      return new Program(await ready, data, child);
    } catch (error) {
      child.kill("SIGKILL");
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs one of its commands on the same data, and answers with what that prints. */
  command(...words: string[]): string {
    return execFileSync(binary, [...words, "--data", this.data], { encoding: "utf8" }).trim();
  }

  /** Asks it to end, and removes its data. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}
