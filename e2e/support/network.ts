/* A stretch of network between browsers and a server's port for media, in which things go wrong. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** What does not fit through a narrow line waits for so long at most. */
const WAITS_MS = 400;

/** Passes datagrams on, as well as it is told to. */
export class Network {
  /** Nothing gets through. */
  isCut = false;
  /** Of each hundred datagrams so many are lost. */
  lost = 0;
  /** Each browser may send and receive so much at most. */
  kbitPerSecond = Infinity;
  /** What got through, to look at. */
  passed = 0;
  private readonly inner = new Map<string, Socket>();
  private readonly freeAt = new Map<string, number>();
  private random = 1;

  private constructor(
    readonly address: string,
    private readonly outer: Socket,
    readonly port: number,
  ) {
    outer.on("message", (datagram, { address, port }) => {
      const from = `${address}:${port}`;
      let inner = this.inner.get(from);
      if (!inner) {
        this.inner.set(from, (inner = createSocket("udp4").bind(0, "127.0.0.1")));
        inner.on("message", (answer) => this.pass(`to ${from}`, answer.length, () => outer.send(answer, port, address)));
      }
      const to = inner;
      this.pass(`from ${from}`, datagram.length, () => to.send(datagram, this.port, "127.0.0.1"));
    });
  }

  /** Leads to this port of the machine. */
  static async to(port: number): Promise<Network> {
    const outer = createSocket("udp4").bind(0, "127.0.0.1");
    await once(outer, "listening");
    return new Network(`127.0.0.1:${(outer.address() as AddressInfo).port}`, outer, port);
  }

  close(): void {
    for (const socket of [this.outer, ...this.inner.values()]) socket.close();
    this.inner.clear();
    this.isCut = true;
  }

  private pass(way: string, bytes: number, send: () => void): void {
    if (this.isCut || this.chance() < this.lost / 100) return;
    const now = performance.now();
    const leaves = Math.max(now, this.freeAt.get(way) ?? 0) + (bytes * 8) / this.kbitPerSecond;
    if (leaves - now > WAITS_MS) return;
    this.freeAt.set(way, leaves);
    const go = () => {
      if (this.isCut) return;
      this.passed += 1;
      send();
    };
    if (leaves - now < 1) go();
    else setTimeout(go, leaves - now);
  }

  /** The same each time, so that what failed once fails again. */
  private chance(): number {
    this.random = (this.random * 48_271) % 0x7fffffff;
    return this.random / 0x7fffffff;
  }
}
