/* A whole meeting behind closed doors in real time, with people who come and go. It measures the server's
   memory each minute, of which `cargo xtask soak meeting` says whether it stays. */
import { writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { administrator } from "../support/desk.ts";
import { withCameras } from "../support/camera.ts";
import { comeIn, devices, invites, oneCode, plans, seeAndHear, talks, test } from "../support/meeting.ts";
import { expect } from "../support/newsroom.ts";

/** How long it is, and where the figures go. */
interface Plan {
  figures: string;
  minutes: number;
}

const plan = JSON.parse(process.env["TRIBUNE_BENCH"] ?? "null") as Plan;
const MINUTE_MS = 60_000;

test.use({
  launchOptions: async ({ launchOptions }, use) =>
    withCameras("320x180", 10, (camera) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices, camera] })),
});

// Once more would be as long again.
test.describe.configure({ retries: 0 });

test("a meeting goes on for as long as it is told", async ({ program, somebody, comes, page }) => {
  test.setTimeout((plan.minutes + 10) * MINUTE_MS);
  const host = await administrator(program, somebody);
  const place = await plans(host, talks);
  const links = await invites(host);
  const [ana, bo, aki] = [await comes(links[0]!, "Ana Osel"), await comes(links[2]!, "Bo Ansel"), await comes(links[1]!, "Aki Osel")];
  await ana.enters();
  await ana.isIn();
  await comeIn(ana, bo, aki);
  let present = [ana, bo, aki];
  await seeAndHear(...present);
  await ana.presses("Chair");
  await ana.presses("Begin the meeting");
  await ana.presses("Next item of the agenda");

  const began = Date.now();
  const memory: number[] = [];
  for (let minute = 1; minute <= plan.minutes; minute += 1) {
    if (minute % 5 === 0) {
      await bo.page.reload();
      await bo.isIn();
    } else if (present.includes(aki)) {
      await aki.leaves();
      present = [ana, bo];
    } else {
      await aki.page.goto("about:blank");
      await aki.opens(links[1]!);
      // Whoever was in is not let in again.
      await aki.enters();
      await aki.isIn();
      present = [ana, bo, aki];
    }
    await oneCode(present);
    await seeAndHear(...present);
    const line = `It is minute ${minute}.`;
    await ana.writes(line);
    await bo.reads(line);
    await setTimeout(began + minute * MINUTE_MS - Date.now());
    memory.push(program.residentMiB());
    console.log(`minute ${minute}: ${memory.at(-1)!.toFixed(1)} MiB, ${present.length} see and hear each other`);
  }
  await seeAndHear(...present);
  await ana.presses("Chair");
  await ana.pressesTwice("End the meeting", "Press again to end it for all");
  for (const one of present) await expect(one.page.getByRole("heading", { level: 1 })).toHaveText("The meeting has ended");
  expect(present.flatMap(({ complaints }) => complaints)).toEqual([]);

  // It is on record for as long as it was.
  await host.opens(place);
  await host.presses("Publish the record");
  await page.goto(`${program.origin}${place.replace("/newsroom", "")}`);
  const times = await page.locator(".meeting-times time").evaluateAll((both) => both.map((it) => Date.parse(it.getAttribute("datetime")!)));
  expect(Math.abs(times[1]! - times[0]! - plan.minutes * MINUTE_MS), "milliseconds that the record is wrong by").toBeLessThan(MINUTE_MS);
  writeFileSync(plan.figures, JSON.stringify({ memory }));
});
