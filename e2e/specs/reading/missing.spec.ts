import { shown } from "../../support/site.ts";
import { expect, test } from "../../support/test.ts";

test("an address that never was says so, and shows ways on", async ({ reader }) => {
  await reader.opens("/no/such/story", 404);
  await expect(reader.headline).toHaveText("There is no page at this address");
  await reader.follows("Go to the front page");
  await expect(reader.page).toHaveURL("/");
});

test("a withdrawn story says so, with the editors' note", async ({ reader }) => {
  const { gone } = shown.get();
  const response = await reader.opens(gone, 410);
  expect(response.headers()["content-type"]).toContain("text/html");
  await expect(reader.headline).toContainText(/withdrawn/i);
  await expect(reader.page.locator("main")).toContainText("The source took the statement back.");
  await expect(reader.page.locator("main")).not.toContainText("It said too much.");
});
