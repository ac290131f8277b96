// Holds what readers download to its budget. Runs on a finished build.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";

const dist = new URL("dist/", import.meta.url);

/** Names of XML's vocabularies. */
const NAMED = ["://www.w3.org"];
/** Where warnings of the editor's libraries say that one may read on. */
const NAMED_BY_EDITOR = [...NAMED, "https://github.com", "https://prosemirror.net"];

for (const [page, script] of [["an article", "reader-"], ["an account", "account-"]]) {
  test(`the script of ${page} is at most 10 KB, compressed`, async () => {
    const [name, ...others] = (await readdir(new URL("assets/", dist))).filter((file) =>
      file.startsWith(script),
    );
    assert.deepEqual(others, []);
    const source = await readFile(new URL(`assets/${name}`, dist));
    assert.ok(gzipSync(source).length <= 10 * 1024);
    assert.ok(brotliCompressSync(source).length <= 10 * 1024);
  });
}

test("the editor's script is at most 160 KB, compressed", async () => {
  const [name, ...others] = (await readdir(new URL("assets/", dist))).filter((file) =>
    file.startsWith("editor-") && file.endsWith(".js"),
  );
  assert.deepEqual(others, []);
  assert.ok(gzipSync(await readFile(new URL(`assets/${name}`, dist))).length <= 160 * 1024);
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
      const source = await readFile(new URL(folder + name, dist), "utf8");
      const addresses = source.match(/(https?:)?\/\/[a-z0-9.-]+\.[a-z]+/gi) ?? [];
      const named = name.startsWith("editor-") ? NAMED_BY_EDITOR : NAMED;
      assert.deepEqual(addresses.filter((url) => !named.some((known) => url.endsWith(known))), [], name);
    }
  }
});

test("the lock file names no registry", async () => {
  const lock = await readFile(new URL("package-lock.json", import.meta.url), "utf8");
  assert.doesNotMatch(lock, /"resolved": "http/);
});
