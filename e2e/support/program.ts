import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const binary =
  process.env["TRIBUNE_BIN"] ?? resolve(import.meta.dirname, "../../target/release/tribune");
const startMsMax = 120_000;
/** Pictures take minutes where two cores make them. */
const picturesMsMax = 600_000;
/** Where the demo's data is kept that every other demo begins from. */
const template = "TRIBUNE_E2E_DEMO";

/** A Tribune that runs for the tests, in a data folder of its own. */
export class Program {
  private constructor(
    readonly origin: string,
    readonly data: string,
    private readonly child: ChildProcess,
    /** What it has told the operator. */
    readonly log: string[],
    /** Variables that it is started with. */
    private readonly settings: Record<string, string> = {},
  ) {}

  /**
   * Loads the demo once and has its pictures made, so that the demos of all specs begin with them: made for
   * each, they would take the machine from the browsers. Answers with what removes it. Whoever runs single
   * specs again and again names a data folder of their own.
   */
  static async loadsDemo(): Promise<() => void> {
    if (process.env[template]) return () => {};
    const program = await Program.start();
    const late = Date.now() + picturesMsMax;
    for (;;) {
      const metrics = await (await fetch(`${program.origin}/metrics`)).text();
      if (/^tribune_jobs_waiting 0$/m.test(metrics)) break;
      if (Date.now() > late) throw new Error("the demo's pictures took too long");
      await new Promise((done) => setTimeout(done, 500));
    }
    await program.ends();
    process.env[template] = program.data;
    return () => rmSync(program.data, { recursive: true, force: true });
  }

  /** Starts the demo on a free port. */
  static async start(): Promise<Program> {
    return Program.run("demo", ["--listen", "127.0.0.1:0"]);
  }

  /** Starts it where browsers can have passkeys: at a name, and not at a number. */
  static async named(
    command = "serve",
    settings: Record<string, string> = {},
    data?: string,
    at?: number,
  ): Promise<Program> {
    const port = at ?? (await freePort());
    const origin = `${settings["TRIBUNE_CERTIFICATE"] ? "https" : "http"}://localhost:${port}`;
    const here = ["--listen", `127.0.0.1:${port}`, "--public-url", `${origin}/`];
    const { data: kept, child, log } = await Program.run(command, here, data, settings);
    return new Program(origin, kept, child, log, settings);
  }

  /** Starts it, and waits for its own word that it serves. */
  private static async run(
    command: string,
    flags: string[],
    known?: string,
    settings: Record<string, string> = {},
  ): Promise<Program> {
    const data = known ?? mkdtempSync(join(tmpdir(), "tribune-e2e-"));
    const demo = process.env[template];
    if (!known && command === "demo" && demo) cpSync(demo, data, { recursive: true });
    const child = spawn(binary, [command, "--data", data, ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      // Only specs of the channel need one, each at a port of its own.
      env: { ...process.env, TRIBUNE_RTMP_LISTEN: "none", TRIBUNE_SRT_LISTEN: "none", ...settings },
    });
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on("line", (line) => log.push(line));
    const ready = new Promise<string>((settle, refuse) => {
      const late = setTimeout(() => refuse(new Error("tribune took too long")), startMsMax);
      createInterface({ input: child.stdout! }).on("line", (line) => {
        const origin = /Tribune is at (https?:\/\/\S+?)\/?$/.exec(line)?.[1];
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
      return new Program(await ready, data, child, log);
    } catch (error) {
      child.kill("SIGKILL");
      if (!known) rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs one of its commands on the same data, and answers with what that prints. */
  command(...words: string[]): string {
    return execFileSync(binary, [...words, "--data", this.data], { encoding: "utf8" }).trim();
  }

  /** The address that makes the first administrator. */
  async firstLink(): Promise<string> {
    for (;;) {
      const link = this.log.find((line) => line.includes("/newsroom/welcome/"));
      if (link) return link.trim();
      await once(this.child.stderr!, "data");
    }
  }

  /** `kill -9`, and the same program again at the same place. */
  async diesAndComesBack(): Promise<Program> {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
    return Program.named("serve", this.settings, this.data, Number(new URL(this.origin).port));
  }

  /** The memory that it has at this moment. */
  residentMiB(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1024;
  }

  /**
   * All that stands in its memory at one moment, piece by piece, without the program's own text.
   * @throws where the kernel lets nobody look.
   */
  memory(): Buffer[] {
    const at = `/proc/${this.child.pid}`;
    // What moves while it is read could be missed.
    this.child.kill("SIGSTOP");
    const [memory, pages] = [openSync(`${at}/mem`, "r"), openSync(`${at}/pagemap`, "r")];
    try {
      return readFileSync(`${at}/maps`, "utf8").split("\n").flatMap((line) => {
        const [, from, to, may, file = ""] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \d+\s*(.*)$/.exec(line) ?? [];
        const isText = /\.so(\.|$)/.test(file) || file === resolve(binary);
        if (!from || !to || !may?.startsWith("r") || (isText && !may.includes("w")) || file.startsWith("[v")) return [];
        return written(pages, parseInt(from, 16), parseInt(to, 16)).map(([start, end]) => {
          const piece = Buffer.allocUnsafe(end - start);
          return piece.subarray(0, readSync(memory, piece, 0, piece.length, start));
        });
      });
    } finally {
      closeSync(memory);
      closeSync(pages);
      this.child.kill("SIGCONT");
    }
  }

  /** Asks it to end, and waits until it has. */
  async ends(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await ended;
  }

  /** Ends it, and removes its data. */
  async stop(): Promise<void> {
    await this.ends();
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** The stretches of a process's memory in which anything is: most of what it has asked for it has never touched. */
function written(pages: number, from: number, to: number): [start: number, end: number][] {
  const page = 4096;
  const entries = Buffer.alloc(((to - from) / page) * 8);
  readSync(pages, entries, 0, entries.length, (from / page) * 8);
  const stretches: [number, number][] = [];
  for (let start = from; start < to; start += page) {
    // The two highest bits: in memory, or swapped out.
    if ((entries[((start - from) / page) * 8 + 7]! & 0xc0) === 0) continue;
    const last = stretches.at(-1);
    if (last && last[1] === start) last[1] = start + page;
    else stretches.push([start, start + page]);
  }
  return stretches;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
