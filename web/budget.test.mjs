// Holds what readers download to its budget. Runs on a finished build.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";

const dist = new URL("dist/", import.meta.url);

/** Names of XML's vocabularies. */
const NAMED = ["://www.w3.org"];
/** How the player names a format, and the end of a pattern that reads like an address. */
const NAMED_BY_PLAYER = [...NAMED, "https://aomedia.org", "//i.test"];
/** Where warnings of the editor's libraries say that one may read on. */
const NAMED_BY_EDITOR = [...NAMED, "https://github.com", "https://prosemirror.net"];

for (const [page, script] of [["an article", "reader"], ["an account", "account"]]) {
  test(`the script of ${page} is at most 10 KB, compressed`, async () => {
    assert.ok((await sent(script)) <= 10 * 1024);
  });
}

test("the editor's script is at most 160 KB, compressed", async () => {
  assert.ok((await sent("editor")) <= 160 * 1024);
});

test("the player's script is at most 200 KB, compressed", async () => {
  assert.ok((await sent("player")) <= 200 * 1024);
});

test("a meeting's script is at most 60 KB, compressed, and that of its sealing 4 KB", async () => {
  assert.ok((await sent("meet")) <= 60 * 1024);
  assert.ok((await sent("sealing")) <= 4 * 1024);
});

test("the script that tests devices and network is at most 8 KB, compressed", async () => {
  assert.ok((await sent("self_test")) <= 8 * 1024);
});

test("what makes invitations is at most 5 KB, compressed", async () => {
  assert.ok((await sent("invitations")) <= 5 * 1024);
});

test("what is sent compressed is the same", async () => {
  const names = await readdir(new URL("assets/", dist));
  const coded = names.filter((name) => name.endsWith(".gz"));
  assert.notDeepEqual(coded, []);
  for (const name of coded) {
    const plain = await readFile(new URL(`assets/${name.slice(0, -3)}`, dist));
    assert.deepEqual(gunzipSync(await readFile(new URL(`assets/${name}`, dist))), plain, name);
  }
});

test("the style inside a page is at most 14 KB, as it stands", async () => {
  const styles = await readdir(new URL("styles/", dist));
  assert.notDeepEqual(styles, []);
  for (const name of styles) {
    const { length } = await readFile(new URL(`styles/${name}`, dist));
    assert.ok(length <= 14 * 1024, `${name} is ${length} bytes`);
  }
});

test("nothing is fetched from elsewhere", async () => {
  for (const folder of ["assets/", "styles/"]) {
    for (const name of await readdir(new URL(folder, dist))) {
      if (/\.(br|gz)$/.test(name)) continue;
      const source = await readFile(new URL(folder + name, dist), "utf8");
      const addresses = source.match(/(https?:)?\/\/[a-z0-9.-]+\.[a-z]+/gi) ?? [];
      const named = { editor: NAMED_BY_EDITOR, player: NAMED_BY_PLAYER }[name.split("-")[0]] ?? NAMED;
      assert.deepEqual(addresses.filter((url) => !named.some((known) => url.endsWith(known))), [], name);
    }
  }
});

test("the lock file names no registry", async () => {
  const lock = await readFile(new URL("package-lock.json", import.meta.url), "utf8");
  assert.doesNotMatch(lock, /"resolved": "http/);
});

/** The bytes of a script, the only one of this name, in the worse of its compressed forms. */
async function sent(name) {
  const files = await readdir(new URL("assets/", dist));
  const [script, ...others] = files.filter((it) => it.startsWith(`${name}-`) && it.endsWith(".js"));
  assert.deepEqual(others, []);
  const forms = [`${script}.gz`, `${script}.br`].map((form) => new URL(`assets/${form}`, dist));
  return Math.max(...(await Promise.all(forms.map(async (form) => (await readFile(form)).length))));
}
