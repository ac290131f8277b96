/* Behind closed doors the server keeps and knows nothing of what is said, shown and written: it is
   looked for on its disk and in its memory, with what it may know beside it, which has to be found. */
import { randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import { Frames, sealedOf, secretsOf, startsOf } from "../../support/frames.ts";
import { devices, invited, meet, talks, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";
import type { Program } from "../../support/program.ts";
import { filesIn, kept, type Things, tracesIn, written } from "../../support/traces.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

/** A word that stands nowhere else. */
const word = () => Array.from(randomBytes(40), (byte) => String.fromCharCode(97 + (byte % 26))).join("");

test("what is said, shown and written is neither on the server's disk nor in its memory", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same server for a phone");
  test.setTimeout(300_000);
  const [item, fromAna, fromBo] = [word(), word(), word()];
  const links = await invited(program, somebody, { ...talks, agenda: [[item, 40]] });
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel")];
  const frames = [await Frames.of(ana.page), await Frames.of(bo.page)] as const;
  const mail = [await mailOf("Ana", ana.page), await mailOf("Bo", bo.page)] as const;
  const stills = await stillsOf(ana.page);
  await meet(ana, bo);
  await ana.writes(fromAna);
  await bo.reads(fromAna);
  await bo.writes(fromBo);
  await ana.reads(fromBo);
  await ana.presses("Chair");
  await ana.presses("Begin the meeting");
  await ana.presses("Propose an official photo");
  await expect(bo.page.getByRole("dialog").locator("canvas")).toBeVisible({ timeout: 20_000 });
  const [still] = await stills();

  const sent = [await frames[0].sent(), await frames[1].sent()] as const;
  const secrets: Things = {
    ...written("Ana's line", fromAna),
    ...written("Bo's line", fromBo),
    ...kept("the photo", still!),
    ...invitationOf("Ana's", links[0]!),
    ...invitationOf("Bo's", links[2]!),
    ...secretsOf("Ana", sent[0]),
    ...secretsOf("Bo", sent[1]),
  };
  const passed = { ...sealedOf("Ana", sent[0]), ...sealedOf("Bo", sent[1]) };
  const starts = startsOf([...sent[0], ...sent[1]]);
  const open: Things = { "the agenda": Buffer.from(item) };
  const letters = { ...(await mail[0]()), ...(await mail[1]()) };

  await test.step("while it is on", async () => {
    const memory = memoryOf(program);
    // Frames that have passed wait there to be asked for again: sealed, but for what they begin with.
    if (memory) {
      const known = tracesIn(memory, { ...open, ...passed });
      expect(known).toContain("the agenda");
      expect(known.filter((it) => /^(key frame|picture) \d/.test(it)), "sealed frames").not.toEqual([]);
      expect(tracesIn(memory, secrets), "in memory").toEqual([]);
    }
    const disk = filesIn(program.data);
    const onDisk = tracesIn(disk, { ...open, ...letters });
    expect(onDisk).toContain("the agenda");
    for (const who of ["Ana", "Bo"]) expect(onDisk.filter((it) => it.endsWith(`the mail of ${who}`)), "sealed mail").not.toEqual([]);
    expect(tracesIn(disk, { ...secrets, ...passed, ...starts }), "on disk").toEqual([]);
  });

  await ana.page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  await ana.pressesTwice("End the meeting", "Press again to end it for all");
  for (const one of [ana, bo]) await expect(one.page.getByRole("heading", { level: 1 })).toHaveText("The meeting has ended");
  await test.step("and afterwards", async () => {
    const [memory, disk] = [memoryOf(program), filesIn(program.data)];
    if (memory) expect(tracesIn(memory, { ...open, ...secrets }), "in memory").toEqual(["the agenda"]);
    expect(tracesIn(disk, { ...open, ...secrets, ...passed, ...starts, ...letters }), "on disk").toEqual(["the agenda"]);
  });
});

/** Null where the kernel lets nobody look: that is told, and the disk is searched all the same. */
function memoryOf(program: Program): Buffer[] | null {
  try {
    return program.memory();
  } catch (error) {
    if (!["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    test.info().annotations.push({ type: "not searched", description: `the server's memory: ${String(error)}` });
    return null;
  }
}

/** What stands behind the `#` of a link: the server is shown a hash of what is made of it. */
function invitationOf(whose: string, link: string): Things {
  const secret = Buffer.from(link.split(".").at(-1)!, "base64url");
  const parts = Array.from({ length: secret.length / 32 }, (_, at) => kept(`secret ${at} of ${whose} link`, secret.subarray(at * 32, at * 32 + 32)));
  return Object.assign({}, ...parts) as Things;
}

/** What goes out from here for the group's sake alone, in pieces: a database splits what is long. */
async function mailOf(who: string, page: Page): Promise<() => Promise<Things>> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (what) {
      said.push(String(what));
      send.call(this, what);
    };
  });
  return async () => {
    const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
    const letters = said.flatMap((it) => {
      const { ask, commit } = JSON.parse(it) as { ask?: { key_package: string }; commit?: { commit: string; welcome: string } };
      return [ask?.key_package, commit?.commit, commit?.welcome].map((it) => Buffer.from(it ?? "", "base64url"));
    });
    const pieces = letters.flatMap((it) => Array.from({ length: Math.floor(it.length / 32) }, (_, at) => it.subarray(at * 32, at * 32 + 32)));
    return Object.fromEntries(pieces.map((it, at) => [`piece ${at} of the mail of ${who}`, it]));
  };
}

/** The middle of each picture that the page makes of all who are seen. */
async function stillsOf(page: Page): Promise<() => Promise<Buffer[]>> {
  await page.evaluate(() => {
    const stills: number[][] = [];
    Object.assign(globalThis, { stills });
    const { toBlob } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.toBlob = function (settle, ...how) {
      toBlob.call(this, (blob) => {
        void blob?.arrayBuffer().then((bytes) => stills.push([...new Uint8Array(bytes, Math.floor(bytes.byteLength / 2), 48)]));
        settle(blob);
      }, ...how);
    };
  });
  return async () => (await page.evaluate(() => (globalThis as unknown as { stills: number[][] }).stills)).map((it) => Buffer.from(it));
}
