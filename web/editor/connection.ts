// One article's connection to the server: sends what is changed here, takes what others change,
// and knows how much of the former is on the server's disk.
//
// Updates stay the bytes that Yjs made, in the order in which it made them: they are never decoded,
// merged or encoded anew on this side. Yjs and the server's yrs are two implementations of one
// format, and they are known to read an update with a gap differently (y-crdt issue 632); the server
// refuses one. Bytes that nobody touches can be replayed and compared.
import { applyAwarenessUpdate, type Awareness, encodeAwarenessUpdate, removeAwarenessStates } from "y-protocols/awareness";
import * as Y from "yjs";
import * as messages from "./messages.ts";

/** `live` once both sides have all of each other; `stopped` for good. */
export type State = "connecting" | "live" | "offline" | "stopped";

/** Why a connection has stopped. */
export type Stop =
  | { kind: "signed-out" }
  | { kind: "gone" }
  /** With what the server said about it. */
  | { kind: "refused"; sentence: string }
  /** It was closed here. */
  | { kind: "closed" };

export interface Options {
  doc: Y.Doc;
  awareness: Awareness;
  url: string;
  /** One who may not change the article sends nothing of it. */
  readOnly?: boolean;
  /** State or number of unsaved updates have changed. */
  onChange?: (connection: Connection) => void;
  /** What others did is about to be taken. */
  onArrival?: () => void;
  /** The server told of an event. */
  onTold?: (event: unknown) => void;
  /** It has stopped, and why. */
  onStop?: (stop: Stop) => void;
  /** For tests, what else stands for itself. */
  open?: (url: string) => Socket;
  random?: () => number;
  wait?: (run: () => void, milliseconds: number) => () => void;
}

/** The part of a WebSocket that is used. */
export interface Socket {
  binaryType: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

const SIGNED_OUT = 4401;
const REFUSED = 4403;
const GONE = 4404;

const ARRIVALS: ReadonlySet<messages.Message["kind"]> = new Set(["step2", "update", "awareness"]);

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A server that has not saved for so long is not there, whatever the socket believes. */
const PATIENCE = 30_000;

export class Connection {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly #options: Options;
  readonly #open: (url: string) => Socket;
  readonly #random: () => number;
  readonly #wait: (run: () => void, milliseconds: number) => () => void;
  #state: State = "connecting";
  #stop: Stop | null = null;
  #socket: Socket | null = null;
  #attempts = 0;
  #cancelRetry = () => {};
  #cancelPatience = () => {};

  /** Whether the server has asked for what it lacks, and was answered. */
  #answered = false;
  /** Whether the server has answered what this page lacked. */
  #synced = false;
  /** Updates made here that wait for the server to ask. */
  #waiting = 0;
  /** Updates of this connection that are not yet saved: how many of the local ones each holds. */
  #sent: number[] = [];
  /** How many updates of this connection are saved. */
  #saved = 0;

