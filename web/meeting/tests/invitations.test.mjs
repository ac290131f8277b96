import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { createHash, createHmac, hkdfSync, webcrypto } from "node:crypto";
import { afterEach, test } from "node:test";
import { parseHTML } from "linkedom";
import { fromText, toText } from "../../node_modules/.meeting-tests/meeting/bytes.mjs";
import { drawRoot, drawSalt, fragment, invite, isInvitees, macOf, readFragment, token, verifier } from "../../node_modules/.meeting-tests/meeting/invitations.mjs";
import { rootOf } from "../../node_modules/.meeting-tests/meeting/store.mjs";
import { makeInvitations } from "../../node_modules/.meeting-tests/newsroom/invite.mjs";

const MEETING = "0196a1b0-0000-7000-8000-000000000000";
const CHAIR = "0196a1b0-0000-7000-8000-000000000001";
const AIDE = "0196a1b0-0000-7000-8000-000000000002";
const derived = (from, info, salt = "") => new Uint8Array(hkdfSync("sha256", from, salt, info, 32));

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
  const asks = { seat: AIDE, salt: "", mac: toText(mac) };
  assert.equal(await isInvitees(root, asks, Buffer.from("key")), true);
  assert.equal(await isInvitees(root, { ...asks, seat: CHAIR }, Buffer.from("key")), false);

  // With a salt it is another's: neither knows the other.
  const salt = drawSalt(webcrypto);
  const anew = await invite(root, AIDE, false, salt);
  assert.deepEqual(anew.seatSecret, derived(root, `tribune seat ${AIDE}`, salt));
  assert.deepEqual(anew.meetingSecret, meetingSecret);
  assert.equal(await isInvitees(root, { ...asks, salt: toText(salt) }, Buffer.from("key")), false);
  const macAnew = toText(await macOf(anew.seatSecret, Buffer.from("key")));
  assert.equal(await isInvitees(root, { seat: AIDE, salt: toText(salt), mac: macAnew }, Buffer.from("key")), true);
  assert.equal(await isInvitees(root, { ...asks, mac: macAnew }, Buffer.from("key")), false);
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
  for (const isChair of [true, false]) {
    const anew = await invite(root, CHAIR, isChair, drawSalt(webcrypto));
    assert.deepEqual(await readFragment(fragment(anew)), anew);
  }
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
<input type="hidden" name="verifier-${CHAIR}" data-seat="${CHAIR}" data-chair="true" data-invited="false" data-name="Head of delegation">
<input type="hidden" name="salt-${CHAIR}" value="">
<input type="hidden" name="verifier-${AIDE}" data-seat="${AIDE}" data-chair="false" data-invited="false" data-name="Adviser">
<input type="hidden" name="salt-${AIDE}" value="">
<button>Make invitations</button>
<button type="button" data-links-again hidden>Show again</button>
<button type="button" data-links-file hidden>File</button>
<p data-invite-trouble hidden></p>
<p data-invite-told hidden>The former opens nothing.</p>
</form>
<output data-link="${CHAIR}"></output><output data-link="${AIDE}"></output>`;

const untouched = { document: globalThis.document, fetch: globalThis.fetch, FormData: globalThis.FormData };
afterEach(() => Object.assign(globalThis, untouched));

/** The newsroom's page in a browser, and what it asks of the server. */
function opened(known = {}, answer = { ok: true, status: 200, text: async () => "" }) {
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
      for (const input of this.form.querySelectorAll("input")) yield [input.getAttribute("name"), input.value ?? ""];
    }
  };
  const form = document.querySelector("form");
  Object.defineProperty(form, "action", { value: form.getAttribute("action") });
  for (const input of form.querySelectorAll("input")) Object.defineProperty(input, "form", { value: form });
  Object.assign(form.dataset, known);
  for (const seat of form.querySelectorAll("[data-seat]")) seat.dataset.invited = String("knownSeat" in known);
  const links = () => [...document.querySelectorAll("output")].map((output) => output.querySelector("code")?.textContent ?? "");
  const until = async (what) => {
    while (!what()) {
      const said = document.querySelector("[data-invite-trouble]").textContent;
      if (said && answer.ok) throw new Error(said);
      await new Promise((turn) => setTimeout(turn));
    }
  };
  const knownNow = () => Object.fromEntries(["knownSeat", "knownSalt", "knownVerifier"].map((name) => [name, form.dataset[name]]));
  return { document, asked, links, until, known: knownNow, submit: (kind, seat = "") => {
    const submitter = document.createElement("button");
    if (kind) submitter.setAttribute(kind, seat);
    form.dispatchEvent(Object.assign(new Event("submit", { cancelable: true }), { submitter }));
    return until(() => !submitter.disabled);
  } };
}

test("the server gets verifiers and no secret, and each link leads to its seat", async () => {
  const page = opened();
  await makeInvitations(webcrypto);
  await page.submit();
  const [{ url, method, body }] = page.asked;
  assert.equal(page.asked.length, 1);
  assert.deepEqual([method, url], ["POST", `https://site.example/newsroom/meetings/${MEETING}/invitations`]);
  const invitations = await Promise.all(page.links().map((text) => readFragment(new URL(text).hash)));
  assert.deepEqual(invitations.map(({ seat, root }) => [seat, root !== null]), [[CHAIR, true], [AIDE, false]]);
  const sent = new URLSearchParams(body);
  const names = [CHAIR, AIDE].flatMap((seat) => [`salt-${seat}`, `verifier-${seat}`]);
  assert.deepEqual([...sent.keys()].sort(), ["csrf", ...names].sort());
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
  await first.submit();
  const page = opened(first.known());
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
  for (const kind of [null, null, "data-invite-anew"]) {
    const page = opened();
    await makeInvitations(webcrypto);
    await page.submit(kind);
    secrets.push(toText((await readFragment(new URL(page.links()[1]).hash)).meetingSecret));
  }
  assert.equal(secrets[0], secrets[1]);
  assert.notEqual(secrets[1], secrets[2]);
});

