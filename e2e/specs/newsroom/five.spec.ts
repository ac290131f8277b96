import { expect, test } from "../../support/newsroom.ts";
import { administrator, begins, body, colleague, isSaved, types, written } from "../../support/desk.ts";

test.use({ content: "demo" });

test("five write at once, through a kill of the server and with one of them away", async ({
  program,
  somebody,
}) => {
  test.setTimeout(240_000);
  const anna = await administrator(program, somebody);
  const path = await begins(anna, "Written by Five");
  await types(anna, ["Anna", "Ivo", "Nora", "Per", "Rosa"].map((name) => `${name}:`).join("\n"));
  await isSaved(anna);
  const five = [anna];
  for (const name of ["Ivo Brandt", "Nora Lind", "Per Holm", "Rosa Kern"]) {
    five.push(await colleague(anna, somebody, name, "editor"));
  }
  await Promise.all(five.map((one) => one.opens(path)));
  await Promise.all(five.map(isSaved));
  // Each goes on in the paragraph that bears the name, and stays there.
  await Promise.all(
    five.map(async (one, index) => {
      await body(one).locator("p").nth(index).click();
      await one.page.keyboard.press("End");
    }),
  );
  const all = (words: string) =>
    Promise.all(five.map((one, index) => one.page.keyboard.type(` ${words} ${index}.`)));
  await all("First");

  const rosa = five[4]!;
  await rosa.page.context().setOffline(true);
  await expect(rosa.page.locator(".editor-state")).toContainText("Offline");
  // They type on while the server is killed and comes back: nobody waits for it.
  const [back] = await Promise.all([program.diesAndComesBack(), all("Through the fall")]);
  await Promise.all(five.slice(0, 4).map(isSaved));
  await expect(body(anna)).not.toContainText("Through the fall 4.");
  await all("After it");
  await Promise.all(five.slice(0, 4).map(isSaved));

  await rosa.page.context().setOffline(false);
  await Promise.all(five.map(isSaved));
  const whole = ["Anna", "Ivo", "Nora", "Per", "Rosa"].map(
    (name, index) => `${name}: First ${index}. Through the fall ${index}. After it ${index}.`,
  );
  for (const one of five) await expect.poll(() => written(one), { timeout: 20_000 }).toEqual(whole);

  // And so it is on the record: who comes now is told the same.
  const late = await somebody();
  await late.page.context().addCookies(await anna.page.context().cookies());
  await late.opens(path);
  await expect.poll(() => written(late)).toEqual(whole);
  await back.stop();
});
