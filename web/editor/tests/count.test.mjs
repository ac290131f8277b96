import assert from "node:assert/strict";
import { test } from "node:test";
import { count, safeTag, textOf } from "../../node_modules/.tests/count.mjs";
import { schema } from "../../node_modules/.tests/schema.mjs";

test("words are counted as the language divides them", () => {
  assert.deepEqual(count("", "en"), { words: 0, minutes: 0 });
  assert.deepEqual(count("One, two—three. It’s four!", "en"), { words: 5, minutes: 1 });
  assert.equal(count("word ".repeat(1190), "en").minutes, 5);
  assert.ok(count("今日は天気がいいですね", "ja").words >= 4);
  assert.equal(count("汉字".repeat(1000), "zh").minutes, 4);
  assert.equal(safeTag("not a tag"), "en");
  assert.equal(count("a b", "not a tag").words, 2);
});

test("what somebody suggests to remove is not counted", () => {
  const mark = (name) => [schema.mark(name, { id: "s" })];
  const body = schema.node("doc", null, [
    schema.node("paragraph", null, [
      schema.text("kept "),
      schema.text("gone ", mark("deletion")),
      schema.text("new", mark("insertion")),
      schema.node("hard_break"),
      schema.text("\u200Blast"),
    ]),
    schema.node("divider"),
    schema.node("paragraph", null, schema.text("end")),
  ]);
  assert.equal(textOf(body).replace(/\s+/g, " "), "kept new last end");
});
