/* Another implementation of the keys sits in the meeting, written from the protocol's document alone. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { administrator } from "../../support/desk.ts";
import { devices, invites, plans, test } from "../../support/meeting.ts";
import { expect } from "../../support/newsroom.ts";

const xtask = process.env["XTASK_BIN"] ?? resolve(import.meta.dirname, "../../../target/debug/xtask");

test.use({
  launchOptions: async ({ launchOptions }, use) => use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...devices] }),
});

test("a seat with other software has the same code, and reads and is read", async ({ program, somebody, comes }, info) => {
  test.skip(!info.project.name.startsWith("desktop"), "the same keys on a phone");
  test.setTimeout(240_000);
  const anna = await administrator(program, somebody);
  await plans(anna, {
    title: "Two implementations meet",
    zone: "Europe/Moscow",
    starts: "2040-12-07T18:00",
    ends: "2040-12-07T20:00",
    parties: [
      { name: "Browser", chair: "President" },
      { name: "Terminal", chair: "President" },
    ],
    agenda: [["Whether they understand each other", 10]],
  });
  const links = await invites(anna);
  const chair = await comes(links[0]!, "In a Browser");
  await chair.enters();
  await chair.isIn();

  const seat = spawn(xtask, ["seat", links[1]!, "In a Terminal"], { stdio: ["pipe", "pipe", "inherit"] });
  const said: string[] = [];
  createInterface({ input: seat.stdout! }).on("line", (line) => said.push(line));
  try {
    await chair.letsIn("In a Terminal");
    const code = () => said.findLast((line) => line.startsWith("epoch "))?.match(/code ([\d ]{35})/)?.[1];
    await expect.poll(code, { timeout: 30_000 }).toBeTruthy();
    const digits = (text: string) => text.replace(/\D/g, "");
    await expect.poll(async () => digits(await chair.code())).toBe(digits(code()!));
    seat.stdin!.write("Good evening from the terminal.\n");
    await chair.presses("Chat");
    await expect(chair.page.getByText("Good evening from the terminal.")).toBeVisible();
    await chair.page.getByLabel("Write to everybody").fill("And to you.");
    await chair.page.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => said).toContain("chat And to you.");
  } finally {
    seat.kill("SIGKILL");
  }
});
