import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { keep } from "../../node_modules/.tests/offline.mjs";

/** Waits until `ready` holds. */
async function until(ready) {
  while (!ready()) await new Promise((turn) => setTimeout(turn));
}

test("what is written is kept, and there at the next visit", async () => {
  const doc = new Y.Doc();
  let changes = 0;
  const kept = await keep("one", doc, () => (changes += 1));
  assert.ok(kept.works && kept.all);
  doc.getText("headline").insert(0, "Kept");
  // Not before the database says so.
  assert.equal(kept.all, false);
  await until(() => kept.all);
  assert.ok(changes > 0);
  kept.destroy();

  const later = new Y.Doc();
  const again = await keep("one", later, () => {});
  assert.equal(later.getText("headline").toString(), "Kept");
  await again.clear();
  const empty = new Y.Doc();
  const third = await keep("one", empty, () => {});
  assert.equal(empty.getText("headline").toString(), "");
  third.destroy();
});

test("a browser that keeps nothing says so", async () => {
  const open = indexedDB.open.bind(indexedDB);
  indexedDB.open = () => {
    throw new Error("storage is forbidden");
  };
  const kept = await keep("two", new Y.Doc(), () => {});
  assert.deepEqual([kept.works, kept.all], [false, false]);
  kept.destroy();
  indexedDB.open = open;
});
