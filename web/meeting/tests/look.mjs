// Shows the page in real browsers, without the program: `node look.mjs FOLDER` leaves pictures there.
import { createServer } from "node:http";
import { webcrypto } from "node:crypto";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { toText } from "../../node_modules/.meeting-tests/meeting/bytes.mjs";
import { drawRoot, fragment, invite, verifier } from "../../node_modules/.meeting-tests/meeting/invitations.mjs";
import { serve } from "./page.mjs";
import { MeetingServer } from "./server.mjs";

const folder = process.argv[2] ?? "/tmp/meeting-pictures";
mkdirSync(folder, { recursive: true });

const server = new MeetingServer({ seats: 5 });
const http = createServer();
await serve(http, server, "Talks on security guarantees");
await new Promise((settle) => http.listen(0, "127.0.0.1", settle));
const origin = `http://localhost:${http.address().port}`;
const root = drawRoot(webcrypto);
const links = [];
for (const seat of server.seats) {
  const invitation = await invite(root, seat.id, seat.chair);
  seat.verifier = toText(await verifier(invitation.seatSecret));
  links.push(`${origin}/meet/${server.meeting}#${fragment(invitation)}`);
}
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
});
const NAMES = ["Anna Ivanova", "Jonathan Miller", "Boris Petrov", "Elena Castellanos", "Wei Zhang"];

async function opens(number, viewport) {
  const context = await browser.newContext({ viewport, permissions: ["camera", "microphone"], hasTouch: viewport.width < 500, isMobile: viewport.width < 500 });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) console.log(number, message.type(), message.text());
  });
  page.on("pageerror", (error) => console.log(number, "threw", error));
  await page.goto(links[number]);
  await page.locator("#name").fill(NAMES[number]);
  return page;
}

async function asks(page) {
  await page.locator(".early-door button").click();
}

const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };
const shoot = (page, name) => page.screenshot({ path: `${folder}/${name}.png` });

try {
  const host = await opens(0, desktop);
  await host.waitForTimeout(800);
  await shoot(host, "01-early-desktop");
  await asks(host);
  await host.locator(".inside").waitFor();
  const guest = await opens(1, phone);
  await guest.waitForTimeout(800);
  await shoot(guest, "02-early-phone");
  await asks(guest);
  await guest.locator(".waits:not([hidden])").waitFor();
  await shoot(guest, "03-lobby-phone");
  await host.locator(".door:not([hidden])").waitFor();
  await shoot(host, "04-chair-asked");
  await host.keyboard.press("i");
  await guest.locator(".inside").waitFor();
  await host.waitForTimeout(500);
  await shoot(host, "05-two-desktop");
  await shoot(guest, "06-two-phone");
  const aide = await opens(2, desktop);
  await asks(aide);
  const other = await opens(3, desktop);
  await asks(other);
  await aide.locator(".waits:not([hidden])").waitFor();
  await shoot(aide, "07-lobby-desktop");
  await host.keyboard.press("i");
  await aide.locator(".inside").waitFor();
  await host.waitForTimeout(400);
  await host.keyboard.press("i");
  await other.locator(".inside").waitFor();
  await host.locator("text=Understood").click();
  await host.locator("text=We have compared").click();
  await host.keyboard.press("k");
  await host.locator("text=Begin the meeting").click();
  await host.keyboard.press("n");
  await aide.keyboard.press("h");
  await other.keyboard.press("h");
  await guest.locator("[aria-keyshortcuts=c]").click();
  await guest.locator(".chat textarea").fill("We are ready to begin with the first item.");
  await guest.locator(".chat textarea").press("Enter");
  await host.waitForTimeout(600);
  await shoot(host, "08-four-chair");
  await host.keyboard.press("p");
  await host.waitForTimeout(300);
  await shoot(host, "09-four-people");
  await host.locator(".hands button").first().click();
  await host.keyboard.press("a");
  await host.waitForTimeout(1500);
  await shoot(host, "10-four-agenda");
  await shoot(guest, "11-chat-phone");
  await guest.locator("[aria-keyshortcuts=c]").click();
  await guest.waitForTimeout(300);
  await shoot(guest, "12-four-phone");
  await guest.locator("[aria-keyshortcuts=p]").click();
  await guest.waitForTimeout(300);
  await shoot(guest, "13-people-phone");
  await host.keyboard.press("g");
  await host.waitForTimeout(300);
  await shoot(host, "14-speaker-desktop");
  await host.keyboard.press("?");
  await host.waitForTimeout(200);
  await shoot(host, "15-keys");
  await host.keyboard.press("Escape");
  await host.keyboard.press("g");
  await host.keyboard.press("k");
  await host.locator("text=Propose an official photo").click();
  await guest.locator("dialog.photo[open]").waitFor();
  await guest.waitForTimeout(600);
  await shoot(guest, "16-photo-phone");
  await guest.getByRole("button", { name: "Approve" }).click();
  await host.locator("dialog.photo form:visible").waitFor();
  await shoot(host, "17-photo-release");
  await host.getByRole("button", { name: "Release to the newsroom" }).click();
  await host.locator("text=Press again").click();
  await host.locator("text=It was released").waitFor();
  await host.keyboard.press("Escape");
  await host.locator("text=End the meeting").click();
  await host.locator("text=Press again to end").click();
  await host.locator("form.readout:visible").waitFor();
  await host.locator("#readout-headline").fill("A candid first conversation");
  await host.locator("#readout-body").fill("The delegations **met for two hours** and agreed to meet again.");
  await host.waitForTimeout(300);
  await shoot(host, "18-after-chair");
  await shoot(aide, "19-after");
  console.log("done", folder);
} finally {
  await browser.close();
  server.breakLines();
  http.close();
}
