import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { WORDS } from "../../node_modules/.meeting-tests/meeting/words.mjs";
import { messages, page, template } from "./page.mjs";

test("the page hands over each word that the script says, in every language, and no other", async () => {
  const expected = [...WORDS].sort();
  const source = await template();
  const handed = [...source.matchAll(/^"([a-z-]+)": \{\{ t\("meet-([a-z-]+)"/gm)].map(([, key, name]) => (assert.equal(key, name), key));
  assert.deepEqual(handed.sort(), expected);
  for (const language of ["en", "es"]) {
    const known = [...(await messages(language)).keys()].map((name) => name.slice("meet-".length));
    assert.deepEqual(known.filter((name) => name !== "script").sort(), expected, language);
  }
});

test("every blank of a word is filled by the page", async () => {
  for (const language of ["en", "es"]) {
    const rendered = await page({ id: "x", title: "</script><b>", language });
    const json = JSON.parse(/id="meet-config">([^]*?)<\/script>/.exec(rendered)[1]);
    assert.equal(json.title, "</script><b>");
    for (const text of Object.values(json.words)) assert.doesNotMatch(text, /\$/);
  }
});

test("each word is said somewhere", async () => {
  const folder = new URL("../", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts") && name !== "words.ts");
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")))).join("\n");
  // Put together of two parts.
  const composed = /^(camera|microphone|key|item|item-is|stage|photo)-/;
  const unsaid = WORDS.filter((word) => !composed.test(word) && !source.includes(`"${word}"`));
  assert.deepEqual(unsaid, []);
});
