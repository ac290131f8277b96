import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { moduleOf } from "../module_of.mjs";

const { Stills, nearest, read } = await moduleOf(new URL("stills.ts", import.meta.url));

const LIST = `WEBVTT

2026-09-21T14:13:20.000Z
00:00:00.000 --> 00:00:06.000
thumbnails/1790000000000.jpg

2026-09-21T14:13:26.000Z
00:00:06.000 --> 00:00:16.000
thumbnails/1790000006000.jpg
`;
const BASE = "https://tribune.example/channels/main/thumbnails.vtt";
const { fetch, location } = globalThis;
afterEach(() => Object.assign(globalThis, { fetch, location }));

test("a list tells which picture was taken when, and where it is", () => {
  assert.deepEqual(read(LIST, BASE), [
    { at: 1790000000000, address: "https://tribune.example/channels/main/thumbnails/1790000000000.jpg" },
    { at: 1790000006000, address: "https://tribune.example/channels/main/thumbnails/1790000006000.jpg" },
  ]);
  assert.deepEqual(read(LIST.replaceAll("\n", "\r\n"), BASE), read(LIST, BASE));
  for (const nothing of ["", "WEBVTT\n", "no\n\nlist", "The channel is off air.\n"]) assert.deepEqual(read(nothing, BASE), []);
});

test("the picture of a moment is the last that was taken by then", () => {
  const stills = read(LIST, BASE);
  const at = (moment) => nearest(stills, moment)?.at;
  assert.equal(at(1790000005999), 1790000000000);
  assert.equal(at(1790000006000), 1790000006000);
  assert.equal(at(1790000999000), 1790000006000);
  assert.equal(at(1780000000000), 1790000000000, "before the first there is the first");
  assert.equal(nearest([], 0), undefined);
});

test("the list is asked for when a picture is, once for many, and its absence is no trouble", async () => {
  let asked = [];
  let answers = () => new Response(LIST);
  Object.assign(globalThis, {
    location: { href: "https://tribune.example/live" },
    fetch: async (address) => (asked.push(address), answers()),
  });
  const stills = new Stills("/channels/main/thumbnails.vtt");
  assert.deepEqual(asked, []);
  const found = await Promise.all([1790000000000, 1790000007000].map((moment) => stills.of(moment)));
  assert.deepEqual(found.map((it) => it.slice(-9)), ["00000.jpg", "06000.jpg"]);
  assert.deepEqual(asked, [BASE]);
  for (const absent of [() => new Response("", { status: 404 }), () => Promise.reject(new TypeError("no network"))]) {
    answers = absent;
    assert.equal(await new Stills("/channels/main/thumbnails.vtt").of(1790000000000), undefined);
  }
});
