import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync, webcrypto } from "node:crypto";
import { afterEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { fromText, toText } from "../../node_modules/.meeting-tests/meeting/bytes.mjs";
import { drawRoot, fragment, invite, isInvitees, macOf, readFragment, token, verifier } from "../../node_modules/.meeting-tests/meeting/invitations.mjs";
import { rootOf } from "../../node_modules/.meeting-tests/meeting/store.mjs";
import { makeInvitations } from "../../node_modules/.meeting-tests/newsroom/invite.mjs";

const MEETING = "0196a1b0-0000-7000-8000-000000000000";
const CHAIR = "0196a1b0-0000-7000-8000-000000000001";
const AIDE = "0196a1b0-0000-7000-8000-000000000002";
const derived = (from, info) => new Uint8Array(hkdfSync("sha256", from, "", info, 32));

test("secrets are derived as the protocol says, by another's hand", async () => {
  const root = Uint8Array.from({ length: 32 }, (_, at) => at);
  const { seatSecret, meetingSecret } = await invite(root, AIDE, false);
  assert.deepEqual(meetingSecret, derived(root, "tribune meeting"));
  assert.deepEqual(seatSecret, derived(root, `tribune seat ${AIDE}`));
  assert.deepEqual(await token(seatSecret), derived(seatSecret, "tribune token"));
  const expected = createHash("sha256").update(derived(seatSecret, "tribune token")).digest();
  assert.deepEqual(Buffer.from(await verifier(seatSecret)), expected);
  const mac = createHmac("sha256", derived(seatSecret, "tribune mac")).update("key").digest();
  assert.deepEqual(Buffer.from(await macOf(seatSecret, Buffer.from("key"))), mac);
  assert.equal(await isInvitees(root, AIDE, Buffer.from("key"), mac), true);
  assert.equal(await isInvitees(root, CHAIR, Buffer.from("key"), mac), false);
});

test("a link brings a chair the root, and everybody else their own secrets alone", async () => {
  const root = drawRoot(webcrypto);
  const chair = await readFragment(`#${fragment(await invite(root, CHAIR, true))}`);
  assert.deepEqual(chair.root, root);
  const aide = await readFragment(fragment(await invite(root, AIDE, false)));
  assert.equal(aide.root, null);
  assert.deepEqual(aide, await invite(root, AIDE, false));
  assert.ok(!fragment(aide).includes(toText(root)));
  assert.match(fragment(aide), /^[0-9a-f-]{36}\.s\.[\w-]{86}$/);
});

test("a link that is not whole is none", async () => {
  const whole = fragment(await invite(drawRoot(webcrypto), AIDE, false));
  const broken = ["", "#", whole.slice(0, -2), `${whole}A`, whole.replace(".s.", ".r."), whole.replace(".s.", ".x."),
    `${whole}.more`, whole.slice(1), whole.replace(/.$/, "!"), whole.split(".")[0]];
  for (const text of broken) assert.equal(await readFragment(text), null, text);
});

test("base64url comes back as it was", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = webcrypto.getRandomValues(new Uint8Array(length));
    assert.equal(toText(bytes), Buffer.from(bytes).toString("base64url"));
    assert.deepEqual(fromText(toText(bytes)), bytes);
  }
});

const PAGE = `
<form data-invite data-meeting="${MEETING}" action="https://site.example/newsroom/meetings/${MEETING}/invitations">
<input type="hidden" name="csrf" value="token">
<input type="hidden" name="verifier-${CHAIR}" data-seat="${CHAIR}" data-chair="true" data-name="Head of delegation">
<input type="hidden" name="verifier-${AIDE}" data-seat="${AIDE}" data-chair="false" data-name="Adviser">
<button>Make invitations</button>
<button type="button" data-links-again hidden>Show again</button>
<button type="button" data-links-file hidden>File</button>
<p data-invite-trouble hidden></p>
</form>
<output data-link="${CHAIR}"></output><output data-link="${AIDE}"></output>`;

const untouched = { document: globalThis.document, fetch: globalThis.fetch, FormData: globalThis.FormData };
afterEach(() => Object.assign(globalThis, untouched));

