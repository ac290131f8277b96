import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, test } from "node:test";
import { moduleOf } from "../module_of.mjs";

const { proof, solve } = await moduleOf(new URL("proof.ts", import.meta.url));
const { sha256 } = await moduleOf(new URL("sha256.ts", import.meta.url));
const hashed = (text) => createHash("sha256").update(text).digest("hex");
const salt = "0a1b2c?expires=1767268800&";
const given = (number) => ({
  algorithm: "SHA-256",
  challenge: hashed(salt + number),
  maxnumber: 3_000,
  salt,
  signature: "f00",
});
const { fetch } = globalThis;
afterEach(() => {
  globalThis.fetch = fetch;
});

test("the hash is SHA-256, whatever the length", () => {
  for (let length = 0; length < 200; length++) {
    const text = "abcdefghij".repeat(20).slice(0, length);
    assert.equal(sha256(text), hashed(text), `${length} letters`);
  }
});

test("the number is found, and none where there is none", async () => {
  for (const number of [0, 1, 2_999, 3_000]) assert.equal(await solve(given(number)), number);
  assert.equal(await solve(given(3_001)), undefined);
});

test("a proof is made when the site asks for one, and only then", async () => {
  const asked = [];
  const site = (answer) => {
    globalThis.fetch = async (address) => {
      asked.push(address);
      return answer();
    };
  };
  site(() => Response.json(given(77)));
  const { challenge, signature } = given(77);
  assert.deepEqual(JSON.parse(atob(await proof("an-article"))), {
    algorithm: "SHA-256", challenge, number: 77, salt, signature,
  });
  assert.deepEqual(asked, ["/comments/challenge?article=an-article"]);
  site(() => new Response(null, { status: 204 }));
  assert.equal(await proof("an-article"), undefined);
  site(() => new Response("nonsense", { status: 200 }));
  assert.equal(await proof("an-article"), undefined);
  site(() => Promise.reject(new Error("offline")));
  assert.equal(await proof("an-article"), undefined);
});
