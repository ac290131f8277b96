/* Who may come in, who may do what, and what becomes of a meeting whose chair is gone in the middle of it. */
import { chromium } from "@playwright/test";
import { Delegate, devices, invited, meet, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

test("an invitation that was used is refused to another browser, and a guest cannot act as a chair", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same doors for a phone");
  test.setTimeout(240_000);
  const links = await invited(program, somebody);
  const [ana, aki] = [await comes(links[0]!, "Ana Osel"), await comes(links[1]!, "Aki Osel")];
  const socket = await socketOf(aki);
  await ana.enters();
  await ana.isIn();
  await aki.enters();
  await ana.letsIn("Aki Osel");
  await aki.isIn();

  await test.step("a guest's page says what only a chair may say", async () => {
    const room = await socket.room();
    const [anas, akis, bos] = [room.seats[0]!, room.seats[1]!, room.seats[2]!];
    const sha256 = "0".repeat(64);
    const verbs: Record<string, unknown>[] = [
      { lock: { locked: true } },
      { begin: {} },
      { end: {} },
      { item: { item: room.agenda[0]!.id, state: "on" } },
      { floor: { seat: akis.id } },
      { admit: { seat: bos.id } },
      { refuse: { seat: bos.id } },
      { remove: { seat: anas.id } },
      { free: { seat: anas.id } },
      { commit: { group: room.group!.number, epoch: room.group!.epoch, commit: "AAAA", welcome: "", admit: [], remove: [anas.id] } },
      { commit: { group: room.group!.number, epoch: room.group!.epoch, commit: "AAAA", welcome: "AAAA", admit: [bos.id], remove: [] } },
      { found: {} },
      { propose: { sha256 } },
      { readout: { headline: "All is well", body: "", release: true } },
      { read_readout: {} },
    ];
    for (const verb of verbs) expect(await socket.says(verb), JSON.stringify(verb)).toMatch(/^[A-Z].*\.$/);
    expect(await socket.says({ lock: { locked: true } })).toBe("Only a chair may do this. Ask one of them.");
    // What a guest may do is done, on the same line.
    expect(await socket.says({ hand: { up: true } })).toBeNull();
    await expect(ana.tile("Aki Osel")).toHaveAccessibleName(/wants to speak/);
    await expect.poll(async () => (await socket.room()).seats[1]!.hand).not.toBeNull();
    const after = await socket.room();
    expect({ ...after, now: 0, seats: [] }).toEqual({ ...room, now: 0, seats: [] });
    await expect(ana.page.getByRole("navigation", { name: "Controls" })).toBeVisible();
  });

  await test.step("another browser opens the guest's link", async () => {
    const thief = await comes(links[1]!, "Aki Osel");
    await thief.enters();
    await expect(thief.page.getByRole("alert")).toHaveText("This invitation was used on another device. Go on there, or ask a chair to free the seat.");
    await expect(ana.page.getByRole("listitem").filter({ hasText: "asks to be let in" })).toHaveCount(0);
    await thief.context.close();
    // One seat is in one window at a time: whose it is goes on in theirs.
    await aki.presses("Use it here");
    await aki.isIn();
    expect(await aki.code()).toBe(await ana.code());
  });
  expect([...ana.complaints, ...aki.complaints]).toEqual([]);
});

test("a chair whose browser is killed while it lets somebody in stops nobody", async ({ program, somebody, comes, launchOptions }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same doors for a phone");
  test.setTimeout(240_000);
  const links = await invited(program, somebody);
  const server = await chromium.launchServer(launchOptions);
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const ana = await Delegate.comes(browser, links[0]!, "Ana Osel");
    const [bo, aki] = [await comes(links[2]!, "Bo Ansel"), await comes(links[1]!, "Aki Osel")];
    await meet(ana, bo);
    await ana.presses("Chair");
    await ana.presses("Begin the meeting");
    const code = await bo.code();
    await aki.enters();

    const died = new Promise<void>((settle) => ana.page.once("close", () => settle()));
    await ana.page.exposeFunction("dies", () => server.kill());
    await ana.page.evaluate(() => {
      const { send } = WebSocket.prototype;
      WebSocket.prototype.send = function (what) {
        send.call(this, what);
        if ("commit" in (JSON.parse(String(what)) as object)) (globalThis as unknown as { dies: () => void }).dies();
      };
    });
    await ana.letsIn("Aki Osel").catch((error: unknown) => expect(String(error)).toContain("Browser closed"));
    await died;

    // Either the server had the commit already, or the other chair is asked.
    const asks = bo.page.getByRole("listitem").filter({ hasText: "Aki Osel asks to be let in" });
    await expect(bo.tile("Aki Osel").or(asks)).toBeVisible();
    if (await asks.isVisible()) await bo.letsIn("Aki Osel");
    await aki.isIn();
    await expect(bo.tile("Ana Osel")).toHaveAccessibleName(/Connection lost/);
    expect(await bo.code()).not.toBe(code);
    await expect.poll(() => aki.code()).toBe(await bo.code());
    await aki.writes("Has she gone?");
    await bo.reads("Has she gone?");
    await Promise.all([bo.sees("Aki Osel"), aki.sees("Bo Ansel")]);
    // Whoever else has the chair ends what the other began.
    await bo.presses("Chair");
    await bo.pressesTwice("End the meeting", "Press again to end it for all");
    for (const one of [bo, aki]) await expect(one.page.getByRole("heading", { level: 1 })).toHaveText("The meeting has ended");
    expect([...bo.complaints, ...aki.complaints]).toEqual([]);
  } finally {
    await server.kill();
  }
});

interface Room {
  seats: { id: string; hand: number | null }[];
  agenda: { id: string }[];
  group: { number: number; epoch: number } | null;
}

/** The socket that the page itself has, which somebody who knows how may speak on. */
async function socketOf({ page }: Delegate): Promise<{ says(verb: object): Promise<string | null>; room(): Promise<Room> }> {
  await page.evaluate(() => {
    const own = globalThis as unknown as { room: unknown; says: (verb: object) => Promise<string | null> };
    const answers = new Map<number, (error: string | null) => void>();
    let socket: WebSocket | null = null;
    let next = 1_000_000;
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (what) {
      if (socket !== this) {
        socket = this;
        this.addEventListener("message", ({ data }) => {
          const said = JSON.parse(String(data)) as { re?: number; error?: string; room?: unknown };
          if (said.room) own.room = said.room;
          if (said.re) answers.get(said.re)?.(said.error ?? null);
        });
      }
      send.call(this, what);
    };
    own.says = (verb) =>
      new Promise((settle) => {
        answers.set(++next, settle);
        socket!.send(JSON.stringify({ id: next, ...verb }));
      });
  });
  return {
    says: (verb) => page.evaluate((verb) => (globalThis as unknown as { says: (verb: object) => Promise<string | null> }).says(verb), verb),
    room: () => page.evaluate(() => (globalThis as unknown as { room: Room }).room),
  };
}