/** The newsroom's page in a browser, and what it asks of the server. */
function opened(answer = { ok: true, status: 200, text: async () => "" }) {
  const { document, Event } = parseHTML(`<html><body>${PAGE}</body></html>`);
  const asked = [];
  globalThis.document = document;
  globalThis.location = { origin: "https://site.example" };
  globalThis.navigator ??= {};
  globalThis.fetch = async (url, options) => (asked.push({ url, ...options }), answer);
  globalThis.FormData = class {
    constructor(form) {
      this.form = form;
    }
    *[Symbol.iterator]() {
      for (const input of this.form.querySelectorAll("input")) yield [input.getAttribute("name"), input.value];
    }
  };
  const form = document.querySelector("form");
  Object.defineProperty(form, "action", { value: form.getAttribute("action") });
  const links = () => [...document.querySelectorAll("output")].map((output) => output.querySelector("code")?.textContent ?? "");
  const until = async (what) => {
    while (!what()) {
      const said = document.querySelector("[data-invite-trouble]").textContent;
      if (said && answer.ok) throw new Error(said);
      await new Promise((turn) => setTimeout(turn));
    }
  };
  return { document, asked, links, until, submit: (anew = false) => {
    const submitter = document.createElement("button");
    if (anew) submitter.setAttribute("data-invite-anew", "");
    form.dispatchEvent(Object.assign(new Event("submit", { cancelable: true }), { submitter }));
  } };
}

test("the server gets verifiers and no secret, and each link leads to its seat", async () => {
  const page = opened();
  await makeInvitations(webcrypto);
  page.submit();
  await page.until(() => page.links().every(Boolean));
  const [{ url, method, body }] = page.asked;
  assert.equal(page.asked.length, 1);
  assert.deepEqual([method, url], ["POST", `https://site.example/newsroom/meetings/${MEETING}/invitations`]);
  const invitations = await Promise.all(page.links().map((text) => readFragment(new URL(text).hash)));
  assert.deepEqual(invitations.map(({ seat, root }) => [seat, root !== null]), [[CHAIR, true], [AIDE, false]]);
  const sent = new URLSearchParams(body);
  assert.deepEqual([...sent.keys()].sort(), ["csrf", `verifier-${CHAIR}`, `verifier-${AIDE}`].sort());
  for (const { seat, seatSecret } of invitations) {
    assert.equal(sent.get(`verifier-${seat}`), toText(await verifier(seatSecret)));
  }
  const secrets = invitations.flatMap(({ root, seatSecret, meetingSecret }) => [root, seatSecret, meetingSecret]).filter(Boolean);
  for (const secret of secrets) assert.ok(!`${url}${body}`.includes(toText(secret)));
  assert.deepEqual(await rootOf(MEETING), invitations[0].root);
});

test("links that were made in this browser are shown in it again", async () => {
  const first = opened();
  await makeInvitations(webcrypto);
  first.submit();
  await first.until(() => first.links().every(Boolean));
  const page = opened();
  await makeInvitations(webcrypto);
  const again = page.document.querySelector("[data-links-again]");
  assert.equal(again.hidden, false);
  again.click();
  await page.until(() => page.links().every(Boolean));
  assert.deepEqual(page.links(), first.links());
  assert.deepEqual(page.asked, []);
});

test("a seat that is invited later gets the meeting's own secret, unless all is made anew", async () => {
  const secrets = [];
  for (const anew of [false, false, true]) {
    const page = opened();
    await makeInvitations(webcrypto);
    page.submit(anew);
    await page.until(() => page.links().every(Boolean));
    secrets.push(toText((await readFragment(new URL(page.links()[1]).hash)).meetingSecret));
  }
  assert.equal(secrets[0], secrets[1]);
  assert.notEqual(secrets[1], secrets[2]);
});

test("what the server refuses makes no links", async () => {
  const page = opened({ ok: false, status: 409, text: async () => "Somebody is in the meeting." });
  const before = await rootOf(MEETING);
  await makeInvitations(webcrypto);
  page.submit();
  const trouble = page.document.querySelector("[data-invite-trouble]");
  await page.until(() => trouble.textContent);
  assert.equal(trouble.textContent, "Somebody is in the meeting.");
  assert.deepEqual(page.links(), ["", ""]);
  assert.deepEqual(await rootOf(MEETING), before);
});
