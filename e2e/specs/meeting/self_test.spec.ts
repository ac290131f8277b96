/* The page on which whoever is invited finds out the day before whether they can take part. */
import type { Page } from "@playwright/test";
import { administrator } from "../../support/desk.ts";
import { devices, invites, plans, test } from "../../support/meeting.ts";
import { expect as soon, type Staff } from "../../support/newsroom.ts";
import { freePort } from "../../support/program.ts";

/** A camera gives its first picture late on a busy machine. */
const expect = soon.configure({ timeout: 20_000 });

// Cameras, encoders and decoders of one test at a time.
test.describe.configure({ mode: "default", timeout: 180_000 });

test.use({
  // The browser asks, and is answered by each test.
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), devices[0]!] }),
});

/** Opens the page as somebody who has neither a seat nor an account, and lets it use what it asks for. */
async function visitor(somebody: () => Promise<Staff>, allowed = ["camera", "microphone"]): Promise<Page> {
  const one = await somebody();
  await one.page.context().grantPermissions(allowed);
  await one.opens("/meet/test");
  return one.page;
}

async function begins(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Begin the test" }).click();
}

function told(page: Page, check: "Browser" | "Camera" | "Microphone" | "Loudspeaker" | "Network") {
  return page.getByRole("region", { name: check, exact: true });
}

/** Two looks at what came back differ, and it is not black. */
async function moves(page: Page): Promise<void> {
  const look = () =>
    page.getByLabel("You, as this server sends you back").evaluate((video: HTMLVideoElement) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [32, 18];
      const context = canvas.getContext("2d", { willReadFrequently: true })!;
      context.drawImage(video, 0, 0, 32, 18);
      const { data } = context.getImageData(0, 0, 32, 18);
      return { sum: data.reduce((sum, it, at) => sum + it * (at % 7), 0), bright: Math.max(...data.filter((_, at) => at % 4 !== 3)) };
    });
  await expect.poll(async () => (await look()).bright, { timeout: 20_000 }).toBeGreaterThan(30);
  const first = await look();
  await expect.poll(async () => (await look()).sum, { timeout: 20_000 }).not.toBe(first.sum);
}

test("whoever can take part is told so, by keyboard alone, and sees and hears themselves through the server", async ({ somebody }) => {
  const staff = await somebody();
  const { page } = staff;
  await page.context().grantPermissions(["camera", "microphone"]);
  await staff.opens("/meet/test");
  await expect(told(page, "Browser")).toContainText("in every meeting, also behind closed doors");
  await expect(told(page, "Camera")).toContainText("Not tested");
  await staff.isServedByThePage();

  const press = async (name: string) => {
    const button = page.getByRole("button", { name, exact: true });
    for (let tabs = 0; tabs < 60 && !(await button.evaluate((it) => it === document.activeElement)); tabs++) await page.keyboard.press("Tab");
    await expect(button).toBeFocused();
    await page.keyboard.press("Enter");
  };
  await press("Begin the test");
  await expect(told(page, "Camera")).toContainText(/works, with \d+ × \d+ pixels/);
  await expect(told(page, "Microphone")).toContainText("hears you");
  await expect(page.getByLabel("Which camera")).toHaveText(/fake_device/);
  await press("Play three notes");
  await press("I hear them");
  await expect(page.getByRole("button", { name: "Play three notes" })).toBeFocused();
  await expect(told(page, "Loudspeaker")).toContainText("You hear what is played");
  await moves(page);
  await press("Hear yourself");
  await expect(page.getByRole("button", { name: "Hear yourself no longer" })).toHaveAttribute("aria-pressed", "true");
  await expect(told(page, "Network")).toContainText(/by UDP and come back, sealed as behind closed doors\. There and back takes \d+ ms, and [\d.]+ % is lost\./, { timeout: 30_000 });
  await expect(page.getByText("All is well: you can take part.")).toBeVisible();
  await staff.isServedByThePage();

  // Another test takes the place of this one.
  await press("Test again");
  await expect(told(page, "Network")).toContainText("What comes back is measured", { timeout: 20_000 });
  await expect(told(page, "Network")).toContainText("sealed as behind closed doors", { timeout: 30_000 });
});

