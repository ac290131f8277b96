// The copy of an article that this browser keeps, so that neither a dead network nor a closed
// laptop takes anybody's work.
import * as idb from "lib0/indexeddb";
import { IndexeddbPersistence } from "y-indexeddb";
import type * as Y from "yjs";

export interface Kept {
  /** Whether everything that was changed is in the browser's database. */
  readonly all: boolean;
  /** Whether this browser keeps anything. */
  readonly works: boolean;
  /** Forgets the article. */
  clear(): Promise<void>;
  destroy(): void;
}

/** Reads the browser's copy into `doc` and keeps it from then on. */
export async function keep(name: string, doc: Y.Doc, onChange: () => void): Promise<Kept> {
  // In a private window, or with storage forbidden, opening fails; y-indexeddb would not say so.
  if (!(await canOpen())) return NOTHING;
  const persistence = new IndexeddbPersistence(name, doc);
  // A database that hangs must not keep anybody from the article.
  await Promise.race([persistence.whenSynced, new Promise((go) => setTimeout(go, SLOWEST))]);
  return new Copy(persistence, doc, onChange);
}

/** Forgets an article that is not open. */
export function forget(name: string): Promise<void> {
  return idb.deleteDB(name).then(() => undefined, () => undefined);
}

class Copy implements Kept {
  readonly works = true;
  readonly #persistence: IndexeddbPersistence;
  readonly #doc: Y.Doc;
  readonly #onChange: () => void;
  /** How many updates were made, and how many of them were written. */
  #made = 0;
  #written = 0;

  constructor(persistence: IndexeddbPersistence, doc: Y.Doc, onChange: () => void) {
    this.#persistence = persistence;
    this.#doc = doc;
    this.#onChange = onChange;
    doc.on("update", this.#onUpdate);
  }

  get all(): boolean {
    return this.#written === this.#made;
  }

  async clear(): Promise<void> {
    this.destroy();
    await this.#persistence.clearData();
  }

  destroy(): void {
    this.#doc.off("update", this.#onUpdate);
    void this.#persistence.destroy();
  }

  readonly #onUpdate = (_update: Uint8Array, origin: unknown): void => {
    const db = this.#persistence.db;
    if (origin === this.#persistence || !db) return;
    this.#made += 1;
    const made = this.#made;
    // y-indexeddb does not tell when it has written. A database runs what concerns one store in
    // order, so what is asked after the write is answered after it.
    const [updates] = idb.transact(db, ["updates"], "readonly");
    if (!updates) return;
    idb.count(updates).then(
      () => {
        this.#written = Math.max(this.#written, made);
        if (this.all) this.#onChange();
      },
      // The disk is full, or the browser took the storage away: then it is not kept.
      () => this.#onChange(),
    );
  };
}

const SLOWEST = 3_000;

const NOTHING: Kept = {
  all: false,
  works: false,
  clear: () => Promise.resolve(),
  destroy: () => {},
};

function canOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open("tribune:probe", 1);
      request.onsuccess = () => {
        request.result.close();
        resolve(true);
      };
      request.onerror = () => resolve(false);
      request.onblocked = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}
