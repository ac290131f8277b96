// The line to the server. It comes back by itself for as long as the page is open, and goes on where
// it was.
import { type Mail, type Passed, Refused, type Room, type Verb } from "./protocol.ts";

/** In milliseconds; the last for ever. */
const AGAIN_AFTER = [300, 1_000, 2_000, 4_000, 8_000];
/** A line on which nothing has come for so long is asked whether it still holds. */
const QUIET_MS = 12_000;
const ANSWER_MS = 6_000;
/** What the server closes a line with that is not to be taken up again. */
const REMOVED = 4403;
const DISPLACED = 4409;

/** What is said of a line that broke before the answer came: it may have been done or not. */
export class Lost extends Error {
  constructor() {
    super("The connection was lost before the server answered.");
  }
}

export interface Listener {
  /** Whether the line holds. */
  onLine(holds: boolean): void;
  onRoom(room: Room): void;
  onMail(mail: Mail): void;
  onMessage(passed: Passed): void;
  /** The seat was taken up by another page. */
  onDisplaced(): void;
  /** A chair sent the seat out, or its invitation was made anew. */
  onRemoved(): void;
  /** The server knows no such seat, or no such meeting. */
  onRefused(refused: Refused): void;
}

export interface Line {
  url: string;
  seat: string;
  token: string;
  instance: string;
  /** The number of the last mail that was read. */
  after(): number;
}

interface Waiting {
  settle(ok: unknown): void;
  refuse(error: Error): void;
}

export class Signalling {
  private socket: WebSocket | null = null;
  private isReady = false;
  private isOver = false;
  private failures = 0;
  private nextId = 1;
  private heardAt = 0;
  private waiting = new Map<number, Waiting>();
  private ready: (() => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly watch: ReturnType<typeof setInterval>;

  constructor(
    private readonly line: Line,
    private readonly listener: Listener,
    private readonly dial: (url: string) => WebSocket = (url) => new WebSocket(url),
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.connect();
    this.watch = setInterval(() => this.look(), 2_000);
  }

  /** Asks once the line holds. @throws Refused, or Lost when nobody can say whether it was done. */
  async ask<T>(verb: Verb): Promise<T> {
    while (!this.isReady) await new Promise<void>((settle) => this.ready.push(settle));
    return this.send<T>(verb);
  }

  /** Asks until there is an answer: for what may be done twice. */
  async insist<T>(verb: Verb): Promise<T> {
    for (;;) {
      try {
        return await this.ask<T>(verb);
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
      }
    }
  }

  /** The network has changed: what was waited for is tried now, and what holds is asked. */
  hurry(): void {
    if (this.socket === null) this.connect();
    else if (this.isReady) void this.ping(ANSWER_MS / 3);
  }

  close(): void {
    this.isOver = true;
    clearInterval(this.watch);
    clearTimeout(this.timer);
    this.socket?.close();
    this.drop();
  }

  private connect(): void {
    clearTimeout(this.timer);
    if (this.isOver) return;
    const socket = this.dial(this.line.url);
    this.socket = socket;
    this.heardAt = this.clock();
    socket.addEventListener("open", () => void this.hello(socket));
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.hear(String(event.data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.socket && (code === DISPLACED || code === REMOVED)) this.end(code);
      else this.lose(socket);
    });
  }

  private async hello(socket: WebSocket): Promise<void> {
    const { seat, token, instance } = this.line;
    try {
      await this.send({ hello: { seat, token, instance, after: this.line.after() } });
    } catch (error) {
      if (error instanceof Refused && socket === this.socket) {
        this.close();
        this.listener.onRefused(error);
      }
      return;
    }
    this.failures = 0;
    this.isReady = true;
    this.listener.onLine(true);
    for (const settle of this.ready.splice(0)) settle();
  }

  private send<T>(verb: Verb | { ping: Record<string, never> }): Promise<T> {
    const id = this.nextId++;
    const { socket } = this;
    return new Promise((settle, refuse) => {
      if (socket?.readyState !== WebSocket.OPEN) return refuse(new Lost());
      this.waiting.set(id, { settle: settle as (ok: unknown) => void, refuse });
      socket.send(JSON.stringify({ id, ...verb }));
    });
  }

  private hear(text: string): void {
    this.heardAt = this.clock();
    const said = JSON.parse(text) as Record<string, unknown>;
    if (typeof said["re"] === "number") {
      const waiting = this.waiting.get(said["re"]);
      this.waiting.delete(said["re"]);
      if (typeof said["error"] === "string") waiting?.refuse(new Refused(said["error"], String(said["code"] ?? "")));
      else waiting?.settle(said["ok"]);
    } else if (said["room"]) this.listener.onRoom(said["room"] as Room);
    else if (said["mail"]) this.listener.onMail(said["mail"] as Mail);
    else if (said["message"]) this.listener.onMessage(said["message"] as Passed);
    else if ("displaced" in said) {
      this.close();
      this.listener.onDisplaced();
    }
  }

  /** Not for this page any more. */
  private end(why: number): void {
    this.close();
    if (why === DISPLACED) this.listener.onDisplaced();
    else this.listener.onRemoved();
  }

  private look(): void {
    const quiet = this.clock() - this.heardAt;
    if (this.socket && quiet > QUIET_MS + ANSWER_MS) this.lose(this.socket);
    else if (this.isReady && quiet > QUIET_MS) void this.ping(ANSWER_MS);
  }

  /** Any answer will do, even that the server does not know the word. */
  private async ping(within: number): Promise<void> {
    const { socket } = this;
    const late = setTimeout(() => {
      if (socket) this.lose(socket);
    }, within);
    await this.send({ ping: {} }).catch(() => {});
    clearTimeout(late);
  }

  private lose(socket: WebSocket): void {
    if (socket !== this.socket) return;
    socket.close();
    this.drop();
    if (this.isOver) return;
    const after = AGAIN_AFTER[Math.min(this.failures++, AGAIN_AFTER.length - 1)]!;
    // After a restart not everybody is at the door in the same moment.
    this.timer = setTimeout(() => this.connect(), after * (0.7 + Math.random() * 0.6));
  }

  private drop(): void {
    this.socket = null;
    const held = this.isReady;
    this.isReady = false;
    for (const { refuse } of this.waiting.values()) refuse(new Lost());
    this.waiting.clear();
    if (held) this.listener.onLine(false);
  }
}