test("whoever refuses camera and microphone is told how to allow them, and the network is tested still", async ({ somebody }) => {
  const page = await visitor(somebody, []);
  await begins(page);
  for (const [check, device] of [["Camera", "camera"], ["Microphone", "microphone"]] as const) {
    await expect(told(page, check)).toContainText("Does not work");
    await expect(told(page, check)).toContainText(`This page was not allowed to use the ${device}`);
  }
  await expect(told(page, "Network")).toContainText("come back, sealed", { timeout: 30_000 });
  await moves(page);
  await expect(page.getByText("Something does not work.")).toBeVisible();
});

test("a device in use and one that is not there are told apart, and tried again once that is mended", async ({ somebody }) => {
  const one = await somebody();
  await one.page.context().grantPermissions(["camera", "microphone"]);
  await one.page.addInitScript(() => {
    const whole = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    const fails = { first: true };
    navigator.mediaDevices.getUserMedia = (wanted) => {
      if (!fails.first) return whole(wanted);
      if (wanted?.video) fails.first = false;
      return Promise.reject(wanted?.video ? new DOMException("", "NotReadableError") : new DOMException("", "NotFoundError"));
    };
  });
  await one.opens("/meet/test");
  await begins(one.page);
  await expect(told(one.page, "Camera")).toContainText("Close other programs and windows that use it");
  await expect(told(one.page, "Microphone")).toContainText("There is no microphone. Plug one in");
  await one.page.getByRole("button", { name: "Test again" }).click();
  await expect(told(one.page, "Camera")).toContainText("The camera works");
  await expect(told(one.page, "Microphone")).toContainText("hears you");
});

test("whoever is invited is led to the page, from the invitations and from the door", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same links on a phone");
  const anna = await administrator(program, somebody);
  await plans(anna, {
    title: "Talks",
    zone: "Europe/Moscow",
    starts: "2040-12-07T18:00",
    ends: "2040-12-07T20:00",
    parties: [{ name: "Osel", chair: "Chair" }, { name: "Ansel", chair: "Chair" }],
    agenda: [["Night trains", 20]],
  });
  await expect(anna.page.getByRole("link", { name: "/meet/test" })).toBeVisible();
  const [link] = await invites(anna);
  const ana = await comes(link!, "Ana Osel");
  const [opened] = await Promise.all([ana.context.waitForEvent("page"), ana.page.getByRole("link", { name: "Test your devices and your network" }).click()]);
  await expect(opened.getByRole("heading", { level: 1 })).toHaveText("Test your devices and your network");
});

test.describe("where nothing gets through to the server's port", () => {
  test.use({
    settings: async ({}, use) => use({ TRIBUNE_MEET_LISTEN: `127.0.0.1:${await freePort()}`, TRIBUNE_MEET_ADDRESS: "127.0.0.1:9" }),
  });

  test("that is said, with the address that is to be let through", async ({ somebody }) => {
    const page = await visitor(somebody);
    await begins(page);
    await expect(told(page, "Network")).toContainText("Nothing gets through by UDP", { timeout: 30_000 });
    await expect(told(page, "Network")).toContainText("let UDP through to 127.0.0.1:9");
    await expect(told(page, "Camera")).toContainText("The camera works");
    await expect(page.getByText("Something does not work.")).toBeVisible();
  });
});

test.describe("where the server carries no meetings", () => {
  test.use({ settings: async ({}, use) => use({ TRIBUNE_MEET_LISTEN: "none" }) });

  test("that is said at once, and the devices are tested still", async ({ somebody }) => {
    const page = await visitor(somebody);
    await expect(told(page, "Network")).toContainText("carries no picture and no sound");
    await begins(page);
    await expect(told(page, "Camera")).toContainText("The camera works");
    await expect(told(page, "Network")).toContainText("carries no picture and no sound");
  });
});
