/* A closed meeting with somebody whose network lets nothing through but TCP to one port. */
import { withCertificate } from "../../support/certificate.ts";
import { type Delegate, devices, invited, meet, test } from "../../support/meeting.ts";
import { expect, type Staff } from "../../support/newsroom.ts";
import { freePort, type Program } from "../../support/program.ts";

// One meeting at a time: cameras, encoders and decoders of all are on this machine.
test.describe.configure({ mode: "default" });

test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices, "--ignore-certificate-errors"] }),
});

/** Ana, whose network lets everything through, and Bo, whose lets out TCP alone, see and hear each other. */
async function bothMeet(
  program: Program,
  somebody: () => Promise<Staff>,
  comes: (link: string, name: string, cutOff?: boolean) => Promise<Delegate>,
): Promise<[Delegate, Delegate]> {
  const links = await invited(program, somebody);
  const [ana, bo] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel", true)];
  await meet(ana, bo);
  // Whoever can do without the relay does.
  expect((await ana.way()).by).toBe("udp");
  return [ana, bo];
}

test.describe("with a certificate of its own", () => {
  test.use({
    settings: async ({}, use) =>
      withCertificate(async (certificate) => use({ ...certificate, TRIBUNE_MEET_LISTEN: `127.0.0.1:${await freePort()}` })),
  });

  test("the port of HTTPS lets in who has no other way, and again after a loaded page", async ({ program, somebody, comes }, info) => {
    test.skip(!info.project.name.startsWith("desktop"), "the same server and the same media for a phone");
    test.setTimeout(300_000);
    const [ana, bo] = await bothMeet(program, somebody, comes);
    expect(await bo.way()).toEqual({ from: "relay", by: "tls" });
    await bo.page.reload();
    await bo.isIn();
    await Promise.all([bo.sees("Ana Osel"), ana.sees("Bo Ansel")]);
    expect(await bo.way()).toEqual({ from: "relay", by: "tls" });
    expect([...ana.complaints, ...bo.complaints]).toEqual([]);
  });
});

test.describe("behind a proxy that ends TLS", () => {
  test.use({
    settings: async ({}, use) => {
      const [media, turn] = [await freePort(), await freePort()];
      await use({
        TRIBUNE_MEET_LISTEN: `127.0.0.1:${media}`,
        TRIBUNE_MEET_TURN_LISTEN: `127.0.0.1:${turn}`,
        TRIBUNE_MEET_TURN_URL: `turn:localhost:${turn}?transport=tcp`,
      });
    },
  });

  test("a port of its own lets in who has no other way", async ({ program, somebody, comes }, info) => {
    test.skip(!info.project.name.startsWith("desktop"), "the same server and the same media for a phone");
    test.setTimeout(300_000);
    const [ana, bo] = await bothMeet(program, somebody, comes);
    expect(await bo.way()).toEqual({ from: "relay", by: "tcp" });
    expect([...ana.complaints, ...bo.complaints]).toEqual([]);
  });
});
