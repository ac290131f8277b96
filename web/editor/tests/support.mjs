// What the tests of shared editing have in common: a server in memory whose clock, network and
// disk are the test's, and an editor without a page.
import { EditorState } from "prosemirror-state";
import { Awareness } from "y-protocols/awareness";
import { ySyncPlugin, yUndoPlugin } from "../../node_modules/.tests/binding.mjs";
import * as Y from "yjs";
import { Connection } from "../../node_modules/.tests/connection.mjs";
import { fromServer, read, step1, step2, update as updateFrame } from "../../node_modules/.tests/messages.mjs";
import { schema } from "../../node_modules/.tests/schema.mjs";
import { suggesting, suggestions } from "../../node_modules/.tests/suggestions.mjs";
import { wholeCharacters } from "../../node_modules/.tests/whole_characters.mjs";

/** A random number from a seed, so that a failure can be had again. */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, {
    below: (limit) => Math.floor(next() * limit),
    pick: (list) => list[Math.floor(next() * list.length)],
  });
}

/** Timers that only run when the test says so. */
export class Clock {
  #timers = [];
  now = 0;

  wait = (run, milliseconds) => {
    const timer = { run, at: this.now + milliseconds };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  };

  pass(milliseconds) {
    this.now += milliseconds;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= this.now).sort((a, b) => a.at - b.at)[0];
      if (!due) return;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      due.run();
    }
  }
}

/** The server: what it has on disk is what it has acknowledged. */
export class Server {
  doc = new Y.Doc();
  lines = new Set();
  /** Whether updates reach the disk, and are acknowledged. */
  saves = true;
  refuses = null;

  constructor() {
    this.doc.on("update", (update, origin) => {
      for (const line of this.lines) {
        if (line !== origin) line.down(updateFrame(update));
      }
    });
  }

  open = () => new Line(this).socket;

  /** Lets everything that is under way arrive. */
  settle() {
    for (let busy = true; busy;) busy = [...this.lines].some((line) => line.step());
  }

  /** Something arrives, of anybody. Frames of one connection keep their order. */
  arrive(random) {
    const busy = [...this.lines].filter((line) => line.isBusy);
    if (busy.length === 0) return false;
    return random.pick(busy).step(random);
  }

  save() {
    for (const line of this.lines) line.save();
  }
}

/** One connection as the network has it: frames on their way up and down. */
class Line {
  #server;
  #up = [];
  #down = [];
  #received = 0;
  #open = false;
  sent = [];

  constructor(server) {
    this.#server = server;
    this.socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send: (frame) => {
        this.sent.push(frame);
        this.#up.push(frame);
      },
      close: () => server.lines.delete(this),
    };
    server.lines.add(this);
  }

  get isBusy() {
    return !this.#open || this.#up.length > 0 || this.#down.length > 0;
  }

  down(frame) {
    this.#down.push(frame);
  }

  /** One thing happens. */
  step(random = null) {
    if (!this.#open) {
      this.#open = true;
      this.socket.onopen?.();
      this.down(step1(Y.encodeStateVector(this.#server.doc)));
      return true;
    }
    const upFirst = random ? random() < 0.5 : true;
    if (this.#up.length > 0 && (upFirst || this.#down.length === 0)) {
      this.#take(this.#up.shift());
      return true;
    }
    if (this.#down.length > 0) {
      this.socket.onmessage?.({ data: this.#down.shift().slice().buffer });
      return true;
    }
    return false;
  }

  /** The connection breaks: nothing that was under way arrives. */
  cut(code = 1006) {
    this.#server.lines.delete(this);
    this.#up = [];
    this.#down = [];
    this.socket.onclose?.({ code });
  }

  save() {
    this.down(fromServer.saved(this.#received));
  }

  #take(frame) {
    const message = read(frame);
    switch (message.kind) {
      case "step1":
        this.down(step2(Y.encodeStateAsUpdate(this.#server.doc, message.stateVector)));
        break;
      case "step2":
      case "update":
        if (this.#server.refuses !== null) {
          this.down(fromServer.refused(this.#server.refuses));
          return;
        }
        this.#received += 1;
        Y.applyUpdate(this.#server.doc, message.update, this);
        if (this.#server.saves) this.save();
        break;
      case "awareness":
        for (const line of this.#server.lines) {
          if (line !== this) line.down(frame);
        }
        break;
    }
  }
}

/** A page with a connection, and an editor on its body. */
export class Client {
  doc = new Y.Doc();
  awareness = new Awareness(this.doc);
  changes = 0;
  stops = [];
  told = [];

  constructor(server, clock, name, options = {}) {
    this.name = name;
    this.server = server;
    // The test's clock does not run this one.
    clearInterval(this.awareness._checkInterval);
    this.connection = new Connection({
      doc: this.doc,
      awareness: this.awareness,
      url: "test",
      open: server.open,
      wait: clock.wait,
      random: () => 0.5,
      onChange: () => (this.changes += 1),
      onStop: (stop) => this.stops.push(stop),
      onTold: (event) => this.told.push(event),
      ...options,
    });
  }

  /** Its connection now; none while it waits. */
  line() {
    return [...this.server.lines].at(-1);
  }

  edit() {
    this.view ??= new View(this.doc.getXmlFragment("body"), { id: this.name, name: this.name });
    return this.view;
  }

  close() {
    this.view?.destroy();
    this.connection.close();
    this.awareness.destroy();
  }
}

/** As much of ProseMirror's view as y-prosemirror needs. */
export class View {
  #plugins = [];
  now = "2026-01-01T00:00:00.000Z";

  constructor(fragment, author, plugins = []) {
    this.author = author;
    this.state = EditorState.create({
      schema,
      plugins: [ySyncPlugin(fragment), yUndoPlugin(), ...suggestions(), wholeCharacters(), ...plugins],
    });
    for (const plugin of this.state.plugins) {
      if (plugin.spec.view) this.#plugins.push(plugin.spec.view.call(plugin, this));
    }
  }

  dispatch = (tr) => {
    const before = this.state;
    this.state = before.apply(suggesting(tr, before, this.author, () => new Date(this.now)));
    for (const plugin of this.#plugins) plugin.update?.(this, before);
  };

  hasFocus() {
    return false;
  }

  destroy() {
    for (const plugin of this.#plugins) plugin.destroy?.();
  }
}
