/* A moderator lets the first comments of many readers stand, who are known from then on. It measures
   nothing: `cargo xtask bench` has these readers write afterwards. */
import { readFileSync } from "node:fs";
import { administrator } from "../support/desk.ts";
import { expect, test } from "../support/newsroom.ts";
import { Program } from "../support/program.ts";

/** What was seen of a comment about which nothing was decided, and that nobody changed. */
const fresh = `${"0".repeat(32)}.0`;
/** So many are chosen before a button is pressed. */
const atOnce = 500;

const plan = JSON.parse(process.env["TRIBUNE_BENCH"] ?? "null") as { data: string; comments: string };

test.use({
  program: async ({}, use) => {
    const program = await Program.named("serve", {}, plan.data);
    await use(program);
    await program.ends();
  },
});

test("the first comments stand", async ({ program, somebody }) => {
  const comments = JSON.parse(readFileSync(plan.comments, "utf8")) as string[];
  const anna = await administrator(program, somebody);
  await anna.opens("/newsroom/discussion");
  const csrf = await anna.page.locator("input[name=csrf]").first().inputValue();
  const headers = { "content-type": "application/x-www-form-urlencoded", "origin": program.origin };
  for (let at = 0; at < comments.length; at += atOnce) {
    const form = new URLSearchParams({ csrf, decision: "approve" });
    for (const comment of comments.slice(at, at + atOnce)) form.append("comment", `${comment}.${fresh}`);
    const answer = await anna.page.request.post(`${program.origin}/newsroom/discussion/decide`, {
      headers,
      data: form.toString(),
      maxRedirects: 0,
      timeout: 120_000,
    });
    expect(answer.status()).toBe(303);
  }
});
