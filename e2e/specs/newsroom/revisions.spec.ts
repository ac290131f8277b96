import { administrator, begins, body, colleague, isSaved, types } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";

test.use({ content: "demo" });

test("revisions are made, named, compared and restored while somebody else looks on", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  const ivo = await colleague(anna, somebody, "Ivo Brandt", "editor");
  const path = await begins(anna, "The Lamps Under the Bridge");
  await types(anna, "They were lit at six.");
  await isSaved(anna);
  await anna.presses("Save a revision");
  await types(anna, " Nobody asked by whom.");
  await isSaved(anna);

  await anna.page.getByRole("link", { name: "Compare and restore" }).click();
  await expect(anna.page.getByRole("heading", { name: "From Revision 2 to What is written now" })).toBeVisible();
  const added = anna.page.locator(".compared ins");
  await expect(added.first()).toContainText("Nobody");
  await anna.page.getByLabel("Name of Revision 2").fill("As it was told first");
  await anna.page.getByRole("row", { name: /Revision 2/ }).getByRole("button", { name: "Save" }).click();
  await expect(anna.page.getByLabel("Name of As it was told first")).toHaveValue("As it was told first");
  await anna.isServedByThePage();

  // Whoever went without saving finds a revision of what was written.
  await expect(async () => {
    await anna.page.reload();
    await expect(anna.page.getByRole("row", { name: /Revision 3/ })).toBeVisible({ timeout: 500 });
  }).toPass();

  await ivo.opens(path);
  await isSaved(ivo);
  await expect(body(ivo)).toContainText("Nobody asked by whom.");
  const first = anna.page.getByRole("row", { name: /Revision 2/ });
  await first.getByRole("button", { name: "Restore" }).click();
  await first.getByRole("button", { name: "Write this again?" }).click();
  await expect(body(anna)).toHaveText("They were lit at six.");
  await expect(body(ivo)).toHaveText("They were lit at six.");
  await types(ivo, " Ivo goes on.");
  await expect(body(anna)).toContainText("They were lit at six. Ivo goes on.");
});
