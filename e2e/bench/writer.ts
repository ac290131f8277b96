import { once } from "node:events";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import WebSocket from "ws";
import * as Y from "yjs";

/** Between two letters of one who writes. */
const pace = 400;
/** The kinds of message, as `web/editor/messages.ts` has them. */
const sync = 0;
const saved = 2;
const refused = 3;
const [step1, step2, update] = [0, 1, 2];

/** A browser's half of a shared story, without the browser. */
export class Writer {
  /** How many updates it has sent. */
  sent = 0;
  #saved = 0;
  #doc = new Y.Doc();
  #timer: NodeJS.Timeout | undefined;
  #wake = () => {};

  private constructor(private readonly socket: WebSocket) {
    socket.on("message", (frame: Buffer) => this.#hears(new Uint8Array(frame)));
    this.#doc.on("update", (bytes: Uint8Array, from: unknown) => {
      if (from !== this) this.#sends(update, bytes);
    });
  }

  /** Opens the story, and has all of it. */
  static async enters(origin: string, path: string, cookie: string): Promise<Writer> {
    const page = await (await fetch(origin + path, { headers: { cookie } })).text();
    const config = /id="editor-config">(.*?)<\/script>/s.exec(page)?.[1];
    if (!config) throw new Error(`${path} is no story to write in`);
    const { syncUrl } = JSON.parse(config) as { syncUrl: string };
    const address = new URL(syncUrl, origin.replace("http", "ws"));
    const socket = new WebSocket(address, { headers: { cookie, origin } });
    const writer = new Writer(socket);
    await once(socket, "open");
    socket.send(frame(step1, Y.encodeStateVector(writer.#doc)));
    while (!writer.#text()) await writer.#changed();
    return writer;
  }

  /** Types a letter now and then. */
  begins(): void {
    const types = () => {
      this.#text()!.insert(0, "e");
      this.#timer = setTimeout(types, pace);
    };
    this.#timer = setTimeout(types, Math.random() * pace);
  }

  pauses(): void {
    clearTimeout(this.#timer);
  }

  /** Waits until all that it has sent is on the server's disk. */
  async saved(): Promise<void> {
    while (this.#saved < this.sent) await this.#changed();
  }

  leaves(): void {
    this.socket.close();
  }

  /** The first run of text in the body. */
  #text(): Y.XmlText | undefined {
    const walk = this.#doc.getXmlFragment("body").createTreeWalker((node) => node instanceof Y.XmlText);
    return walk.next().value as Y.XmlText | undefined;
  }

  #hears(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    switch (decoding.readVarUint(decoder)) {
      case sync:
        if (decoding.readVarUint(decoder) === step1) {
          // It is asked for what the server lacks: nothing.
          const state = decoding.readVarUint8Array(decoder);
          this.#sends(step2, Y.encodeStateAsUpdate(this.#doc, state));
        } else {
          Y.applyUpdate(this.#doc, decoding.readVarUint8Array(decoder), this);
        }
        break;
      case saved:
        this.#saved = decoding.readVarUint(decoder);
        break;
      case refused:
        throw new Error(`the server refused: ${decoding.readVarString(decoder)}`);
    }
    this.#wake();
  }

  #sends(kind: number, bytes: Uint8Array): void {
    this.sent += 1;
    this.socket.send(frame(kind, bytes));
  }

  #changed(): Promise<void> {
    return new Promise((settle) => (this.#wake = settle));
  }
}

function frame(kind: number, bytes: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sync);
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}