test("a new link for one seat is another, from the same root, and the others stay", async () => {
  const page = opened();
  await makeInvitations(webcrypto);
  await page.submit();
  const [chair, aide] = page.links();
  const told = page.document.querySelector("[data-invite-told]");
  assert.equal(told.hidden, true);
  await page.submit("data-invite-seat", AIDE);
  assert.equal(told.hidden, false);
  assert.equal(page.links()[0], chair);
  const [was, is] = await Promise.all([aide, page.links()[1]].map((text) => readFragment(new URL(text).hash)));
  assert.deepEqual(is.meetingSecret, was.meetingSecret);
  assert.notDeepEqual(is.seatSecret, was.seatSecret);
  const sent = new URLSearchParams(page.asked[1].body);
  assert.equal(sent.get(`verifier-${CHAIR}`), "");
  assert.equal(sent.get(`verifier-${AIDE}`), toText(await verifier(is.seatSecret)));
  assert.deepEqual(fromText(sent.get(`salt-${AIDE}`)).length, 16);
  // Made again with the others it stays what it is.
  const before = page.links();
  await page.submit();
  assert.equal(told.hidden, true);
  assert.deepEqual(page.links(), before);
  assert.equal(new URLSearchParams(page.asked[2].body).get(`verifier-${AIDE}`), toText(await verifier(is.seatSecret)));
});

test("a seat whose holder was sent out gets another link than the one that they have", async () => {
  const page = opened();
  await makeInvitations(webcrypto);
  await page.submit();
  const aide = page.links()[1];
  page.document.querySelectorAll("[data-seat]")[1].dataset.emptied = "true";
  await page.submit();
  assert.notEqual(page.links()[1], aide);
});

test("another browser makes no link that would lead to nobody", async () => {
  const first = opened();
  await makeInvitations(webcrypto);
  await first.submit();
  const known = first.known();
  // It has no root, or one from before the other made all links anew.
  for (const root of [null, drawRoot(webcrypto)]) {
    const page = opened(known);
    const keep = { rootOf: async () => root, keepRoot: async () => assert.fail("nothing was made") };
    await makeInvitations(webcrypto, keep);
    assert.equal(page.document.querySelector("[data-links-again]").hidden, true);
    const trouble = page.document.querySelector("[data-invite-trouble]");
    for (const [kind, seat] of [["data-invite-seat", AIDE], [undefined, undefined]]) {
      trouble.textContent = "";
      await page.submit(kind, seat).catch(() => {});
      assert.match(trouble.textContent, /another browser/);
    }
    assert.equal(page.asked.length, 0);
  }
});

test("what the server refuses makes no links", async () => {
  const page = opened({}, { ok: false, status: 409, text: async () => "Somebody is in the meeting." });
  const before = await rootOf(MEETING);
  await makeInvitations(webcrypto);
  page.submit();
  const trouble = page.document.querySelector("[data-invite-trouble]");
  await page.until(() => trouble.textContent);
  assert.equal(trouble.textContent, "Somebody is in the meeting.");
  assert.deepEqual(page.links(), ["", ""]);
  assert.deepEqual(await rootOf(MEETING), before);
});
