/* A browser studio: it sends to the channel by WebRTC, and readers see and hear it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { loudness, played } from "../../support/channel.ts";
import { administrator } from "../../support/desk.ts";
import { devices } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";
import { freePort } from "../../support/program.ts";
import { key, test } from "../../support/studio.ts";

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
  settings: async ({}, use) =>
    use({
      TRIBUNE_MEET_LISTEN: `127.0.0.1:${await freePort()}`,
      TRIBUNE_RTMP_LISTEN: `127.0.0.1:${await freePort()}`,
      TRIBUNE_TRANSCODE_CORES: "0.5",
    }),
});

/** What the studio's page keeps. */
declare global {
  interface Window {
    studio: { connection: RTCPeerConnection; session: string; etag: string; answer: string };
  }
}

test("a browser sends with a key, moves to another network, and ends", async ({ program, somebody, page, browser }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same server and the same media for a phone");
  test.setTimeout(240_000);
  const anna = await administrator(program, somebody);
  const secret = await key(anna);

  const context = await browser.newContext({ permissions: ["camera", "microphone"] });
  const studio = await context.newPage();
  // Another site's page than ours: what lets in is the key.
  const other = createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>Studio</title>"));
  await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
  await studio.goto(`http://localhost:${(other.address() as AddressInfo).port}/`);
  const refused = await studio.evaluate(async (endpoint) => {
    const answer = async (token: string, type: string) =>
      (await fetch(endpoint, { method: "POST", headers: { Authorization: token, "Content-Type": type }, body: "v=0" })).status;
    return [await answer("", "application/sdp"), await answer("Bearer no", "text/plain"), await answer("Bearer no", "application/sdp")];
  }, `${program.origin}/live/whip`);
  expect(refused).toEqual([401, 415, 400]);

  const begin = async (token: string): Promise<number> =>
    studio.evaluate(
      async ({ endpoint, token }) => {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360, frameRate: 20 } });
        const connection = new RTCPeerConnection();
        for (const track of stream.getTracks()) connection.addTransceiver(track, { direction: "sendonly", streams: [stream] });
        await connection.setLocalDescription();
        const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" };
        const answered = await fetch(endpoint, { method: "POST", headers, body: connection.localDescription!.sdp });
        if (answered.status !== 201) return answered.status;
        const answer = await answered.text();
        await connection.setRemoteDescription({ type: "answer", sdp: answer });
        const session = new URL(answered.headers.get("Location")!, endpoint).href;
        window.studio = { connection, session, etag: answered.headers.get("ETag")!, answer };
        return answered.status;
      },
      { endpoint: `${program.origin}/live/whip`, token },
    );
  expect(await begin("tribune-no-such-key")).toBe(403);
  expect(await begin(secret)).toBe(201);

  await page.goto(`${program.origin}/live`);
  await expect(page.locator(".player-state")).toHaveText(/Waiting|On air/, { timeout: 60_000 });
  await page.locator("video").click();
  const moves = async () => {
    const before = (await played(page)).frames;
    await expect.poll(async () => (await played(page)).frames, { timeout: 60_000 }).toBeGreaterThan(before + 40);
  };
  await moves();
  await expect.poll(() => loudness(page), { timeout: 30_000 }).toBeGreaterThan(0.01);
  await anna.opens("/newsroom/channel");
  await expect(anna.page.locator("main")).toContainText("From 127.0.0.1");
  await expect(anna.page.getByText("Set the encoder")).toHaveCount(0);

  // Candidates are not needed; another ICE session is not ours; ICE begins anew.
  const patched = await studio.evaluate(async () => {
    const { connection, session, etag, answer } = window.studio;
    const patch = (headers: Record<string, string>, body: string) =>
      fetch(session, { method: "PATCH", headers: { "Content-Type": "application/trickle-ice-sdpfrag", ...headers }, body });
    const candidate = "a=mid:0\r\na=candidate:1 1 udp 2130706431 192.0.2.9 9 typ host\r\n";
    const trickled = (await patch({ "If-Match": etag }, candidate)).status;
    const unmatched = (await patch({ "If-Match": '"another"' }, candidate)).status;
    const bare = (await patch({}, candidate)).status;
    connection.restartIce();
    await connection.setLocalDescription();
    const offered = connection.localDescription!.sdp.split("\r\n").filter((line) => /^a=ice-(ufrag|pwd):/.test(line)).slice(0, 2);
    const restarted = await patch({ "If-Match": "*" }, `${offered.join("\r\n")}\r\n`);
    const fragment = await restarted.text();
    const anew = (name: string) => fragment.split("\r\n").find((line) => line.startsWith(name))!;
    const sdp = answer.replace(/^a=ice-ufrag:.*$/gm, anew("a=ice-ufrag:")).replace(/^a=ice-pwd:.*$/gm, anew("a=ice-pwd:"));
    await connection.setRemoteDescription({ type: "answer", sdp });
    const another = restarted.headers.get("ETag") !== etag;
    const old = (await patch({ "If-Match": etag }, candidate)).status;
    return { trickled, unmatched, bare, restarted: restarted.status, another, old };
  });
  expect(patched).toEqual({ trickled: 204, unmatched: 412, bare: 428, restarted: 200, another: true, old: 412 });
  await expect.poll(() => studio.evaluate(() => window.studio.connection.iceConnectionState)).toBe("connected");
  await moves();

  const ended = await studio.evaluate(async () => {
    const end = () => fetch(window.studio.session, { method: "DELETE" });
    return [(await end()).status, (await end()).status];
  });
  expect(ended[0]).toBe(200);
  await expect(async () => {
    await anna.opens("/newsroom/channel");
    await expect(anna.page.locator("main")).not.toContainText("From 127.0.0.1");
  }).toPass({ timeout: 20_000 });
  expect(await studio.evaluate(async () => (await fetch(window.studio.session, { method: "DELETE" })).status)).toBe(404);
  await context.close();
  other.close();
});
