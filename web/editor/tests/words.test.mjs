// The editor's words in other languages: all of them, with the same blanks.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { ENGLISH } from "../../node_modules/.tests/words.mjs";

const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();

for (const language of ["es"]) {
  test(`nothing is missing from translations/${language}/editor.json`, async () => {
    const file = new URL(`../../../translations/${language}/editor.json`, import.meta.url);
    const words = JSON.parse(await readFile(file, "utf8"));
    assert.deepEqual(Object.keys(words).sort(), Object.keys(ENGLISH).sort());
    for (const [key, text] of Object.entries(words)) {
      assert.deepEqual(blanks(text), blanks(ENGLISH[key]), key);
    }
  });
}
