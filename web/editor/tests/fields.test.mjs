import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { difference, shifted } from "../../node_modules/.tests/fields.mjs";
import { once } from "../../node_modules/.tests/ordered_field.mjs";

function applied(before, { at, remove, insert }) {
  return before.slice(0, at) + insert + before.slice(at + remove);
}

test("a difference leads from the one text to the other", () => {
  const texts = ["", "a", "aa", "aaa", "abc", "axc", "abcabc", "👍", "👎", "a👍b", "a👎b", "👍👍", "été", "ete"];
  for (const before of texts) {
    for (const after of texts) {
      for (let caret = 0; caret <= after.length; caret++) {
        const change = difference(before, after, caret);
        assert.equal(applied(before, change), after, JSON.stringify([before, after, caret]));
        assert.ok(change.remove >= 0);
      }
    }
  }
});

test("what was typed stands at the caret, where several places would do", () => {
  assert.deepEqual(difference("aa", "aaa", 1), { at: 0, remove: 0, insert: "a" });
  assert.deepEqual(difference("aa", "aaa", 3), { at: 2, remove: 0, insert: "a" });
  assert.deepEqual(difference("the cat", "the big cat", 8), { at: 4, remove: 0, insert: "big " });
});

test("no difference cuts a character in two", () => {
  // These two share their first half.
  const { at, remove, insert } = difference("a👍b", "a👎b", 3);
  assert.deepEqual([at, remove, insert], [1, 2, "👎"]);
});

test("a caret stays at its words when others type", () => {
  for (const [offset, delta, wanted] of [
    [5, [{ insert: "abc" }], 8],
    [5, [{ retain: 5 }, { insert: "abc" }], 5],
    [5, [{ retain: 6 }, { insert: "abc" }], 5],
    [5, [{ retain: 1 }, { delete: 2 }], 3],
    [5, [{ retain: 4 }, { delete: 4 }], 4],
    [5, [{ delete: 9 }], 0],
    [5, [{ retain: 1 }, { delete: 1 }, { insert: "xyz" }, { retain: 1 }, { insert: "q" }], 8],
  ]) assert.equal(shifted(offset, delta), wanted, JSON.stringify(delta));
});

test("two people in one headline lose nothing", () => {
  const [one, other] = [new Y.Doc(), new Y.Doc()];
  const type = (doc, after, caret) => {
    const text = doc.getText("headline");
    const { at, remove, insert } = difference(text.toString(), after, caret);
    doc.transact(() => {
      text.delete(at, remove);
      text.insert(at, insert);
    });
  };
  type(one, "Talks end", 9);
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
  type(one, "Peace talks end", 6);
  type(other, "Talks end early", 15);
  Y.applyUpdate(other, Y.encodeStateAsUpdate(one));
  Y.applyUpdate(one, Y.encodeStateAsUpdate(other));
  assert.equal(one.getText("headline").toString(), other.getText("headline").toString());
  assert.match(one.getText("headline").toString(), /Peace.*alks end early/);
});

test("what two people moved at once stands in a list once", () => {
  const list = [{ person: "a" }, { person: "b", role: "x" }, { person: "a", role: "y" }];
  assert.deepEqual(once(list, (one, other) => one.person === other.person), list.slice(0, 2));
});
