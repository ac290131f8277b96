import { administrator, begins, body, colleague, isSaved, types, written } from "../../support/desk.ts";
import { expect, test } from "../../support/newsroom.ts";

test.use({ content: "demo" });

test("a story is written, previewed and published by hand", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  const path = await begins(anna, "The Lamps Under the Bridge");
  await types(anna, "They were lit at six, and nobody asked by whom.");
  await anna.page.locator("[data-editor=deck]").fill("Four of them, and each a little different.");
  await isSaved(anna);

  const preview = await anna.page.context().newPage();
  await preview.goto(`${program.origin}${path}/preview/page`);
  await expect(preview.getByRole("heading", { level: 1 })).toHaveText("The Lamps Under the Bridge");
  await expect(preview.locator(".body")).toContainText("nobody asked by whom");
  const before = await preview.content();

  const reader = await anna.page.context().browser()!.newContext();
  const outside = await reader.newPage();
  const address = "/news/russia/the-lamps-under-the-bridge";
  expect((await outside.goto(`${program.origin}${address}`))!.status(), "not yet").toBe(404);
  expect((await outside.goto(`${program.origin}${path}/preview/page`))!.url()).toContain("/sign-in");

  await anna.presses("Publish");
  await anna.presses("Yes, show it to readers now");
  await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  expect((await outside.goto(`${program.origin}${address}`))!.status()).toBe(200);
  await expect(outside.locator(".article-deck")).toHaveText("Four of them, and each a little different.");
  const after = await outside.content();
  // What stands beside the story is the search index's choice, which does not know it before.
  const article = (html: string) => {
    const own = /<article class="article[\s\S]*?<\/article>/.exec(html)![0];
    return own.replace(/<time[^>]*>|\d\d:\d\d/g, "");
  };
  expect(article(after), "the preview is what readers see").toBe(article(before));

  // What is written on is not shown until it is published anew.
  await types(anna, " A boy, it turned out.");
  await isSaved(anna);
  await outside.reload();
  await expect(outside.locator(".body")).not.toContainText("A boy");
  await anna.presses("Publish the changes");
  await anna.presses("Yes, show it to readers now");
  await expect(anna.page.locator(".editor-bar .state")).toHaveText("Published");
  await outside.reload();
  await expect(outside.locator(".body")).toContainText("A boy, it turned out.");
  await reader.close();
});

test("two write at once, through a kill of the server", async ({ program, somebody }) => {
  test.setTimeout(180_000);
  const anna = await administrator(program, somebody);
  const ivo = await colleague(anna, somebody, "Ivo Brandt", "editor");
  const path = await begins(anna, "Written by Two");
  await ivo.opens(path);
  await isSaved(ivo);
  await types(anna, "Anna begins.");
  await expect(body(ivo)).toContainText("Anna begins.");
  // Each in a paragraph of their own; in one and the same place, letters would lie between letters.
  await types(ivo, "\nIvo begins.");
  await expect(body(anna)).toContainText("Ivo begins.");
  await body(anna).locator("p").first().click();
  await anna.page.keyboard.press("End");
  await Promise.all([
    anna.page.keyboard.type(" Anna goes on."),
    ivo.page.keyboard.type(" Ivo goes on."),
  ]);
  await Promise.all([isSaved(anna), isSaved(ivo)]);
  await expect(body(ivo).locator("p").first()).toContainText("Anna begins. Anna goes on.");
  await expect(body(anna).locator("p").nth(1)).toContainText("Ivo begins. Ivo goes on.");

  const back = await program.diesAndComesBack();
  await types(anna, " After the fall.");
  await Promise.all([isSaved(anna), isSaved(ivo)]);
  for (const words of ["Anna begins. Anna goes on.", "Ivo goes on.", "After the fall."]) {
    await expect(body(ivo)).toContainText(words);
  }
  await expect.poll(() => written(ivo)).toEqual(await written(anna));

  // While one is away, both write; when it comes back, both have both.
  await ivo.page.context().setOffline(true);
  await expect(ivo.page.locator(".editor-state")).toContainText("Offline");
  await types(ivo, " Ivo alone.");
  await body(anna).locator("p").first().click();
  await anna.page.keyboard.press("End");
  await anna.page.keyboard.type(" Anna alone.");
  await isSaved(anna);
  await ivo.page.context().setOffline(false);
  await isSaved(ivo);
  await expect(body(anna)).toContainText("Ivo alone.");
  await expect(body(ivo)).toContainText("Anna alone.");
  await back.stop();
});

test("nobody changes what is not theirs", async ({ program, somebody }) => {
  const anna = await administrator(program, somebody);
  const path = await begins(anna, "Not for Everybody");
  const nora = await colleague(anna, somebody, "Nora Lind", "contributor");
  await nora.opens(path);
  await expect(nora.page.locator("body")).toContainText("one has to be");
  const photographer = await colleague(anna, somebody, "Per Holm", "photo_editor");
  await photographer.opens(path);
  await expect(photographer.page.locator("[data-editor=headline]")).toHaveAttribute("readonly", "");

  // A page that was tampered with sends the change all the same.
  await anna.opens(path);
  const refused = await photographer.page.evaluate(async (path) => {
    const config = JSON.parse(document.getElementById("editor-config")!.textContent!);
    const socket = new WebSocket(new URL(config.syncUrl, location.href.replace(/^http/, "ws")));
    socket.binaryType = "arraybuffer";
    await new Promise((settle) => socket.addEventListener("open", settle));
    // An update that writes "X" into the headline, as Yjs 13 encodes it.
    const insert = [1, 1, 0xd2, 0x09, 0, 4, 1, 8, ...new TextEncoder().encode("headline"), 1, 0x58, 0];
    socket.send(new Uint8Array([0, 2, insert.length, ...insert]));
    const close = await new Promise<CloseEvent>((settle) => socket.addEventListener("close", settle));
    return { path, code: close.code };
  }, path);
  expect(refused.code).toBe(4403);
  await anna.page.reload();
  await isSaved(anna);
  await expect(anna.page.locator("[data-editor=headline]")).toHaveValue("Not for Everybody");
});
