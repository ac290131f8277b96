/* What a flood asks of a newcomer's browser. */
import { type Page } from "@playwright/test";
import { administrator } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";
import { mainStory } from "../../support/site.ts";

test.use({ content: "demo" });

async function says(page: Page, story: string, words: string): Promise<void> {
  await page.goto(story);
  await page.getByLabel("Your name").fill("Rosa");
  await page.getByLabel("Your comment").fill(words);
  await page.getByRole("button", { name: "Send" }).click();
}

test("in a flood a browser works for its comment, and one without scripts waits", async ({ browser, playwright, program, somebody }, info) => {
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/discussion/rules");
  await anna.page.locator("select[name=mode]").first().selectOption("after");
  await anna.page.locator("form:has(select[name=mode])").first().getByRole("button").click();
  const story = program.origin + mainStory.path;
  const [scripted, plain] = await Promise.all(
    [true, false].map(async (javaScriptEnabled) =>
      (await browser.newContext({ ...info.project.use, javaScriptEnabled })).newPage()),
  );
  const asked: number[] = [];
  scripted!.on("response", (response) => {
    if (response.url().includes("/comments/challenge")) asked.push(response.status());
  });
  await says(scripted!, story, "Before the flood.");
  await expect(scripted!.locator(".comment:focus")).toContainText("Before the flood.");
  const action = await anna.page.evaluate(
    async (path) => /action="(\/discussions\/[^"]+)"/.exec(await (await fetch(path)).text())?.[1] ?? "",
    mainStory.path,
  );
  for (let number = 0; number < 9; number++) {
    const somebodyNew = await playwright.request.newContext();
    await somebodyNew.post(program.origin + action, {
      headers: { origin: program.origin },
      form: { name: "Flood", text: `No. ${number}` },
      maxRedirects: 0,
    });
    await somebodyNew.dispose();
  }
  await says(scripted!, story, "Worked for.");
  await expect(scripted!.locator(".comment:focus")).toContainText("Worked for.");
  await expect(scripted!.getByText("A moderator will look at it")).toHaveCount(0);
  // On a comment's own page the form is sent as forms are.
  await scripted!.locator(".comment", { hasText: "Worked for." }).locator(".comment-when").click();
  await scripted!.getByLabel("Your name").fill("Rosa");
  await scripted!.getByLabel("Your comment").fill("And so is the answer.");
  await scripted!.getByRole("button", { name: "Send" }).click();
  await expect(scripted!.locator(".comment:target")).toContainText("And so is the answer.");
  await expect(scripted!.getByText("A moderator will look at it")).toHaveCount(0);
  expect(asked).toEqual([204, 200, 200]);
  await says(plain!, story, "Without a script.");
  await expect(plain!.getByRole("status")).toContainText("A moderator will look at it");
  await anna.opens("/newsroom/discussion");
  await expect(anna.page.locator(".queue-row", { hasText: "Without a script." })).toContainText("Sent without proof of work during a flood");
  for (const page of [scripted!, plain!]) await page.context().close();
});