  constructor(options: Options) {
    this.#options = options;
    this.doc = options.doc;
    this.awareness = options.awareness;
    this.#open = options.open ?? ((url) => new WebSocket(url) as Socket);
    this.#random = options.random ?? Math.random;
    this.#wait = options.wait ?? ((run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    });
    this.doc.on("update", this.#onUpdate);
    this.awareness.on("update", this.#onAwareness);
    this.#connect();
  }

  get state(): State {
    return this.#state;
  }

  /** Why it has stopped, if it has. */
  get stop(): Stop | null {
    return this.#stop;
  }

  /** How many updates made here are not known to be on the server's disk. */
  get unsaved(): number {
    return this.#waiting + this.#sent.reduce((sum, held) => sum + held, 0);
  }

  /** Tries again now, when it is waiting to: the network is back, or the page is looked at. */
  retry(): void {
    if (this.#state !== "offline" || this.#socket) return;
    this.#attempts = 0;
    this.#connect();
  }

  /** Lets go of a connection that cannot be one: the network is away. */
  interrupt(): void {
    if (this.#socket) this.#lost();
  }

  /** Stops for good. */
  close(stop: Stop = { kind: "closed" }): void {
    if (this.#state === "stopped") return;
    this.#stop = stop;
    this.doc.off("update", this.#onUpdate);
    this.awareness.off("update", this.#onAwareness);
    this.#cancelRetry();
    this.#drop();
    this.#become("stopped");
    this.#options.onStop?.(stop);
  }

  #connect(): void {
    this.#cancelRetry();
    const socket = this.#open(this.#options.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#send(messages.step1(Y.encodeStateVector(this.doc)));
      if (this.awareness.getLocalState() !== null) {
        this.#send(messages.awareness(encodeAwarenessUpdate(this.awareness, [this.doc.clientID])));
      }
    };
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#onMessage(new Uint8Array(event.data as ArrayBuffer));
    };
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#onClose(event.code);
    };
    this.#socket = socket;
    // What one waits for after a failure is told as offline, until it has succeeded.
    if (this.#attempts === 0) this.#become("connecting");
  }

  #onMessage(frame: Uint8Array): void {
    let message: messages.Message;
    try {
      message = messages.read(frame);
    } catch {
      // Half a frame. The rest of this connection cannot be trusted; the next one starts over.
      this.#lost();
      return;
    }
    if (ARRIVALS.has(message.kind)) this.#options.onArrival?.();
    switch (message.kind) {
      case "step1":
        this.#answer(message.stateVector);
        break;
      case "step2":
        Y.applyUpdate(this.doc, message.update, this);
        this.#synced = true;
        this.#settle();
        break;
      case "update":
        Y.applyUpdate(this.doc, message.update, this);
        break;
      case "awareness":
        applyAwarenessUpdate(this.awareness, message.update, this);
        break;
      case "saved":
        this.#onSaved(message.count);
        break;
      case "refused":
        this.close({ kind: "refused", sentence: message.sentence });
        break;
      case "told":
        this.#options.onTold?.(message.event);
        break;
      case "unknown":
        break;
    }
  }

  /** Gives the server all that it lacks, the updates made while it was away among it. */
  #answer(stateVector: Uint8Array): void {
    if (this.#answered) return;
    this.#answered = true;
    if (!this.#options.readOnly) {
      const update = Y.encodeStateAsUpdate(this.doc, stateVector);
      // Work of an earlier visit may be in it, which nobody has counted.
      this.#sent.push(Math.max(1, this.#waiting));
      this.#waiting = 0;
      this.#send(messages.step2(update));
      this.#await();
    }
    this.#settle();
  }

  #settle(): void {
    if (!this.#answered || !this.#synced) return;
    this.#attempts = 0;
    this.#become("live");
  }

  #onSaved(count: number): void {
    const newly = Math.min(count - this.#saved, this.#sent.length);
    if (newly <= 0) return;
    this.#saved += newly;
    this.#sent.splice(0, newly);
    this.#await();
    this.#changed();
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this || this.#options.readOnly) return;
    if (this.#socket && this.#answered) {
      this.#sent.push(1);
      this.#send(messages.update(update));
      if (this.#sent.length === 1) this.#await();
    } else {
      // The answer to the server's question will hold it.
      this.#waiting += 1;
    }
    this.#changed();
  };

  readonly #onAwareness = (
    { added, updated, removed }: { added: number[]; updated: number[]; removed: number[] },
    origin: unknown,
  ): void => {
    if (origin === this || !this.#socket) return;
    const own = [...added, ...updated, ...removed].filter((id) => id === this.doc.clientID);
    if (own.length > 0) this.#send(messages.awareness(encodeAwarenessUpdate(this.awareness, own)));
  };

  #send(frame: Uint8Array): void {
    try {
      this.#socket?.send(frame as Uint8Array<ArrayBuffer>);
    } catch {
      // Not open. Its close event follows, and what was to be sent goes with the next answer.
    }
  }

  /** Waits for the next `saved`, and no longer than one can be patient. */
  #await(): void {
    this.#cancelPatience();
    this.#cancelPatience = this.#sent.length > 0
      ? this.#wait(() => this.#lost(), PATIENCE)
      : () => {};
  }

  #onClose(code: number): void {
    switch (code) {
      case SIGNED_OUT:
        this.close({ kind: "signed-out" });
        break;
      case REFUSED:
        this.close({ kind: "refused", sentence: "" });
        break;
      case GONE:
        this.close({ kind: "gone" });
        break;
      default:
        this.#lost();
    }
  }

  #lost(): void {
    if (this.#state === "stopped") return;
    this.#drop();
    const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempts);
    this.#attempts += 1;
    // Spread, so that a server that was restarted is not asked by everybody at once.
    const wait = ceiling * (0.5 + this.#random() / 2);
    this.#cancelRetry();
    this.#cancelRetry = this.#wait(() => this.#connect(), wait);
    this.#become("offline");
  }

  /** Forgets the socket. What it had sent, and was not told saved, has to go once more. */
  #drop(): void {
    this.#cancelPatience();
    const socket = this.#socket;
    this.#socket = null;
    this.#waiting = this.unsaved;
    this.#sent = [];
    this.#saved = 0;
    this.#answered = false;
    this.#synced = false;
    if (socket) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID);
    removeAwarenessStates(this.awareness, others, this);
  }

  #become(state: State): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#changed();
  }

  #changed(): void {
    this.#options.onChange?.(this);
  }
}
